"""Prints `N passed, N failed` of schemathesis's report: operations of the document that answered as it says, and others.

usage: api_fuzz_counts.py REPORT
"""

import json
import sys

report = json.load(open(sys.argv[1], encoding="utf-8"))
tested = report["operations"]["tested"]
failed = {name for failure in report["failures"] for name in failure["operations"]}
broken = len(report["errors"]) + (0 if report["complete"] else 1)
failing = min(len(failed), tested) + broken
print(f"{tested - min(len(failed), tested)} passed, {failing} failed")
sys.exit(0 if tested and not failing else 1)
