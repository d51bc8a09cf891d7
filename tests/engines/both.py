"""A Spark session and a connection to Trino side by side, for checks that ask both of the same tables."""

import trino_checks


class Both:
    """What such checks share; `spark` and `trino` run a statement and answer its sorted rows."""

    def __init__(self, session, checks, options):
        self.session, self.c, self.options = session, checks, options
        self.db = f"{options.title}_main"
        self.outside = options.warehouse.rsplit("/", 1)[0] + f"/outside_{options.title}"
        self.connection = trino_checks.connect(options.port)

    def spark(self, text):
        """The rows of a statement in Spark, in a fixed order."""
        return sorted((tuple(row) for row in self.session.sql(text).collect()), key=repr)

    def trino(self, text):
        """The rows of a statement in Trino, in a fixed order."""
        return sorted((tuple(row) for row in trino_checks.execute(self.connection, text)), key=repr)

    def fresh(self, table, text=None):
        """Spark's rows of a table that somebody else has changed, or of a statement about it: it remembers file lists."""
        self.spark(f"REFRESH TABLE {table}")
        return self.spark(text or f"SELECT * FROM {table}")
