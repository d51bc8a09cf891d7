"""Counts checks and prints one line for each, so that every engine's script reads and reports alike.

It knows nothing of engines, tables or servers.
"""

import argparse
import os
import threading
import time
import traceback

# How often something that must come by itself is looked for.
POLL_SECONDS = 0.2


class Checks:
    """The checks of one engine: each has a name, runs, and is `ok`, `FAIL` or skipped."""

    def __init__(self, options):
        self.title, self.on_reference = options.title, options.reference
        self.wanted = options.topics.split(",") if options.topics else None
        self.passed, self.failed, self.skipped = 0, 0, 0
        self.start = time.monotonic()

    def check(self, name, run, reference_cannot=None):
        """Runs one check: it fails by an exception, whose first line becomes the reason.

        `reference_cannot` says why Hive's own metastore fails it; there the check is left out.
        """
        if reference_cannot and self.on_reference:
            self.skipped += 1
            print(f"skip {name}: reference cannot: {reference_cannot}", flush=True)
            return
        try:
            run()
        except Exception as error:  # Whatever an engine throws is a finding, not a crash.
            self.failed += 1
            print(f"FAIL {name}: {reason(error)}", flush=True)
            if os.environ.get("SKEP_ENGINES_TRACE"):
                traceback.print_exc()
        else:
            self.passed += 1
            print(f"ok {name}", flush=True)

    def equal(self, name, produce, want, **options):
        """Checks that `produce()` gives `want`, which may itself be a function to call."""

        def run():
            got = produce()
            expected = want() if callable(want) else want
            if got != expected:
                raise AssertionError(f"got {got!r}, want {expected!r}")

        self.check(name, run, **options)

    def true(self, name, produce, **options):
        """Checks that `produce()` gives something true."""
        self.equal(name, lambda: bool(produce()), True, **options)

    def fails(self, name, action, text, **options):
        """Checks that `action()` is refused with a message that holds `text` (in any case)."""

        def run():
            try:
                action()
            except Exception as error:
                if text.lower() not in str(error).lower():
                    raise AssertionError(f"{text!r} is not in: {reason(error)}") from error
                return
            raise AssertionError(f"was not refused, although {text!r} was due")

        self.check(name, run, **options)

    def topic(self, run):
        """Runs a topic's statements and checks; a statement between its checks that fails is one
        failure, which ends this topic and no other. What begins and ends them all always runs."""
        if self.wanted and run.__name__ not in (*self.wanted, "start", "clean_up"):
            return
        try:
            run()
        except Exception as error:
            self.failed += 1
            print(f"FAIL {run.__name__} ended early: {reason(error)}", flush=True)
            if os.environ.get("SKEP_ENGINES_TRACE"):
                traceback.print_exc()

    def finish(self):
        """Prints the counts; answers the status for `sys.exit`."""
        seconds = time.monotonic() - self.start
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        print(f"{self.title}: {self.passed} passed, {self.failed} failed{skipped} ({seconds:.0f} s)",
              flush=True)
        return 1 if self.failed or not self.passed else 0


def until(produce, wanted, seconds_max):
    """Waits until `produce()` gives what is wanted, for so many seconds at most."""
    end = time.monotonic() + seconds_max
    while (found := produce()) != wanted:
        if time.monotonic() > end:
            raise AssertionError(f"{found!r} after {seconds_max} s, want {wanted!r}")
        time.sleep(POLL_SECONDS)


def reason(error):
    """The part of an error message that tells something, on one line."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    text = " | ".join(lines[:3]) if lines else repr(error)
    return f"{type(error).__name__}: {text}"[:600]


class Files:
    """Looks at the data of tables, on disk or in an S3 bucket, past engine and metastore."""

    def __init__(self, warehouse, s3_endpoint=None):
        self.warehouse, self.s3 = warehouse.rstrip("/"), None
        if s3_endpoint:
            import boto3  # Only the environment that speaks to S3 has it.
            self.s3 = boto3.client(
                "s3", endpoint_url=s3_endpoint, region_name="us-east-1",
                aws_access_key_id=os.environ["SKEP_S3_ACCESS_KEY"],
                aws_secret_access_key=os.environ["SKEP_S3_SECRET_KEY"])

    def below(self, location):
        """The paths of the data files below a location; no files, no location."""
        scheme, bucket, path = split(location)
        if self.s3 and scheme.startswith("s3"):
            pages = self.s3.get_paginator("list_objects_v2").paginate(
                Bucket=bucket, Prefix=path.strip("/") + "/")
            names = [item["Key"] for page in pages for item in page.get("Contents", [])]
        else:
            names = [os.path.join(top, name) for top, _, files in os.walk(path) for name in files]
        return sorted(name for name in names if is_data(name))

    def exists(self, location):
        """Whether the location is there: a directory, or a prefix with an object under it."""
        scheme, _, path = split(location)
        return bool(self.below(location)) if scheme.startswith("s3") else os.path.isdir(path)

    def copy(self, source, target):
        """Copies all files below one location to below another, as a job without a catalog would."""
        scheme, bucket, path = split(target)
        _, _, source_path = split(source)
        names = self.below(source)
        if not names:
            raise AssertionError(f"nothing lies below {source}")
        for name in names:
            if self.s3 and scheme.startswith("s3"):
                key = path.strip("/") + name[len(source_path.strip("/")):]
                self.s3.copy_object(Bucket=bucket, Key=key, CopySource={"Bucket": bucket, "Key": name})
            else:
                goal = path.rstrip("/") + name[len(source_path.rstrip("/")):]
                os.makedirs(os.path.dirname(goal), exist_ok=True)
                with open(name, "rb") as old, open(goal, "wb") as new:
                    new.write(old.read())

    def remove(self, location):
        """Deletes all files below a location, as a job without a catalog would."""
        scheme, bucket, path = split(location)
        for name in self.below(location):
            if self.s3 and scheme.startswith("s3"):
                self.s3.delete_object(Bucket=bucket, Key=name)
            else:
                os.remove(name)
        if not scheme.startswith("s3"):
            for top, _, _ in os.walk(path, topdown=False):
                for name in os.listdir(top):
                    os.remove(os.path.join(top, name))
                os.rmdir(top)


def split(location):
    """(scheme, bucket, path) of a location; Hive writes no escapes into it."""
    scheme, _, rest = location.partition(":")
    if rest.startswith("//"):
        bucket, _, path = rest[2:].partition("/")
        return scheme, bucket, "/" + path
    return scheme, "", rest


def is_data(path):
    """Whether a path is a table's data: not a mark, a checksum or an object that stands for a directory."""
    name = os.path.basename(path)
    return bool(name) and not name.startswith(("_", "."))


def at_once(writers):
    """Runs functions at the same time, each in a thread; raises the first trouble of any."""
    troubles = []

    def guarded(write):
        try:
            write()
        except Exception as error:
            troubles.append(error)

    threads = [threading.Thread(target=guarded, args=(write,)) for write in writers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if troubles:
        raise troubles[0]


def arguments(*extra):
    """The command line that every engine's script takes; `extra` are further required options."""
    parser = argparse.ArgumentParser()
    for name in ("--title", "--work", "--warehouse", *extra):
        parser.add_argument(name, required=True)
    parser.add_argument("--reference", action="store_true", help="the metastore is Hive's own")
    parser.add_argument("--s3-endpoint", help="where the warehouse's bucket is served")
    parser.add_argument("--rest", help="skep's REST interface; Hive's own metastore has none")
    parser.add_argument("--topics", help="run these topics alone, as in `partitions,iceberg`")
    return parser.parse_args()


def literal(value, kind, quote="''"):
    """A value of a partition key of that kind as SQL; `quote` is how a quote is written in a string."""
    if value is None:
        return "NULL"
    if kind == "string":
        return "'" + value.replace("'", quote) + "'"
    return f"DATE '{value}'" if kind == "date" else str(value)


# The file formats that every engine writes and reads, by the names that all of them know.
FORMATS = ("PARQUET", "ORC", "TEXTFILE")

# Partition keys that every engine's pruning is tried on: (key of that kind, value) of each partition.
PRUNING_ROWS = [
    ("alpha", 1, "2024-01-01"),
    ("alpha", 2, "2024-01-31"),
    ("beta", 10, "2024-02-01"),
    ("beta", -3, "2023-12-31"),
    ("a_b", 9, "2024-02-29"),
    ("a%b", 100, "2024-03-01"),
    ("Alpha", 20, "1999-12-31"),
    ("한국", 5, "2025-01-01"),
]

# Predicates on the keys s string, n int, d date, in SQL of both engines.
PRUNING_PREDICATES = [
    "s = 'alpha'",
    "'alpha' = s",
    "s <> 'alpha'",
    "s != 'beta'",
    "s < 'b'",
    "s <= 'beta'",
    "s > 'alpha'",
    "s >= 'b'",
    "s IN ('alpha', 'beta', 'gamma')",
    "s NOT IN ('alpha', 'beta')",
    "s LIKE 'al%'",
    "s LIKE '%a'",
    "s LIKE '%lph%'",
    "s LIKE 'a_b'",
    "s NOT LIKE 'a%'",
    "s = 'a%b'",
    "s = '한국'",
    "s BETWEEN 'alpha' AND 'beta'",
    "upper(s) = 'ALPHA'",
    "s IS NULL",
    "s IS NOT NULL",
    "n = 10",
    "n <> 10",
    "n < 9",
    "n <= 9",
    "n > 9",
    "n >= 10",
    "n = -3",
    "n IN (1, 2, 100)",
    "n NOT IN (1, 2)",
    "n BETWEEN 2 AND 10",
    "n NOT BETWEEN 2 AND 10",
    "n % 2 = 0",
    "d = DATE '2024-02-29'",
    "d <> DATE '2024-02-29'",
    "d < DATE '2024-02-01'",
    "d <= DATE '2024-02-01'",
    "d > DATE '2024-02-01'",
    "d >= DATE '2024-02-01'",
    "d IN (DATE '2024-01-01', DATE '1999-12-31')",
    "d NOT IN (DATE '2024-01-01')",
    "d BETWEEN DATE '2024-01-31' AND DATE '2024-03-01'",
    "year(d) = 2024",
    "s = 'alpha' AND n = 2",
    "s = 'alpha' OR n = 10",
    "NOT (s = 'alpha')",
    "NOT (s = 'alpha' OR n > 9)",
    "(s = 'alpha' OR s = 'beta') AND (n < 5 OR d > DATE '2024-01-15')",
    "s = 'nowhere'",
]

# Partition values that have to be escaped in a path, or look like something else.
ODD_VALUES = {
    "space": "a b",
    "colon": "12:30:00",
    "percent": "50%",
    "escape lookalike": "a%20b",
    "equals": "k=v",
    "slash": "x/y/z",
    "quote": "it's",
    "upper case": "ABC",
    "lower case": "abc",
    "trailing space": "end ",
    "hash and brackets": "#[{]}^?*",
    "plus": "1+1",
}
KOREAN = "서울 한국"
