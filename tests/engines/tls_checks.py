"""Trino and Spark against Thrift ports that speak TLS alone: Trino with a certificate of its own, which its port
demands (mTLS), Spark with none, as its client of Hive 2.3 can show none.

Runs in Spark's virtual environment, which holds Trino's client too, beside a running Trino whose catalog
`hive_tls` shows a certificate and whose catalog `hive_stranger` shows none.
"""

import os
import sys

import certificates
import spark_checks
import trino_checks
from both import Both
from checks import Checks, arguments


class Suite(Both):
    """The checks: what one engine writes in TLS, the other reads in TLS."""

    def __init__(self, session, checks, options):
        super().__init__(session, checks, options)
        self.connection = trino_checks.connect(options.port, catalog="hive_tls")

    def start(self):
        """A schema, by Trino."""
        self.trino(f"CREATE SCHEMA hive_tls.{self.db}")

    def trino_with_a_certificate(self):
        """What a data team does, each call on a connection of its own."""
        table = f"hive_tls.{self.db}.days"
        self.trino(f"CREATE TABLE {table} (v integer, dt varchar) WITH (format = 'PARQUET', partitioned_by = ARRAY['dt'])")
        for day in ("2026-01-01", "2026-01-02"):
            self.trino(f"INSERT INTO {table} VALUES (1, '{day}'), (2, '{day}')")
        self.c.equal("Trino reads in TLS what it wrote", lambda: self.trino(f"SELECT * FROM {table} WHERE dt = '2026-01-02'"),
                     [(1, "2026-01-02"), (2, "2026-01-02")])
        self.c.equal("Trino lists partitions", lambda: self.trino(f'SELECT * FROM hive_tls.{self.db}."days$partitions"'),
                     [("2026-01-01",), ("2026-01-02",)])
        self.c.equal("the plain port tells the same", lambda: self.trino(f"SELECT count(*) FROM hive.{self.db}.days"), [(4,)])

    def trino_without_one(self):
        """The port demands a certificate: who shows none hears nothing."""
        self.c.fails("Trino without a certificate is not let in", lambda: self.trino("SHOW SCHEMAS FROM hive_stranger"),
                     "metastore")

    def spark_in_tls(self):
        """Spark trusts the authority, and is let in where no certificate is demanded."""
        self.c.equal("Spark reads in TLS what Trino wrote",
                     lambda: self.spark(f"SELECT sum(v) FROM {self.db}.days WHERE dt = '2026-01-01'"), [(3,)])
        self.spark(f"INSERT INTO {self.db}.days PARTITION (dt = '2026-01-03') VALUES (7)")
        self.c.equal("Trino reads in TLS what Spark wrote",
                     lambda: self.trino(f"SELECT v FROM hive_tls.{self.db}.days WHERE dt = '2026-01-03'"), [(7,)])
        self.c.equal("Spark lists partitions", lambda: self.spark(f"SHOW PARTITIONS {self.db}.days"),
                     [("dt=2026-01-01",), ("dt=2026-01-02",), ("dt=2026-01-03",)])

    def clean_up(self):
        """Everything goes."""
        self.trino(f"DROP TABLE hive_tls.{self.db}.days")
        self.trino(f"DROP SCHEMA hive_tls.{self.db}")


def main():
    """Runs all checks."""
    options = arguments("--uri", "--iceberg-jar", "--port", "--trust")
    checks = Checks(options)
    os.chdir(options.work)
    session = spark_checks.start_session(options, {
        "spark.hadoop.hive.metastore.use.SSL": "true",
        "spark.hadoop.hive.metastore.truststore.path": options.trust,
        "spark.hadoop.hive.metastore.truststore.password": certificates.PASSWORD,
    })
    suite = Suite(session, checks, options)
    for topic in (suite.start, suite.trino_with_a_certificate, suite.trino_without_one, suite.spark_in_tls, suite.clean_up):
        checks.topic(topic)
    session.stop()
    sys.exit(checks.finish())


if __name__ == "__main__":
    main()
