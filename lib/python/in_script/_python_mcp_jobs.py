"""Jobs that a script has started, see `python_mcp.run`. Loaded when a script first asks for them."""

import os
import time

import _python_mcp_names as names
from _python_mcp_ask import ask
from _python_mcp_confined import ConfinedFiles
from _python_mcp_job_files import (
    FINAL,
    JobError,
    is_confined,
    is_locked,
    own_job,
    read,
    read_json,
    server_lives,
    status_of,
)
from _python_mcp_lent_slot import LentSlot

_MOST_OUTPUT = 16 << 20
_LOOK_SECONDS = (0.005, 0.05)  # the first and the longest pause between two looks at a job
_LOST_SECONDS = 3  # a server finds within a second that nobody will start a job


class JobResult(dict):
    """How a job ended; `result["stdout"]` and `result.stdout` are the same.

    `status` ("completed", "failed" or "cancelled"), `exit_code` (128 + N after signal N, None when the
    script never ran), `stdout`, `stderr`, `elapsed_seconds`, `error` (one line, None after success) and
    `timed_out`. Of a stream with more than 16 MiB these are the last 16 MiB.
    """

    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


class Job:
    """A job that this script has started."""

    def __init__(self, folder):
        self.id = os.path.basename(folder)
        self._files = ConfinedFiles(folder) if is_confined() else _Files(folder)
        self.artifacts = os.path.join(folder, names.ARTIFACTS)
        """The folder for the files that it makes: its `PYTHON_MCP_ARTIFACTS`."""

    def __repr__(self):
        return "<Job %s>" % self.id

    @property
    def status(self):
        """"pending", "running", "completed", "failed" or "cancelled"."""
        return self._look()[0]

    @property
    def progress(self):
        """What it reported last, {"current", "total", "message"} (the last two may be None), or None."""
        found = self._files.progress()
        if type(found) is not dict or not isinstance(found.get("current"), (int, float)):
            return None
        return {name: found.get(name) for name in ("current", "total", "message")}

    @property
    def stdout(self):
        """What it has printed so far; of more than 16 MiB the last 16 MiB."""
        return self._output("stdout")

    @property
    def stderr(self):
        """As `stdout`, of its standard error."""
        return self._output("stderr")

    @property
    def result(self):
        """Its JobResult, None while it has not ended."""
        status, outcome = self._look()
        return self._result(status, outcome) if status in FINAL else None

    def wait(self, timeout=None):
        """Waits until it has ended and returns its JobResult; a job that failed raises nothing here.

        Meanwhile this script's place among the running jobs is lent to others; the call returns once it
        has one again, which may take longer than `timeout`, in seconds. Raises TimeoutError when the
        job has not ended by then; it goes on.
        """
        if timeout is not None:
            timeout = seconds("timeout", timeout)
        status, outcome = self._look()
        if status not in FINAL:
            with LentSlot(self._has_ended, self._files.awaited):
                status, outcome = self._until_end(timeout)
        if status not in FINAL:
            raise TimeoutError("The job %s has not ended after %g s: it is %s" % (self.id, timeout, status))
        return self._result(status, outcome)

    def cancel(self):
        """Stops it with everything that it has started, and returns its status once nothing of it runs.

        A job that had ended before stays what it was.
        """
        if self.status not in FINAL:
            self._files.cancel()
        return self.wait()["status"]

    def _has_ended(self):
        return self._files.status()[0] in FINAL

    def _until_end(self, timeout):
        began = looked = time.monotonic()
        pause, longest = _LOOK_SECONDS
        while True:
            status, outcome = self._look()
            now = time.monotonic()
            if status in FINAL or (timeout is not None and now - began >= timeout):
                return status, outcome
            if status != "pending" or self._files.will_start():
                looked = now
            elif now - looked > _LOST_SECONDS:
                raise JobError(
                    "The job %s has not started, and the server and the launcher that were to start it have "
                    "ended. The next python-mcp server of this home takes care of it" % self.id
                )
            time.sleep(pause if timeout is None else max(0.0, min(pause, began + timeout - now)))
            pause = min(longest, pause * 1.5)

    def _look(self):
        """Its status, and its outcome where it has ended."""
        status, outcome = self._files.status()
        if status is None:
            raise JobError("The job %s was removed (py_prune_jobs), its output with it" % self.id)
        return status, outcome

    def _output(self, stream):
        return self._files.output(stream).decode("utf-8", "replace")

    def _result(self, status, outcome):
        result = JobResult(
            status=status,
            exit_code=outcome.get("exit_code"),
            stdout=self.stdout,
            stderr=self.stderr,
            elapsed_seconds=outcome.get("elapsed_seconds"),
            timed_out=bool(outcome.get("timed_out")),
        )
        result["error"] = _error(result, outcome)
        return result


class _Files:
    """What the files of a job say."""

    def __init__(self, folder):
        self.folder = folder
        self.awaited = os.path.join(folder, names.AWAITED)

    def status(self):
        return status_of(self.folder)

    def progress(self):
        return read_json(os.path.join(self.folder, names.PROGRESS))

    def output(self, stream):
        name = names.STDERR if stream == "stderr" else names.STDOUT
        try:
            with open(os.path.join(self.folder, name), "rb") as file:
                file.seek(max(0, os.fstat(file.fileno()).st_size - _MOST_OUTPUT))
                return file.read(_MOST_OUTPUT)
        except FileNotFoundError:
            return b""

    def cancel(self):
        with open(os.open(os.path.join(self.folder, names.CANCEL), os.O_WRONLY | os.O_CREAT, 0o600), "wb"):
            pass
        try:
            ask(own_job()[1], {"cancel": os.path.basename(self.folder)}, lambda: False)
        except JobError:
            pass  # its supervisor looks every second

    def will_start(self):
        """Whether a launcher that has it, or a server that would find it, lives."""
        if os.path.exists(os.path.join(self.folder, names.CLUSTER)):
            return True
        home = os.path.dirname(os.path.dirname(self.folder))
        launcher = (read(os.path.join(self.folder, names.ACCEPTED)) or b"none").decode()
        return is_locked(os.path.join(home, names.OWNERS, launcher)) or server_lives(home)


def _error(result, outcome):
    if result["status"] != "failed":
        return None
    if outcome.get("error"):
        return outcome["error"]
    if result["timed_out"]:
        return "The script was stopped at its time limit (timeout_seconds)"
    lines = result["stderr"].strip().splitlines()
    return lines[-1] if lines else "exit code %s" % result["exit_code"]


def seconds(name, value):
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError("%s is a number of seconds, not %r" % (name, value))
    if not 0 <= value < 1e10:
        raise ValueError("%s is a number of seconds from 0 on, not %r" % (name, value))
    return value
