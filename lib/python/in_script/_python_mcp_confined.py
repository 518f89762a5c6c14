"""The jobs that a script in a sandbox has started: its launcher tells it what others read in files."""

import base64
import os

from _python_mcp_ask import ask
from _python_mcp_job_files import KILLED, JobError, ended, own_job

_MOST_OUTPUT = 16 << 20


def _ask(request):
    return ask(own_job()[1], request, lambda: False)


class ConfinedFiles:
    """What `Job` asks of the files of a job, as _Files has it."""

    awaited = None

    def __init__(self, folder):
        self.id = os.path.basename(folder)

    def status(self):
        found = _ask({"look": self.id})
        outcome = found["outcome"]
        if not outcome:
            if not found["there"]:
                return None, None
            if found["runs"] or not found["has_started"]:
                return ("running" if found["has_started"] else "pending"), None
            outcome = {"error": KILLED, "cancelled": found["is_cancelled"]}
        return ended(outcome)

    def progress(self):
        return _ask({"look": self.id})["progress"]

    def output(self, stream):
        """Of more than 16 MiB the last 16 MiB."""
        size = _ask({"look": self.id, "stream": stream, "offset": 0})["size"]
        at, pieces = max(0, size - _MOST_OUTPUT), []
        while True:
            data = base64.b64decode(_ask({"look": self.id, "stream": stream, "offset": at})["data"])
            if not data:
                return b"".join(pieces)
            pieces.append(data)
            at += len(data)

    def cancel(self):
        try:
            _ask({"cancel": self.id})
        except JobError:
            pass  # it has ended, or its launcher has

    def will_start(self):
        return True  # its launcher has just answered


def wake_own_supervisor():
    """Returns whether this script's place among the running jobs is lent to others."""
    try:
        return _ask({"wake": True}).get("is_lent", False)
    except JobError:
        return False
