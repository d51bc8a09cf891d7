"""New objects that a bucket tells of through a queue: skep makes partitions of them, and Trino reads them.

Runs in the virtual environment that holds the clients of Trino and of the object store. The table asks
for a look once an hour only, so that what is found sooner was found by a message.
"""

import datetime
import sys

import servers
import trino_checks
from checks import Checks, Files, arguments, until

FOUND_SECONDS_MAX = 30
# What Hive's escapes, and S3's own in its messages, must bring through unharmed.
ODD_CITIES = ("서울", "a b", "1+1", "50%", "x=y")


class Suite:
    """The checks; `q` runs a statement in Trino."""

    def __init__(self, checks, options):
        self.c, self.options = checks, options
        self.files = Files(options.warehouse, options.s3_endpoint)
        self.db = f"{options.title}_main"
        self.connection = trino_checks.connect(options.port)
        self.told = f"s3://{servers.S3_BUCKET}/{servers.S3_TOLD_PREFIX}"
        self.now = datetime.datetime.now(datetime.timezone.utc)

    def q(self, text):
        """Runs a statement and answers its rows."""
        return trino_checks.execute(self.connection, text)

    def start(self):
        """A schema, and a table whose one file is the data of every partition."""
        self.q(f"CREATE SCHEMA hive.{self.db}")
        self.q(f"USE hive.{self.db}")
        self.q("CREATE TABLE source (v integer, w varchar) WITH (format = 'PARQUET')")
        self.q("INSERT INTO source VALUES (1, 'eins'), (2, '둘')")

    def data_write(self, place):
        """Writes the data of one partition, as a job that knows no catalog would."""
        self.files.copy(f"{self.options.warehouse}/{self.db}.db/source", place)

    def table_make(self, name, keys, layout):
        """An external table below the prefix that is told of, looked at once an hour."""
        told = {"skep.discovery": "on", "skep.discovery.layout": layout, "skep.discovery.interval": "1h",
                "skep.discovery.sweep-interval": "off"}
        properties = f"MAP(ARRAY{list(told)}, ARRAY{list(told.values())})"
        columns = ", ".join(f"{key} varchar" for key in keys)
        self.q(f"CREATE TABLE {name} (v integer, w varchar, {columns}) WITH (format = 'PARQUET', "
               f"external_location = '{self.told}{name}', partitioned_by = ARRAY{keys}, extra_properties = {properties})")

    def found(self, name, wanted):
        """Waits for the partitions."""
        until(lambda: sorted(self.q(f'SELECT * FROM "{name}$partitions"')), sorted(wanted), FOUND_SECONDS_MAX)

    def hours(self):
        """A table by the hour: the first hour is found by the look at the new table, the next ones by messages."""
        c, hours = self.c, []
        for back in (2, 1, 0):
            hour = self.now - datetime.timedelta(hours=back)
            hours.append((hour.strftime("%Y-%m-%d-%H"),))
            self.data_write(self.told + hour.strftime("hours/%Y/%m/%d/%H"))
            if back == 2:
                self.table_make("hours", ["dt"], "{dt:%Y/%m/%d/%H}")
            c.check(f"the partition of {back} hours ago", lambda: self.found("hours", hours))
            c.equal(f"its rows, {back} hours ago", lambda: self.q("SELECT count(*), sum(v) FROM hours"),
                    [(2 * len(hours), 3 * len(hours))])
        c.equal("pruned to an hour", lambda: self.q(f"SELECT v, w FROM hours WHERE dt = '{hours[-1][0]}' ORDER BY v"),
                [(1, "eins"), (2, "둘")])

    def odd_values(self):
        """Values that are escaped on their way: by the layout in the key, by S3 in the message."""
        self.table_make("cities", ["city"], "city={city}")
        escapes = {"%": "%25", "=": "%3D"}
        for city in ODD_CITIES:
            self.data_write(f"{self.told}cities/city={''.join(escapes.get(letter, letter) for letter in city)}")
        self.c.check("odd values are found", lambda: self.found("cities", [(city,) for city in ODD_CITIES]))
        for city in ODD_CITIES:
            self.c.equal(f"rows of {city!r}", lambda city=city: self.q(f"SELECT count(*) FROM cities WHERE city = '{city}'"), [(2,)])

    def deleted(self):
        """What goes does not come back as a partition: a message of an object that is gone is no more than a hint."""
        self.table_make("gone", ["dt"], "{dt:%Y/%m/%d}")
        self.data_write(f"{self.told}gone/2026/11/24")
        self.c.check("a day is found", lambda: self.found("gone", [("2026-11-24",)]))
        self.files.remove(f"{self.told}gone/2026/11/24")
        self.data_write(f"{self.told}gone/2026/11/25")
        self.c.check("the next day is found, and nothing is taken away",
                     lambda: self.found("gone", [("2026-11-24",), ("2026-11-25",)]))

    def clean_up(self):
        """Drops the schema; external data stays where it is."""
        self.q(f"DROP SCHEMA hive.{self.db} CASCADE")


def main():
    """Runs all topics."""
    options = arguments("--port")
    checks = Checks(options)
    suite = Suite(checks, options)
    for topic in (suite.start, suite.hours, suite.odd_values, suite.deleted, suite.clean_up):
        checks.topic(topic)
    sys.exit(checks.finish())


if __name__ == "__main__":
    main()
