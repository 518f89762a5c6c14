"""The place of a script among the running jobs, while it waits for one of its own."""

import fcntl
import os
import signal
import time

import _python_mcp_names as names
from _python_mcp_confined import wake_own_supervisor
from _python_mcp_job_files import is_locked, own_job, read_json

_LOOK_SECONDS = (0.005, 0.05)  # the first and the longest pause between two looks for it


class LentSlot:
    """While the script waits for a job, others may run in its place.

    `has_ended` says whether that job has; `mark` is the file that says that it is awaited.
    """

    def __init__(self, has_ended, mark):
        self.folder = own_job()[1]
        self.has_ended = has_ended
        # When that job ends, this one comes next; a script in a sandbox cannot say so.
        self.mark = mark

    def __enter__(self):
        if self.mark:
            os.close(os.open(self.mark, os.O_WRONLY | os.O_CREAT, 0o600))
        self.lock = os.open(os.path.join(self.folder, names.WAITING), os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self.lock, fcntl.LOCK_SH)
        self.wake_supervisor()

    def __exit__(self, kind, *_):
        fcntl.flock(self.lock, fcntl.LOCK_UN)  # a forked process may have the descriptor too
        os.close(self.lock)
        if self.mark and not self.has_ended():
            self.remove_mark()
        pause, longest = _LOOK_SECONDS
        while self.wake_supervisor() and kind is None:
            time.sleep(pause)
            pause = min(longest, pause * 1.5)

    def remove_mark(self):
        try:
            os.unlink(self.mark)
        except OSError:
            pass  # another thread waits for the same job

    def wake_supervisor(self):
        """Returns whether this job's slot is lent, and its supervisor lives to take it back."""
        if not self.mark:
            return wake_own_supervisor()
        started = read_json(os.path.join(self.folder, names.STARTED))
        if not started or not is_locked(os.path.join(self.folder, names.LOCK)):
            return False
        try:
            os.kill(started["pid"], signal.SIGUSR1)
        except OSError:
            pass  # it looks every second
        return os.path.exists(os.path.join(self.folder, names.LENT))
