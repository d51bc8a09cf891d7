"""Starts and stops the servers that the engine checks need: a metastore, Trino, an S3 server.

Each one is a child process on free loopback ports, keeps all it writes below a directory of its own,
is waited for by asking it (with a deadline), and is stopped by its process id. Nothing here knows
what the checks do with it.
"""

import glob
import json
import os
import signal
import socket
import subprocess
import threading
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
POLL_SECONDS = 0.1
STOP_SECONDS = 15

S3_ACCESS_KEY = "skep-test"
S3_SECRET_KEY = "skep-test-secret"
S3_REGION = "us-east-1"
S3_BUCKET = "skep-engines"
S3_QUEUE = "skep-events"
# The prefix of the bucket whose new objects are told to the queue.
S3_TOLD_PREFIX = "told/"


class StartFailed(Exception):
    """A server ended, or did not answer within its deadline."""


def engines_dir():
    """Where scripts/install put the engines."""
    return os.environ.get("SKEP_ENGINES_DIR") or os.path.expanduser("~/.cache/skep-engines")


def java_home(least, most, *first):
    """The home of a Java whose major version lies in [least, most]; `first` are homes to prefer."""
    homes = [*first, os.environ.get("JAVA_HOME"), *sorted(glob.glob("/usr/lib/jvm/*"))]
    for home in homes:
        java = os.path.join(home or "/nonexistent", "bin", "java")
        if not os.access(java, os.X_OK):
            continue
        text = subprocess.run([java, "-version"], capture_output=True, text=True).stderr
        major = text.split('"')[1].split(".")[0] if '"' in text else ""
        if major.isdigit() and least <= int(major) <= most:
            return home
    raise StartFailed(f"no Java between {least} and {most} found: run scripts/install engines")


def spark_java():
    """Spark 3.5 and 4 and the reference metastore run on Java 17."""
    return java_home(17, 21, os.environ.get("JAVA17_HOME"), *glob.glob("/usr/lib/jvm/java-17*"))


def trino_java():
    """Trino needs Java 24 or newer."""
    return java_home(24, 99, os.environ.get("JAVA25_HOME"), *glob.glob("/usr/lib/jvm/temurin-25*"))


def with_java(home, **more):
    """This process's environment, with that Java first."""
    path = os.path.join(home, "bin") + os.pathsep + os.environ["PATH"]
    return {**os.environ, "JAVA_HOME": home, "PATH": path, **more}


def free_port():
    """A port on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def accepts(port):
    """Whether somebody listens on this loopback port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def answers(url):
    """Whether a GET of this address succeeds."""
    try:
        with urllib.request.urlopen(url, timeout=2) as reply:
            return reply.status == 200
    except OSError:
        return False


class Server:
    """A child process with a log file, in a process group of its own."""

    def __init__(self, name, command, log, env=None, cwd=None):
        self.name, self.log = name, log
        # Should this process be killed, its servers go with it.
        command = ["setpriv", "--pdeathsig", "TERM", *command]
        with open(log, "ab") as out:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                env=env, cwd=cwd, start_new_session=True)

    def wait_until(self, ready, deadline_seconds):
        """Polls `ready` until it is true; fails with the end of the log."""
        end = time.monotonic() + deadline_seconds
        while not ready():
            if self.process.poll() is not None:
                raise StartFailed(f"{self.name} ended with {self.process.returncode}\n{self.tail()}")
            if time.monotonic() > end:
                self.stop()
                raise StartFailed(f"{self.name} was not ready in {deadline_seconds} s\n{self.tail()}")
            time.sleep(POLL_SECONDS)

    def tail(self, lines=30):
        """The last lines of the log."""
        with open(self.log, errors="replace") as text:
            return "".join(text.readlines()[-lines:])

    def stop(self):
        """Asks the process group to end, and insists after a while."""
        for sign in (signal.SIGTERM, signal.SIGKILL):
            if self.process.poll() is not None:
                return
            os.killpg(self.process.pid, sign)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                continue


def skep_binary():
    """The binary to test: $SKEP_BIN, else the newer one of the two builds."""
    if os.environ.get("SKEP_BIN"):
        return os.environ["SKEP_BIN"]
    target = os.environ.get("CARGO_TARGET_DIR") or os.path.join(ROOT, "target")
    builds = [os.path.join(target, kind, "skep") for kind in ("release", "debug")]
    builds = [path for path in builds if os.access(path, os.X_OK)]
    if not builds:
        raise StartFailed("no skep binary: run `cargo build --bin skep`, or set SKEP_BIN")
    return max(builds, key=os.path.getmtime)


# What the environment cannot say: the tables `…_loaded` are filled from a source that a check makes.
CONFIG = """
[watch]
sources_over_rest = true

[[watch.targets]]
source = "shop:main.{table}"
table = "cross_main.{table}_loaded"
"""


def start_skep(work, warehouse, database_url=None, s3=None, name="skep", more=None):
    """Starts skep, or one more of them by another name and with more variables; answers the server, which knows its `http`
    port, and its Thrift port."""
    thrift, http = free_port(), free_port()
    with open(f"{work}/{name}.toml", "w", encoding="utf-8") as config:
        config.write(CONFIG)
    env = {
        **os.environ,
        "SKEP_THRIFT__LISTEN": f"127.0.0.1:{thrift}",
        "SKEP_HTTP__LISTEN": f"127.0.0.1:{http}",
        "SKEP_DATABASE__URL": database_url or f"sqlite:{work}/skep.db",
        "SKEP_WAREHOUSE__LOCATION": warehouse,
        # The checks make managed data beside the warehouse too, and look for it after drops.
        "SKEP_STORAGE__DELETABLE_LOCATIONS": f"file:{work}",
        "SKEP_WATCH__SQLITE_DIR": work,
        **(more or {}),
    }
    if s3:
        env.update({
            "SKEP_STORAGE__S3__ENDPOINT": s3.endpoint,
            "SKEP_STORAGE__S3__REGION": S3_REGION,
            "SKEP_STORAGE__S3__ACCESS_KEY_ID": S3_ACCESS_KEY,
            "SKEP_STORAGE__S3__SECRET_ACCESS_KEY": S3_SECRET_KEY,
            "SKEP_STORAGE__S3__PATH_STYLE": "true",
            "SKEP_STORAGE__QUEUE__URL": s3.queue_url,
        })
    command = [skep_binary(), "serve", "--config", f"{work}/{name}.toml"]
    server = Server(name, command, f"{work}/{name}.log", env=env, cwd=work)
    server.http = http
    server.wait_until(lambda: answers(f"http://127.0.0.1:{http}/readyz") and accepts(thrift), 30)
    return server, thrift


def start_reference(work, warehouse):
    """Starts the real Hive Metastore 2.3.9 on Derby; answers the server and its port."""
    jars = glob.glob(f"{engines_dir()}/spark35/lib/python3*/site-packages/pyspark/jars")
    if not jars:
        raise StartFailed("Spark 3.5 is missing: run scripts/install engines")
    port = free_port()
    opens = ["java.lang", "java.net", "java.nio", "java.util", "java.util.concurrent"]
    settings = {
        "javax.jdo.option.ConnectionURL": f"jdbc:derby:;databaseName={work}/derby;create=true",
        "derby.stream.error.file": f"{work}/derby.log",
        "derby.system.durability": "test",
        "hive.metastore.warehouse.dir": warehouse,
        "hive.metastore.schema.verification": "false",
        "hive.async.log.enabled": "false",
        "datanucleus.schema.autoCreateAll": "true",
        # Iceberg moves and inserts columns; its own tests run Hive with this check off, too.
        "hive.metastore.disallow.incompatible.col.type.changes": "false",
    }
    command = [f"{spark_java()}/bin/java", "-Xmx512m", "-XX:TieredStopAtLevel=1",
               *(f"--add-opens=java.base/{name}=ALL-UNNAMED" for name in opens),
               *(f"-D{key}={value}" for key, value in settings.items()),
               "-cp", f"{jars[0]}/*", f"{HERE}/ReferenceMetastore.java", "-p", str(port)]
    server = Server("reference metastore", command, f"{work}/reference.log", cwd=work)
    server.wait_until(lambda: accepts(port), 90)
    return server, port


class S3Server(Server):
    """An S3 server that keeps everything in memory, with one bucket and a queue of what is written into it."""

    def __init__(self, work):
        self.port = free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"
        super().__init__(
            "S3 server",
            [f"{engines_dir()}/tools/bin/moto_server", "-H", "127.0.0.1", "-p", str(self.port)],
            f"{work}/s3.log")
        self.wait_until(lambda: accepts(self.port), 60)
        self.ask("s3", f"/{S3_BUCKET}")
        made = self.ask("sqs", "/", {"QueueName": S3_QUEUE}, "CreateQueue")
        self.queue_url = json.loads(made)["QueueUrl"]
        account = self.queue_url.rsplit("/", 2)[1]
        self.ask("s3", f"/{S3_BUCKET}?notification", NOTIFICATION.format(account=account).encode())

    def ask(self, service, path, body=b"", action=None):
        """Sends a request that the server takes without a real signature; answers what it replies."""
        data = json.dumps(body).encode() if action else body
        request = urllib.request.Request(self.endpoint + path, method="POST" if action else "PUT", data=data)
        request.add_header("Authorization", f"AWS4-HMAC-SHA256 Credential={S3_ACCESS_KEY}/20240101/"
                           f"{S3_REGION}/{service}/aws4_request, SignedHeaders=host, Signature=0")
        # Without a type of its own, the body would be taken for a form and read as such.
        request.add_header("Content-Type", "application/x-amz-json-1.0" if action else "application/xml")
        if action:
            request.add_header("X-Amz-Target", f"AmazonSQS.{action}")
        with urllib.request.urlopen(request, timeout=10) as reply:
            return reply.read()


NOTIFICATION = f"""\
<NotificationConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><QueueConfiguration>
<Queue>arn:aws:sqs:{S3_REGION}:{{account}}:{S3_QUEUE}</Queue><Event>s3:ObjectCreated:*</Event>
<Filter><S3Key><FilterRule><Name>prefix</Name><Value>{S3_TOLD_PREFIX}</Value></FilterRule></S3Key></Filter>
</QueueConfiguration></NotificationConfiguration>"""

TRINO_FILES = {
    "node.properties": """\
node.environment=test
node.id=skep-engines
node.data-dir={work}/trino
node.bind-ip=127.0.0.1
node.internal-address=127.0.0.1
""",
    "config.properties": """\
coordinator=true
node-scheduler.include-coordinator=true
http-server.http.port={port}
discovery.uri=http://127.0.0.1:{port}
query.max-memory=1GB
""",
    "jvm.config": """\
-Xmx3G
-XX:+UseG1GC
-XX:TieredStopAtLevel=1
-Djdk.attach.allowAttachSelf=true
""",
    "log.properties": "io.trino=INFO\n",
    "catalog/hive.properties": """\
connector.name=hive
hive.metastore.uri={uri}
hive.allow-register-partition-procedure=true
hive.non-managed-table-writes-enabled=true
{files}""",
    "catalog/iceberg.properties": """\
connector.name=iceberg
iceberg.catalog.type=hive_metastore
iceberg.register-table-procedure.enabled=true
hive.metastore.uri={uri}
{files}""",
}


def trino_files(s3):
    """The file-system lines of a Trino catalog."""
    if not s3:
        return "fs.hadoop.enabled=true\n"
    return (f"fs.native-s3.enabled=true\ns3.endpoint={s3.endpoint}\ns3.region={S3_REGION}\n"
            f"s3.path-style-access=true\ns3.aws-access-key={S3_ACCESS_KEY}\n"
            f"s3.aws-secret-key={S3_SECRET_KEY}\n")


# Catalogs over a Thrift port that speaks TLS, with a certificate and without.
TLS_CATALOG = """\
connector.name=hive
hive.metastore.uri={uri}
hive.metastore.thrift.client.ssl.enabled=true
hive.metastore.thrift.client.ssl.trust-certificate={ca}
{key}{files}"""


def trino_tls_files(tls):
    """The files of the catalogs over the Thrift port whose address and certificates these are; none without."""
    if not tls:
        return {}
    uri, made = tls
    key = f"hive.metastore.thrift.client.ssl.key={made.path('client.pem')}\n"
    shown = {"hive_tls": key, "hive_stranger": ""}
    return {f"catalog/{name}.properties": TLS_CATALOG.format(uri=uri, ca=made.path("ca.crt"), key=key, files=trino_files(None))
            for name, key in shown.items()}


def start_trino(work, uri, s3=None, port=None, tls=None):
    """Starts Trino over the metastore at `uri`, on a free port unless one is given; answers the
    server and its HTTP port."""
    homes = sorted(glob.glob(f"{engines_dir()}/trino-server-*/bin/launcher"))
    if not homes:
        raise StartFailed("Trino is missing: run scripts/install engines")
    port, etc = port or free_port(), f"{work}/trino-etc"
    os.makedirs(f"{etc}/catalog", exist_ok=True)
    files = {name: text.format(work=work, port=port, uri=uri, files=trino_files(s3)) for name, text in TRINO_FILES.items()}
    for name, text in {**files, **trino_tls_files(tls)}.items():
        with open(f"{etc}/{name}", "w") as out:
            out.write(text)
    server = Server("Trino", [homes[-1], "run", "--etc-dir", etc], f"{work}/trino.log",
                    env=with_java(trino_java()))
    server.wait_until(lambda: "SERVER STARTED" in server.tail(400), 240)
    return server, port


def hive4_client(title, address):
    """The command line of the checks of Hive 4's own client."""
    jars = f"{engines_dir()}/hive4"
    if not os.path.isdir(jars):
        raise StartFailed("the client of Hive 4 is missing: run scripts/install engines")
    return [f"{spark_java()}/bin/java", "-cp", f"{jars}/*", f"{HERE}/HiveHttpClient.java", title, address]


def iceberg_jar(spark):
    """The Iceberg runtime for one of the two Sparks."""
    kind = {"spark35": "3.5", "spark4": "4.*"}[spark]
    jars = sorted(glob.glob(f"{engines_dir()}/jars/iceberg-spark-runtime-{kind}_*.jar"))
    if not jars:
        raise StartFailed(f"the Iceberg runtime for {spark} is missing: run scripts/install engines")
    return jars[-1]


class Deadline:
    """Kills a process group that works for longer than it may."""

    def __init__(self, process, seconds):
        self.process = process
        self.timer = threading.Timer(seconds, self.kill)
        self.timer.daemon = True
        self.timer.start()

    def kill(self):
        """What happens at the deadline."""
        print(f"FAIL the deadline has passed: stopping {self.process.args[1]}", flush=True)
        os.killpg(self.process.pid, signal.SIGKILL)

    def done(self):
        """Nobody reads the process any more: what is left of its group ends."""
        self.timer.cancel()
        try:
            os.killpg(self.process.pid, signal.SIGTERM)
        except ProcessLookupError:
            pass
