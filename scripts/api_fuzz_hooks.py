"""What schemathesis does not know by itself: bodies and answers of one JSON object a line."""

import json

import schemathesis

LINES = "application/x-ndjson"


@schemathesis.serializer(LINES)
def write(_context, value):
    """One line, as the document describes it."""
    return json.dumps(value).encode() + b"\n"


@schemathesis.deserializer(LINES)
def read(_context, response):
    """The last line: the document says what one is."""
    return json.loads(response.content.splitlines()[-1])
