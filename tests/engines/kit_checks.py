"""The kits for AWS's logs in real engines: each kit's table is made as skep renders it, lines of its log
lie below it as AWS writes them, skep finds them by itself, and Spark and Trino read every column that
`tests/kits` tells.

Runs in Spark's virtual environment, which holds Trino's client too, beside a running Trino. Tables are
made through Hive's own client for the metastore, with nothing added by an engine.
"""

import datetime
import gzip
import json
import os
import sys

import servers
import spark_checks
import trino_checks
from both import Both
from checks import Checks, arguments, until

KITS = os.path.join(servers.ROOT, "tests", "kits")
# The place of the pinned tables.
PINNED_LOCATION = "s3://logs"
# What AWS writes without compression.
PLAIN = ("s3-access",)
# A table that opts in is looked through at once.
FOUND_SECONDS_MAX = 60


class Suite(Both):
    """The checks of each kit; `client` is Hive's client for the metastore inside Spark's JVM."""

    def __init__(self, session, checks, options):
        super().__init__(session, checks, options)
        self.jvm = session.sparkContext._jvm
        self.api = self.jvm.org.apache.hadoop.hive.metastore.api
        conf = self.jvm.org.apache.hadoop.hive.conf.HiveConf()
        conf.set("hive.metastore.uris", options.uri)
        self.client = self.jvm.org.apache.hadoop.hive.metastore.HiveMetaStoreClient(conf)

    def columns(self, described):
        """A Java list of columns."""
        columns = self.jvm.java.util.ArrayList()
        for name, kind, comment in described:
            columns.add(self.api.FieldSchema(name, kind, comment))
        return columns

    def table_make(self, name, kit, location):
        """Makes the table of a kit, with its pinned properties and no others."""
        with open(f"{KITS}/{kit}/table.json", encoding="utf-8") as text:
            described = json.loads(text.read().replace(PINNED_LOCATION, location))
        serde = self.api.SerDeInfo(name, described["serde"], described["serde_parameters"])
        place = self.api.StorageDescriptor()
        place.setCols(self.columns(described["columns"]))
        place.setLocation(location)
        place.setInputFormat(described["input_format"])
        place.setOutputFormat(described["output_format"])
        place.setNumBuckets(-1)
        place.setSerdeInfo(serde)
        place.setBucketCols(self.jvm.java.util.ArrayList())
        place.setSortCols(self.jvm.java.util.ArrayList())
        place.setParameters({})
        table = self.api.Table()
        table.setDbName(self.db)
        table.setTableName(name)
        table.setTableType("EXTERNAL_TABLE")
        table.setSd(place)
        table.setPartitionKeys(self.columns(described["partition_keys"]))
        table.setParameters(described["parameters"])
        self.client.createTable(table)
        return [key[0] for key in described["partition_keys"]]

    def partition_found(self, name, keys, values):
        """Waits until skep has found the directory and made it a partition."""
        wanted = "/".join(f"{key}={value}" for key, value in zip(keys, values))
        until(lambda: self.spark(f"SHOW PARTITIONS {self.db}.{name}"), [[wanted]], FOUND_SECONDS_MAX)

    def partition_make(self, name, values, location):
        """Registers a directory where nobody finds it: the table's own way of reading, and the place."""
        place = self.client.getTable(self.db, name).getSd()
        place.setLocation(location)
        partition = self.api.Partition()
        partition.setDbName(self.db)
        partition.setTableName(name)
        partition.setValues(values)
        partition.setSd(place)
        partition.setParameters({})
        self.client.add_partition(partition)

    def data_write(self, kit, expected, location):
        """Writes the lines of a kit's log where AWS would, compressed as AWS does."""
        folder = location.removeprefix("file:") + "/" + expected["directory"]
        os.makedirs(folder)
        with open(f"{KITS}/{kit}/{expected['directory']}/{expected['file']}", "rb") as lines:
            data = lines.read()
        if kit in PLAIN:
            with open(f"{folder}/{expected['file']}", "wb") as plain:
                plain.write(data)
        else:
            with gzip.open(f"{folder}/{expected['file']}.gz", "wb") as packed:
                packed.write(data)

    def start(self):
        """The database."""
        self.session.sql(f"CREATE DATABASE {self.db}")

    def lines(self):
        """The logs of which each line is a row."""
        for kit in ("alb", "elb", "nlb", "cloudfront", "vpc-flow", "s3-access"):
            name, expected, keys = self.prepare(kit)
            columns = sorted({column for row in expected["rows"] for column in row})
            quoted = {"spark": "`{}`", "trino": '"{}"'}
            wanted = [[row.get(column, "not told") for column in columns] for row in expected["rows"]]
            where = " AND ".join(f"{key} = '{value}'" for key, value in zip(keys, expected["values"]))
            for engine, run in (("spark", self.spark), ("trino", self.trino)):
                shown = ", ".join(quoted[engine].format(column) for column in columns)
                text = f"SELECT {shown} FROM {self.db}.{name} WHERE {where}"
                self.c.check(f"{kit}: rows by {engine}", lambda run=run, text=text: same(columns, run(text), wanted))
                self.c.equal(f"{kit}: another day by {engine}",
                             lambda run=run: run(f"SELECT count(*) FROM {self.db}.{name} WHERE dt < '2026-11-22'"), [[0]])

    def events(self):
        """The logs of which each file is an object with many events."""
        for kit in ("cloudtrail", "cloudtrail-organization"):
            name, expected, _ = self.prepare(kit)
            columns = sorted({column for row in expected["rows"] for column in row})
            wanted = [[row.get(column, "not told") for column in columns] for row in expected["rows"]]
            shown = ", ".join(f"e.{column}" for column in columns)
            where = "region = 'eu-west-1' AND dt = '2026-11-22'"
            spark = f"SELECT {shown} FROM (SELECT explode(records) AS e FROM {self.db}.{name} WHERE {where})"
            # Trino makes a column of each field of the events.
            trino = f"SELECT {', '.join(columns)} FROM {self.db}.{name} CROSS JOIN UNNEST(records) WHERE {where}"
            self.c.check(f"{kit}: events by spark", lambda: same(columns, self.spark(spark), wanted))
            self.c.check(f"{kit}: events by trino", lambda: same(columns, self.trino(trino), wanted))

    def prepare(self, kit):
        """A kit's table with one partition; answers its name, what is expected, and the keys."""
        name = kit.replace("-", "_")
        location = f"{self.outside}/{kit}"
        with open(f"{KITS}/{kit}/expected.json", encoding="utf-8") as text:
            expected = json.load(text)
        self.data_write(kit, expected, location)
        keys = self.table_make(name, kit, location)
        if self.options.reference:
            self.partition_make(name, expected["values"], f"{location}/{expected['directory']}")
        else:
            self.c.check(f"{kit}: partition found", lambda: self.partition_found(name, keys, expected["values"]))
        return name, expected, keys

    def spark(self, text):
        """The rows of a statement in Spark."""
        return [list(row) for row in self.session.sql(text).collect()]

    def trino(self, text):
        """The rows of a statement in Trino."""
        return [list(row) for row in trino_checks.execute(self.connection, text)]

    def clean_up(self):
        """Drops the database; the lines stay where they are, since the tables are external."""
        self.session.sql(f"DROP DATABASE {self.db} CASCADE")


def same(columns, rows, wanted):
    """Fails unless these rows, in any order, hold what is told of each; numbers are compared as numbers, and JSON
    text without its spaces."""
    rest = [[plain(value) for value in row] for row in rows]
    # A header that a reader did not skip is one row too many.
    if len(rest) != len(wanted):
        raise AssertionError(f"{len(rest)} rows, want {len(wanted)}: {rest!r}")
    for want in wanted:
        fits = [row for row in rest if all(w in ("not told", g) for g, w in zip(row, map(plain, want)))]
        if not fits:
            raise AssertionError(f"no row {dict(zip(columns, want))!r} in {[dict(zip(columns, row)) for row in rest]!r}")
        rest.remove(fits[0])


def plain(value):
    """A value in a form that engines share."""
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, str) and value.startswith("{"):
        return json.dumps(json.loads(value), ensure_ascii=False)
    return value


def main():
    """Runs all kits."""
    options = arguments("--uri", "--iceberg-jar", "--port")
    checks = Checks(options)
    os.chdir(options.work)
    session = spark_checks.start_session(options)
    suite = Suite(session, checks, options)
    for topic in (suite.start, suite.lines, suite.events, suite.clean_up):
        checks.topic(topic)
    session.stop()
    sys.exit(checks.finish())


if __name__ == "__main__":
    main()
