"""Spark and Trino on the same tables at the same time: what one writes, the other reads and counts.

Runs in Spark's virtual environment, which holds Trino's client too, beside a running Trino.
"""

import contextlib
import json
import os
import sqlite3
import sys
import time
import urllib.error
import urllib.request

import spark_checks
import trino_checks
from both import Both
from checks import FORMATS, KOREAN, ODD_VALUES, POLL_SECONDS, Checks, Files, arguments, at_once, literal

COMMITS = 6
# How long the server may be at something that keeps it from what it is asked.
BUSY_SECONDS_MAX = 60


class Suite(Both):
    """The checks by topic."""

    def __init__(self, session, checks, options):
        super().__init__(session, checks, options)
        self.files = Files(options.warehouse)

    def start(self):
        """A database by Spark, which Trino sees at once."""
        self.spark(f"CREATE DATABASE {self.db}")
        self.spark(f"USE {self.db}")
        self.trino(f"USE hive.{self.db}")
        self.c.equal("database made by Spark is seen by Trino",
                     lambda: self.trino(f"SHOW SCHEMAS LIKE '{self.db}'"), [(self.db,)])

    def tables(self):
        """Tables in each format, written in turns."""
        c, spark, trino = self.c, self.spark, self.trino
        for kind in FORMATS:
            s, t = f"s_{kind.lower()}", f"t_{kind.lower()}"
            spark(f"CREATE TABLE {s} (i INT, m DECIMAL(10,2), d DATE, w STRING) STORED AS {kind}")
            spark(f"INSERT INTO {s} VALUES (1, 1.50, DATE '2024-01-01', 'eins'), (2, NULL, NULL, '{KOREAN}')")
            c.equal(f"{kind} by Spark: count by Trino", lambda: trino(f"SELECT count(*) FROM {s}"), [(2,)])
            c.equal(f"{kind} by Spark: rows by Trino", lambda: trino(f"SELECT * FROM {s}"),
                    lambda: spark(f"SELECT * FROM {s}"))
            trino(f"INSERT INTO {s} VALUES (3, 9.99, DATE '1999-12-31', 'three')")
            c.equal(f"{kind} by Spark, then Trino: rows agree", lambda: len(self.fresh(s)), 3)
            trino(f"CREATE TABLE {t} (i integer, m decimal(10,2), d date, w varchar) WITH (format = '{kind}')")
            trino(f"INSERT INTO {t} VALUES (1, 1.50, DATE '2024-01-01', 'eins'), (2, NULL, NULL, '{KOREAN}')")
            c.equal(f"{kind} by Trino: count by Spark", lambda: spark(f"SELECT count(*) FROM {t}"), [(2,)])
            c.equal(f"{kind} by Trino: rows by Spark", lambda: spark(f"SELECT * FROM {t}"),
                    lambda: trino(f"SELECT * FROM {t}"))
            spark(f"INSERT INTO {t} VALUES (3, 9.99, DATE '1999-12-31', 'three')")
            c.equal(f"{kind} by Trino, then Spark: rows agree", lambda: trino(f"SELECT * FROM {t}"),
                    lambda: self.fresh(t))

    def partitions(self):
        """Partitioned tables, with odd values, in both directions."""
        c, spark, trino = self.c, self.spark, self.trino
        odd = list(ODD_VALUES.values()) + [None]
        by_spark = ",".join(f"({i}, {literal(v, 'string', spark_checks.QUOTE)}, {i % 3})" for i, v in enumerate(odd + [KOREAN]))
        by_trino = ",".join(f"({i}, {literal(v, 'string')}, {i % 3})" for i, v in enumerate(odd))
        spark("CREATE TABLE sp (v INT) PARTITIONED BY (s STRING, n INT) STORED AS PARQUET")
        spark(f"INSERT INTO sp SELECT /*+ COALESCE(1) */ * FROM VALUES {by_spark} AS x(v, s, n)")
        c.equal("odd partitions by Spark: rows by Trino", lambda: trino("SELECT * FROM sp"),
                lambda: spark("SELECT * FROM sp"))
        c.equal("odd partitions by Spark: Korean found by Trino",
                lambda: trino(f"SELECT v FROM sp WHERE s = '{KOREAN}'"), [(len(odd),)])
        trino("CREATE TABLE tp (v integer, s varchar, n integer) WITH (format = 'ORC', partitioned_by = ARRAY['s','n'])")
        trino(f"INSERT INTO tp VALUES {by_trino}")
        c.equal("odd partitions by Trino: rows by Spark", lambda: spark("SELECT * FROM tp"),
                lambda: trino("SELECT * FROM tp"))
        spark("ALTER TABLE tp DROP PARTITION (s='a b')")
        c.equal("partition dropped by Spark is gone in Trino", lambda: trino("SELECT v FROM tp WHERE s = 'a b'"), [])
        trino("DELETE FROM sp WHERE s = 'a b'")
        c.equal("partition dropped by Trino is gone in Spark",
                lambda: spark("SHOW PARTITIONS sp PARTITION (s='a b')"), [])
        trino("INSERT INTO sp VALUES (500, 'by trino', 1), (501, 'x/y/z', 2)")
        c.equal("partitions added by Trino to Spark's table", lambda: self.fresh("sp"), lambda: trino("SELECT * FROM sp"))
        spark("INSERT INTO tp PARTITION (s, n) VALUES (500, 'by spark', 1), (501, 'x/y/z', 2)")
        c.equal("partitions added by Spark to Trino's table", lambda: trino("SELECT * FROM tp"), lambda: self.fresh("tp"))
        spark("ALTER TABLE sp PARTITION (s='by trino', n=1) RENAME TO PARTITION (s='renamed', n=7)")
        c.equal("partition renamed by Spark", lambda: trino("SELECT v FROM sp WHERE s = 'renamed' AND n = 7"), [(500,)])

    def changes(self):
        """Changes of tables that the other engine sees at once."""
        c, spark, trino = self.c, self.spark, self.trino
        spark("ALTER TABLE s_parquet ADD COLUMNS (extra BIGINT COMMENT '추가')")
        c.equal("column added by Spark", lambda: trino("SELECT extra FROM s_parquet WHERE i = 1"), [(None,)])
        trino("ALTER TABLE t_parquet ADD COLUMN extra bigint")
        c.equal("column added by Trino", lambda: [row[-1] for row in self.fresh("t_parquet")], [None] * 3)
        spark("ALTER TABLE s_orc RENAME TO s_orc2")
        c.equal("table renamed by Spark", lambda: trino("SELECT count(*) FROM s_orc2"), [(3,)])
        trino("ALTER TABLE t_orc RENAME TO t_orc2")
        c.equal("table renamed by Trino", lambda: spark("SELECT count(*) FROM t_orc2"), [(3,)])
        trino("COMMENT ON TABLE s_orc2 IS '설명'")
        c.true("comment by Trino is told by Spark",
               lambda: any(row[0] == "Comment" and row[1] == "설명" for row in spark("DESCRIBE EXTENDED s_orc2")))
        spark("ANALYZE TABLE s_orc2 COMPUTE STATISTICS FOR ALL COLUMNS")
        c.equal("rows counted by Spark are told by Trino",
                lambda: [row[4] for row in trino("SHOW STATS FOR s_orc2") if row[0] is None], [3.0])
        places = {name: self.spark_location(name) for name in ("s_orc2", "t_orc2")}
        trino("DROP TABLE s_orc2")
        spark("DROP TABLE t_orc2")
        c.equal("managed data is gone after a drop by the other engine",
                lambda: [self.files.below(place) for place in places.values()], [[], []])
        c.equal("both list the same tables", lambda: [row[1] for row in spark("SHOW TABLES") if row[0] == self.db],
                lambda: [row[0] for row in trino("SHOW TABLES")])

    def spark_location(self, table):
        """Where a table lies, as Spark tells it."""
        return next(row[1] for row in self.spark(f"DESCRIBE EXTENDED {table}") if row[0] == "Location")

    def iceberg(self):
        """Iceberg tables that both engines commit to, in turns and at once."""
        c, spark, trino = self.c, self.spark, self.trino
        by_spark, by_trino = f"ice.{self.db}.is1", f"ice.{self.db}.it1"
        retries = ("TBLPROPERTIES ('commit.retry.num-retries'='50', 'commit.retry.min-wait-ms'='20', "
                   "'commit.retry.max-wait-ms'='500')")
        spark(f"CREATE TABLE {by_spark} (i BIGINT, w STRING) USING iceberg {retries}")
        spark(f"INSERT INTO {by_spark} VALUES (1, 'spark')")
        trino(f"INSERT INTO iceberg.{self.db}.is1 VALUES (2, 'trino')")
        c.equal("iceberg by Spark, Trino commits", lambda: spark(f"SELECT * FROM {by_spark}"), [(1, "spark"), (2, "trino")])
        trino(f"CREATE TABLE iceberg.{self.db}.it1 (i bigint, w varchar)")
        trino(f"INSERT INTO iceberg.{self.db}.it1 VALUES (1, 'trino')")
        spark(f"INSERT INTO {by_trino} VALUES (2, 'spark')")
        c.equal("iceberg by Trino, Spark commits", lambda: trino(f"SELECT * FROM iceberg.{self.db}.it1"),
                [(1, "trino"), (2, "spark")])
        c.check("iceberg both write at once", self.both_write)
        want = [(COMMITS, "spark at once"), (COMMITS, "trino at once")]
        query = "SELECT count(*), w FROM {} WHERE w LIKE '%at once' GROUP BY w"
        c.equal("iceberg no commit is lost, by Spark", lambda: spark(query.format(by_spark)), want)
        c.equal("iceberg no commit is lost, by Trino", lambda: trino(query.format(f"iceberg.{self.db}.is1")), want)
        trino(f"ALTER TABLE iceberg.{self.db}.is1 ADD COLUMN extra integer")
        c.equal("iceberg column added by Trino", lambda: spark(f"SELECT count(*), count(extra) FROM {by_spark}"), [(2 + 2 * COMMITS, 0)])
        c.check("iceberg dropped by Trino", lambda: trino(f"DROP TABLE iceberg.{self.db}.is1"))
        c.check("iceberg dropped by Spark", lambda: spark(f"DROP TABLE {by_trino} PURGE"))

    def both_write(self):
        """Commits by both engines into one table, each in its own thread."""
        connection = trino_checks.connect(self.options.port)

        def by_spark():
            for i in range(COMMITS):
                self.spark(f"INSERT INTO ice.{self.db}.is1 VALUES ({i}, 'spark at once')")

        def by_trino():
            for i in range(COMMITS):
                trino_checks.execute(
                    connection, f"INSERT INTO iceberg.{self.db}.is1 VALUES ({i}, 'trino at once')")

        at_once([by_spark, by_trino])

    def ask(self, path, body=None):
        """An answer of skep's REST interface: to a GET, or to a POST where there is a body."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.options.rest}{path}", data, {"content-type": "application/json"})
        end = time.monotonic() + BUSY_SECONDS_MAX
        while True:
            try:
                with urllib.request.urlopen(request, timeout=60) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as refused:
                problem = json.load(refused)
                # A new source may be read by its schedule at this moment.
                if not problem["retryable"] or time.monotonic() > end:
                    raise AssertionError(problem["detail"]) from refused
                time.sleep(POLL_SECONDS)

    def applied(self):
        """A column that a source got, and that skep added to the table which is filled from it: Spark's own kind of table
        keeps its columns a second time, in its properties."""
        if not self.options.rest:
            return
        c, table, path = self.c, f"{self.db}.orders_loaded", f"{self.options.work}/shop.db"
        with contextlib.closing(sqlite3.connect(path)) as shop:
            shop.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY)")
            settings = {"kind": "sqlite", "url": f"sqlite:{path}", "schedule": "0 6 * * *"}
            self.ask("/sources", {"name": "shop", "settings": settings})
            self.ask("/sources/shop/run", {})
            self.spark(f"CREATE TABLE {table} (id BIGINT, dt STRING) USING parquet PARTITIONED BY (dt)")
            self.spark(f"INSERT INTO {table} VALUES (1, 'd1')")
            shop.execute("ALTER TABLE orders ADD COLUMN colour TEXT")
            self.ask("/sources/shop/run", {})
        changes = self.ask("/schema-changes?source=shop")["changes"]
        self.ask(f"/schema-changes/{changes[0]['id']}/apply", {})
        rows = [(1, None, "d1")]
        query = f"SELECT id, colour, dt FROM {table}"
        c.equal("column added by skep, by Spark", lambda: self.fresh(table, query), rows)
        c.equal("column added by skep, by Trino", lambda: self.trino(query), rows)
        self.spark(f"INSERT INTO {table} (id, colour, dt) VALUES (2, 'red', 'd2')")
        rows.append((2, "red", "d2"))
        c.equal("column added by skep is filled by Spark", lambda: self.fresh(table, query), rows)
        c.equal("column added by skep is filled, by Trino", lambda: self.trino(query), rows)

    def clean_up(self):
        """The database goes by Spark, and Trino knows it."""
        self.spark("USE default")
        self.spark(f"DROP DATABASE {self.db} CASCADE")
        self.c.equal("database dropped by Spark is gone in Trino",
                     lambda: self.trino(f"SHOW SCHEMAS FROM hive LIKE '{self.db}'"), [])


def main():
    """Runs all topics; one that breaks down is one failure, and the next goes on."""
    options = arguments("--uri", "--iceberg-jar", "--port")
    checks = Checks(options)
    os.chdir(options.work)
    session = spark_checks.start_session(options)
    suite = Suite(session, checks, options)
    for topic in (suite.start, suite.tables, suite.partitions, suite.changes, suite.iceberg, suite.applied, suite.clean_up):
        checks.topic(topic)
    session.stop()
    sys.exit(checks.finish())


if __name__ == "__main__":
    main()
