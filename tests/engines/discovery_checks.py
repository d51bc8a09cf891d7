"""Partitions that skep finds by itself, in real engines: directories by the hour (`2026/11/25/15`) and
data that moves from a hot place to a cold one while both engines go on asking.

Runs in Spark's virtual environment, which holds Trino's client too, beside a running Trino.
"""

import datetime
import os
import sys
import threading

import spark_checks
import trino_checks
from both import Both
from checks import Checks, Files, arguments, until

# A table that opts in is looked at at once, and then every few seconds.
FOUND_SECONDS_MAX = 60
INTERVAL = "5s"
# Hours whose data stands there before the table exists; the oldest is found by the sweep alone.
HOURS_BEFORE = (0, 1, 2, 400)


class Suite(Both):
    """The checks by topic."""

    def __init__(self, session, checks, options):
        super().__init__(session, checks, options)
        self.files = Files(options.warehouse)
        self.now = datetime.datetime.now(datetime.timezone.utc).replace(minute=0, second=0, microsecond=0)

    def hour(self, back):
        """The hour so many hours ago: as a value of the key, and as a directory."""
        hour = self.now - datetime.timedelta(hours=back)
        return hour.strftime("%Y-%m-%d-%H"), hour.strftime("%Y/%m/%d/%H")

    def start(self):
        """A database, and a table whose one file is the data of every hour."""
        self.spark(f"CREATE DATABASE {self.db}")
        self.spark(f"CREATE TABLE {self.db}.source (v INT, w STRING) STORED AS PARQUET")
        self.spark(f"INSERT INTO {self.db}.source SELECT /*+ COALESCE(1) */ * FROM VALUES (1, 'eins'), (2, '둘') AS x(v, w)")
        self.trino(f"USE hive.{self.db}")

    def data_write(self, place):
        """Writes the data of one hour, as a job that knows no catalog would."""
        self.files.copy(f"{self.options.warehouse}/{self.db}.db/source", place)

    def table_make(self, name, location, **properties):
        """A table by the hour that opts into discovery."""
        told = {"skep.discovery": "on", "skep.discovery.layout": "{dt:%Y/%m/%d/%H}",
                "skep.discovery.interval": INTERVAL, **properties}
        told = ", ".join(f"'{key}' = '{value}'" for key, value in told.items())
        self.spark(f"CREATE EXTERNAL TABLE {self.db}.{name} (v INT, w STRING) PARTITIONED BY (dt STRING) "
                   f"STORED AS PARQUET LOCATION '{location}' TBLPROPERTIES ({told})")

    def hours(self):
        """A table by the hour: what was there before it, what comes while it exists, late data."""
        c, table, place = self.c, f"{self.db}.hours", f"{self.outside}/hours"
        for back in HOURS_BEFORE:
            self.data_write(f"{place}/{self.hour(back)[1]}")
        os.makedirs(f"{place.removeprefix('file:')}/{self.hour(3)[1]}")
        self.table_make("hours", place)
        known = sorted((f"dt={self.hour(back)[0]}",) for back in HOURS_BEFORE)
        c.check("hours of before are found, an empty one is none",
                lambda: until(lambda: self.spark(f"SHOW PARTITIONS {table}"), known, FOUND_SECONDS_MAX))
        self.rows_agree("hours of before", table, len(HOURS_BEFORE))
        self.data_write(f"{place}/{self.hour(-1)[1]}")
        known = sorted([*known, (f"dt={self.hour(-1)[0]}",)])
        c.check("a new hour is found", lambda: until(lambda: self.spark(f"SHOW PARTITIONS {table}"), known, FOUND_SECONDS_MAX))
        self.rows_agree("a new hour", table, len(HOURS_BEFORE) + 1)
        day = self.now.strftime("%Y-%m-%d")
        hours_of_day = sum(self.hour(back)[0].startswith(day) for back in (-1, *HOURS_BEFORE))
        for name, run in (("Spark", self.spark), ("Trino", self.trino)):
            c.equal(f"pruned to a day by {name}",
                    lambda run=run: run(f"SELECT count(*) FROM {table} WHERE dt LIKE '{day}%'"), [(2 * hours_of_day,)])
            c.equal(f"pruned to the oldest hour by {name}",
                    lambda run=run: run(f"SELECT v, w FROM {table} WHERE dt = '{self.hour(400)[0]}'"), [(1, "eins"), (2, "둘")])

    def rows_agree(self, name, table, hours):
        """Both engines read the rows of that many hours."""
        text = f"SELECT count(*), sum(v), count(DISTINCT dt) FROM {table}"
        wanted = [(2 * hours, 3 * hours, hours)]
        self.c.equal(f"{name}: rows by Spark", lambda: self.fresh(table, text), wanted)
        self.c.equal(f"{name}: rows by Trino", lambda: self.trino(text), wanted)

    def roots(self):
        """Data that moves from hot to cold under queries that do not stop: none of them sees anything else."""
        table = f"{self.db}.moving"
        hot, cold = f"{self.outside}/hot", f"{self.outside}/cold"
        moved = [self.hour(back) for back in range(3)]
        for _, directory in moved:
            self.data_write(f"{hot}/{directory}")
        self.table_make("moving", cold, **{
            "skep.discovery.roots": "cold,hot",
            "skep.discovery.root.cold.marker": "_SUCCESS",
            "skep.discovery.root.hot.location": hot,
            "skep.discovery.root.hot.window": "12h",
        })
        self.c.check("hot hours are found", lambda: until(
            lambda: len(self.spark(f"SHOW PARTITIONS {table}")), len(moved), FOUND_SECONDS_MAX))
        self.rows_agree("hot hours", table, len(moved))
        text = f"SELECT count(*), sum(v) FROM {table}"
        own = trino_checks.connect(self.options.port, self.db)
        asked = [Asking(lambda: self.fresh(table, text)), Asking(lambda: trino_checks.execute(own, text))]
        for _, directory in moved:
            self.data_write(f"{cold}/{directory}")
            open(f"{cold.removeprefix('file:')}/{directory}/_SUCCESS", "wb").close()
        self.c.check("the hours move to the cold place", lambda: until(
            lambda: self.places(table), [f"{cold}/{directory}" for _, directory in sorted(moved)], FOUND_SECONDS_MAX))
        for name, asking in zip(("Spark", "Trino"), asked):
            self.c.equal(f"queries during the move by {name}", asking.end, {repr([(2 * len(moved), 3 * len(moved))])})
        self.rows_agree("cold hours", table, len(moved))

    def places(self, table):
        """Where the partitions lie, in the order of their names."""
        places = []
        for (name,) in self.spark(f"SHOW PARTITIONS {table}"):
            value = name.split("=", 1)[1]
            told = dict((row[0], row[1]) for row in self.spark(f"DESCRIBE FORMATTED {table} PARTITION (dt = '{value}')"))
            places.append(told.get("Location"))
        return places

    def clean_up(self):
        """Drops the database; external data stays where it is."""
        self.session.sql(f"DROP DATABASE {self.db} CASCADE")


class Asking:
    """Asks the same again and again, and remembers the different answers."""

    def __init__(self, ask):
        self.ask, self.answers, self.ended = ask, set(), threading.Event()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        """At least once, then until the end; a failure is an answer too."""
        while True:
            try:
                self.answers.add(repr(self.ask()))
            except Exception as error:  # Whatever an engine throws is a finding.
                self.answers.add(repr(error))
            if self.ended.is_set():
                return

    def end(self):
        """The different answers, one of them given after everything had happened."""
        self.ended.set()
        self.thread.join()
        return self.answers


def main():
    """Runs all topics."""
    options = arguments("--uri", "--iceberg-jar", "--port")
    checks = Checks(options)
    os.chdir(options.work)
    session = spark_checks.start_session(options)
    suite = Suite(session, checks, options)
    for topic in (suite.start, suite.hours, suite.roots, suite.clean_up):
        checks.topic(topic)
    session.stop()
    sys.exit(checks.finish())


if __name__ == "__main__":
    main()
