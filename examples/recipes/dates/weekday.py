"""Says on which weekday a date falls, however it is written."""

import sys

from dateutil.parser import parse

print(parse(" ".join(sys.argv[1:])).strftime("%A"))
