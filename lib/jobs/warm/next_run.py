"""The supervisor of a host's next job, and its script, which the host forks ahead."""
import os

import _socket

import warm_job


class NextRun:
    """Forked ahead: forking once a job is there would take half of the job's time."""

    def __init__(self, start):
        self.start = start
        self.socket = None  # leads to the supervisor
        self.is_wanted = True

    @property
    def is_there(self):
        return self.socket is not None

    @property
    def is_due(self):
        return self.is_wanted and not self.is_there

    def fork(self):
        """Forks a supervisor, which forks its script; returns the Script in the process that is to become it."""
        self.is_wanted = False
        self.start.supervisor_pages.look()
        self.start.script_pages.look()
        ours, its = _socket.socketpair(_socket.AF_UNIX, _socket.SOCK_SEQPACKET)
        try:
            pid = os.fork()
        except OSError:
            return its.close()  # then each job is run cold
        if pid == 0:
            ours.close()
            return warm_job.supervise(its, self.start)
        its.close()
        self.socket = ours
        return None

    def give(self, message, descriptors):
        """False where it is dead."""
        if not self.is_there:
            return False
        try:
            warm_job.send(self.socket, message, descriptors)
            return True
        except OSError:
            return False
        finally:
            self.drop()

    def drop(self):
        if self.is_there:
            self.socket.close()
            self.socket = None
