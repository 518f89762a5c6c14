# /// script
# requires-python = ">=3.9"
# dependencies = ["tabulate>=0.9"]
# ///
"""Prints the CSV on standard input as a table."""

import csv
import sys

from tabulate import tabulate

head, *rows = csv.reader(sys.stdin)
print(tabulate(rows, headers=head))
