"""An ingestion job in Python, whose client of skep is generated from its .proto files: it writes data, registers partitions by a
stream, and Trino reads them.

Runs in the virtual environment that holds the client of Trino and the compiler of gRPC.
"""

import os
import sys
import threading

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status
from grpc_tools import protoc

import servers
import trino_checks
from checks import Checks, Files, arguments

HOURS = 5_000
BATCH = 1_000


def generate(work):
    """Compiles the published files, as a user would, and makes them importable."""
    proto, out = os.path.join(servers.ROOT, "proto"), os.path.join(work, "grpc_client")
    os.makedirs(out, exist_ok=True)
    folder = os.path.join(proto, "skep", "v1")
    files = [os.path.join(folder, name) for name in sorted(os.listdir(folder))]
    well_known = os.path.join(os.path.dirname(protoc.__file__), "_proto")
    status = protoc.main(["protoc", f"-I{proto}", f"-I{well_known}", f"--python_out={out}", f"--grpc_python_out={out}", *files])
    if status:
        raise AssertionError("the files cannot be compiled")
    sys.path.insert(0, out)


class Suite:
    """The checks; `q` runs a statement in Trino."""

    def __init__(self, checks, options):
        self.c, self.options = checks, options
        self.files = Files(options.warehouse)
        self.db = f"{options.title}_main"
        self.connection = trino_checks.connect(options.port)
        address = options.rest.split("//")[1].split("/")[0]
        self.channel = grpc.insecure_channel(address, compression=grpc.Compression.Gzip)

    def q(self, text):
        """Runs a statement in Trino and answers its rows."""
        return trino_checks.execute(self.connection, text)

    def start(self):
        """The client, a database that it makes, and data of Trino's."""
        generate(self.options.work)
        from skep.v1 import database_pb2, database_pb2_grpc, event_pb2, event_pb2_grpc
        from skep.v1 import name_pb2, partition_pb2, partition_pb2_grpc, table_pb2, table_pb2_grpc
        self.names, self.p, self.t, self.e = name_pb2, partition_pb2, table_pb2, event_pb2
        self.partitions = partition_pb2_grpc.PartitionServiceStub(self.channel)
        self.tables = table_pb2_grpc.TableServiceStub(self.channel)
        self.events = event_pb2_grpc.EventServiceStub(self.channel)
        databases = database_pb2_grpc.DatabaseServiceStub(self.channel)
        databases.CreateDatabase(database_pb2.CreateDatabaseRequest(name=name_pb2.DatabaseName(database=self.db)))
        self.q(f"USE hive.{self.db}")
        self.q("CREATE TABLE source (v integer, w varchar) WITH (format = 'PARQUET')")
        self.q("INSERT INTO source VALUES (1, 'eins'), (2, '둘')")

    def name(self, table):
        """A table of the job's database."""
        return self.names.TableName(database=self.db, table=table)

    def table_make(self, table):
        """A table by day and hour, as the job describes it."""
        column = self.t.Column
        made = self.tables.CreateTable(self.t.CreateTableRequest(
            name=self.name(table), type=self.t.TABLE_TYPE_EXTERNAL,
            location=f"{self.options.warehouse}/{self.db}.db/{table}", storage=self.t.Storage(format="parquet"),
            columns=[column(name="v", type="int"), column(name="w", type="string")],
            partition_keys=[column(name="dt", type="date"), column(name="hour", type="int")]))
        return made.table

    def job(self):
        """The job writes an hour and registers it; a watcher sees it, and Trino reads it."""
        c, table = self.c, self.table_make("orders")
        watching = self.events.WatchEvents(self.e.WatchEventsRequest(
            filter=self.e.EventFilter(database=self.db, table="orders"), after=0))
        seen, told = [], threading.Event()

        def watch():
            try:
                for message in watching:
                    seen.extend(event for event in message.events if event.kind == "ADD_PARTITION")
                    if seen:
                        told.set()
            except grpc.RpcError:
                pass  # It is cancelled at the end.

        threading.Thread(target=watch, daemon=True).start()
        self.files.copy(f"{self.options.warehouse}/{self.db}.db/source", f"{table.location}/dt=2026-11-22/hour=10")
        batch = self.p.AddPartitionBatchRequest(
            table=self.name("orders"),
            partitions=[self.p.NewPartition(values=["2026-11-22", "10"], file_count=1, row_count=2)])
        answer = self.partitions.AddPartitionBatch(batch, timeout=30)
        c.equal("the hour is added", lambda: [(one.name, one.outcome) for one in answer.partitions],
                [("dt=2026-11-22/hour=10", self.p.ADD_OUTCOME_ADDED)])
        c.equal("Trino reads it", lambda: self.q("SELECT v, w FROM orders WHERE hour = 10 ORDER BY v"), [(1, "eins"), (2, "둘")])
        c.true("a watcher sees it", lambda: told.wait(10))
        c.equal("and which it is", lambda: list(seen[0].partitions), ["dt=2026-11-22/hour=10"])
        watching.cancel()

    def bulk(self):
        """Thousands of hours by one stream, sent again as a whole."""
        c = self.c
        self.table_make("bulk")

        def batches():
            for first in range(0, HOURS, BATCH):
                hours = [self.p.NewPartition(values=[f"20{number // 24 // 336:02}-{number // 24 // 28 % 12 + 1:02}-"
                                                     f"{number // 24 % 28 + 1:02}", str(number % 24)])
                         for number in range(first, first + BATCH)]
                # Only the first message has to name the table.
                yield self.p.AddPartitionsRequest(table=None if first else self.name("bulk"), partitions=hours)

        def outcomes():
            told = {}
            for answer in self.partitions.AddPartitions(batches()):
                for one in answer.partitions:
                    told[one.outcome] = told.get(one.outcome, 0) + 1
            return told

        c.equal("a stream adds them", outcomes, {self.p.ADD_OUTCOME_ADDED: HOURS})
        c.equal("sent again, they are there", outcomes, {self.p.ADD_OUTCOME_EXISTED: HOURS})
        request = self.p.ListPartitionsRequest(table=self.name("bulk"), filter="hour = 3")
        c.equal("a filter lists some", lambda: sum(len(page.partitions) for page in self.partitions.ListPartitions(request)),
                HOURS // 24 + 1)
        c.equal("Trino sees all", lambda: self.q('SELECT count(*) FROM "bulk$partitions"'), [(HOURS,)])

    def faults(self):
        """What is wrong is told by a code, a reason and the field."""
        c = self.c

        def refused(call, request):
            try:
                call(request)
            except grpc.RpcError as failure:
                status = rpc_status.from_call(failure)
                info, bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
                for detail in status.details:
                    detail.Unpack(info), detail.Unpack(bad)
                fields = [violation.field for violation in bad.field_violations]
                return failure.code().name, info.reason, fields
            raise AssertionError("it was not refused")

        missing = self.t.GetTableRequest(name=self.name("nothing"))
        c.equal("a miss", lambda: refused(self.tables.GetTable, missing), ("NOT_FOUND", "NOT_FOUND", []))
        unnamed = self.t.GetTableRequest()
        c.equal("a field that is missing", lambda: refused(self.tables.GetTable, unnamed),
                ("INVALID_ARGUMENT", "INVALID_REQUEST", ["name.database"]))

    def clean_up(self):
        """Drops the database; external data stays where it is."""
        self.q(f"DROP SCHEMA hive.{self.db} CASCADE")
        self.channel.close()


def main():
    """Runs all topics."""
    options = arguments("--port")
    checks = Checks(options)
    suite = Suite(checks, options)
    for topic in (suite.start, suite.job, suite.bulk, suite.faults, suite.clean_up):
        checks.topic(topic)
    sys.exit(checks.finish())


if __name__ == "__main__":
    main()
