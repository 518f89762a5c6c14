"""Notes what ended a script, its exception or its text, in the one line that a job's `error` has.

What is printed does not tell it from an exception that the script had logged before it ended otherwise.
"""
import os

import _python_mcp_names as names

LONGEST = 2000


def note(value, folder):
    """Writes the line to a file in the script's own folder of its job."""
    write(line(value), folder)


def note_text(text, folder):
    """Writes the first line of a text that the script has given `sys.exit`."""
    # What fails while objects are deleted is told there too.
    write("" if text.startswith("Exception ignored") else first_line(text), folder)


def write(said, folder):
    try:
        path = os.path.join(folder, os.path.basename(names.EXCEPTION))
        with open(path, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(said[:LONGEST])
    except OSError:
        pass  # a full disk


def line(value):
    kind = type(value)
    name = kind.__qualname__
    if kind.__module__ not in (None, "builtins", "__main__"):
        name = "%s.%s" % (kind.__module__, name)
    try:
        text = str(value.msg if isinstance(value, SyntaxError) else value)
    except Exception:
        text = "<exception str() failed>"  # as Python prints it
    first = first_line(text)
    return name + ": " + first if first else name


def first_line(text):
    return next((one for one in text.splitlines() if one.strip()), "")
