"""Writes numbers as people do, with what the project around it depends on."""

import sys

import humanize

for argument in sys.argv[1:]:
    print(humanize.intcomma(argument), "=", humanize.intword(argument))
