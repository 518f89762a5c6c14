"""A supervisor that is forked ahead of the next job, while nothing runs, and waits for it.

To fork one once the job is there takes a good part of the time of a short run: the fork, the first look at each
page of memory, which copies it, and the pipes. It has no job until it gets one, and says then that it
has begun, before it does anything else: a job that it was given and has not begun is started otherwise.
"""
import _socket
import array
import json
import os
import select
import signal
import sys

import output_pipes
import slots
import supervisor
from children import forked

BEGUN, DONE = b".", b"e"  # what it says of its job; see Attempt in warm_hosts.py
MOST_BYTES = 64 << 10  # of a job's message: whatever is longer takes its time anyway
IDLE_SECONDS = 600
RIGHTS = _socket.SOL_SOCKET, _socket.SCM_RIGHTS
IS_POSSIBLE = sys.platform == "linux"


class SpareSupervisors:
    """At most one that waits, and those that have a job by now."""

    def __init__(self, umask, queue):
        self.umask, self.queue = umask, queue
        self.pid = self.socket = self.pipes = None
        self.is_wanted = False  # a job would have had one
        self.working = {}  # the Child of a job, by the descriptor of what leads to its supervisor

    # -- the one that waits -----------------------------------------------------------------

    def fork(self):
        """Forks one where it is wanted and there is none. To be called when nothing has begun just before."""
        if self.pid is not None or not self.is_wanted or not IS_POSSIBLE:
            return
        self.is_wanted = False
        pipes = ours = its = None
        try:
            pipes = output_pipes.Pipes()
            ours, its = _socket.socketpair(_socket.AF_UNIX, _socket.SOCK_SEQPACKET)
            keep = [its.fileno()] + pipes.reads + pipes.writes
            self.pid = forked(keep, lambda reaps: wait(its, pipes, self.queue, self.umask, reaps))
            ours.setblocking(False)
            self.socket, self.pipes = ours, pipes
            pipes.close_writes()
        except OSError:
            if ours:
                ours.close()
            if pipes:
                pipes.close()
        finally:
            if its:
                its.close()

    def drop(self):
        """It ends when nothing can come any more."""
        if self.pid is not None:
            self.socket.close()
            self.pipes.close()
            self.pid = None

    def hear_of(self, pid, is_stopped):
        """A process has ended, or was stopped."""
        if pid == self.pid and is_stopped:
            os.kill(pid, signal.SIGCONT)
        elif pid == self.pid:
            self.drop()

    # -- jobs -------------------------------------------------------------------------------

    def give(self, child, spec, slot, notes):
        """Gives it a job, and the job its pipes. Returns its pid; None where there is none."""
        self.is_wanted = True
        if self.pid is None:
            return None
        message = json.dumps({"spec": spec, "kind": slot.kind, "notes": notes}).encode()
        if len(message) > MOST_BYTES:
            return None
        try:
            files = array.array("i", [child.lock, slot.descriptor])
            self.socket.sendmsg([message], [(*RIGHTS, files)])
        except OSError:
            self.drop()
            return None
        pid, self.pid = self.pid, None
        child.pipes, child.spec, child.socket = self.pipes, spec, self.socket
        self.working[self.socket.fileno()] = child
        return pid

    def sources(self):
        return [*self.working]

    def with_news(self, ready):
        return [self.working[number] for number in ready if number in self.working]

    def hear(self, child):
        """What the supervisor of a job has said: BEGUN, DONE. To be called once more when it has ended."""
        while child.socket:
            try:
                word = child.socket.recv(1)
            except BlockingIOError:
                return
            except OSError:
                word = b""
            if word:
                yield word
            else:
                del self.working[child.socket.fileno()]
                child.socket.close()
                child.socket = None


# -- in the process that is forked ahead ---------------------------------------------------


def wait(socket, pipes, queue, umask, reaps):
    """Supervises the job that comes; returns when none does."""
    poll = select.poll()
    poll.register(socket.fileno(), select.POLLIN)
    if not poll.poll(IDLE_SECONDS * 1000):
        return
    files = array.array("i")
    space = _socket.CMSG_SPACE(2 * files.itemsize)
    message, ancillary, _, _ = socket.recvmsg(MOST_BYTES, space, _socket.MSG_CMSG_CLOEXEC)
    if not message:
        return  # its launcher has ended, or wants another one
    files.frombytes(ancillary[0][2])
    lock, place = files
    job = json.loads(message)
    socket.send(BEGUN)
    slot = slots.Slot(queue, job["kind"], job["spec"]["order"], place)
    supervisor.supervise(job["spec"], lock, slot, umask, reaps, pipes, None, job["notes"])
    try:
        socket.send(DONE)  # sooner than the end of this process is seen
    except OSError:
        pass  # its launcher is dead
