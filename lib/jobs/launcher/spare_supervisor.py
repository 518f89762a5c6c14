"""A supervisor that is forked ahead of the next job, while nothing runs, and waits for it.

To fork one once the job is there takes a good part of the time of a short run: the fork, the first look at each
page of memory, which copies it, and the pipes. It has no job until it gets one, and says then that it
has begun, before it does anything else: a job that it was given and has not begun is started otherwise.

After a plain job, of which nothing is left, a supervisor waits for another one; never does it have two at once.
"""
import _socket
import array
import json
import os
import signal
import sys

import output_pipes
import waiting_supervisor
from children import forked
from copied_pages import CopiedPages
from waiting_supervisor import MOST_BYTES

RIGHTS = _socket.SOL_SOCKET, _socket.SCM_RIGHTS
IS_POSSIBLE = sys.platform == "linux"
MOST_WAITING = 4  # of those that have had a job: each has 3 MB of its own


class SpareSupervisors:
    """One that is to have the next job, others that wait, and those that have a job by now."""

    def __init__(self, umask, queue, requests):
        self.umask, self.queue, self.requests = umask, queue, requests
        self.pid = self.socket = self.pipes = None
        self.others = {}  # the socket to each other one, by its pid
        self.is_wanted = False  # a job would have had one
        self.last = None  # the id and the sandbox of the last job, where the next one may have one like it
        self.next = None  # which that will be: its id, and its folder
        self.made_for = None  # the id of the job that the sandbox is for which is made ahead
        self.pages = {False: CopiedPages(), True: CopiedPages()}  # that those without, and with, a sandbox copy
        self.working = {}  # the Child of a job, by the descriptor of what leads to its supervisor

    # -- those that wait --------------------------------------------------------------------

    def fork(self):
        """Forks one where it is wanted and there is none. To be called when nothing has begun just before."""
        if not self.last:
            self.take_other()
        if self.pid is not None and self.pipes is None:
            self.make_pipes()
        if self.pid is not None or not self.is_wanted or not IS_POSSIBLE or (self.last and not self.next):
            return
        self.is_wanted = False
        sandbox, self.next = (*self.last, self.next) if self.last else None, None
        self.fork_one(sandbox)

    def fork_one(self, sandbox=None):
        pipes = ours = its = None
        try:
            pipes = output_pipes.Pipes()
            ours, its = _socket.socketpair(_socket.AF_UNIX, _socket.SOCK_SEQPACKET)
            pages = self.pages[bool(sandbox)]
            pages.look()
            keep = [its.fileno()] + pipes.reads + pipes.writes + pages.descriptors
            if sandbox:
                self.made_for = sandbox[2]["id"]
                self.requests.open_for(self.made_for)
            wait = waiting_supervisor.wait
            self.pid = forked(keep, lambda reaps: wait(its, pipes, self.queue, self.umask, reaps, sandbox, pages))
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

    def make_pipes(self):
        """For the next job of one that has had another."""
        try:
            self.pipes = output_pipes.Pipes()
        except OSError:
            self.drop()

    def take_back(self, child):
        """The supervisor of a job that is done waits for another one, unless enough do."""
        socket, child.socket = child.socket, None
        del self.working[socket.fileno()]
        if len(self.others) < MOST_WAITING:
            self.others[child.pid] = socket
        else:
            socket.close()

    def take_other(self):
        if self.pid is None and self.others:
            self.pid, self.socket = self.others.popitem()
            self.pipes = None
            self.is_wanted = False

    def close(self):
        """They end when nothing can come any more."""
        self.drop()
        while self.others:
            self.others.popitem()[1].close()

    def drop(self):
        if self.pid is not None:
            self.socket.close()
            if self.pipes:
                self.pipes.close()
            self.pid = None
            if self.made_for:
                self.requests.close_for(self.made_for)
                self.made_for = None

    def expect(self, job):
        """Which job comes next, where a sandbox can be made for it ahead."""
        if job["id"] == self.made_for:
            return
        self.next = job
        if self.last and self.pid is not None:
            self.drop()
            self.is_wanted = True

    def hear_of(self, pid, is_stopped):
        """A process has ended, or was stopped."""
        if is_stopped and (pid == self.pid or pid in self.others):
            os.kill(pid, signal.SIGCONT)
        elif pid == self.pid:
            self.drop()
        elif pid in self.others:
            self.others.pop(pid).close()

    # -- jobs -------------------------------------------------------------------------------

    def give(self, child, spec, slot, notes):
        """Gives a job to one, and the job its pipes. Returns its pid; None where there is none."""
        self.is_wanted = True
        if self.next and self.next["id"] == spec["id"]:
            self.next = None
        sandbox = spec["run"].get("sandbox")
        self.last = (spec["id"], sandbox) if can_be_ahead(sandbox) else None
        message = json.dumps({"spec": spec, "kind": slot.kind, "notes": notes}).encode()
        if not IS_POSSIBLE or len(message) > MOST_BYTES or self.made_for not in (None, spec["id"]):
            return None
        self.take_other()
        if self.pid is None:
            self.fork_one()
        elif self.pipes is None:
            self.make_pipes()
        if self.pid is None:
            return None
        try:
            # It has its first pipes already.
            own = self.pipes.reads + self.pipes.writes if self.pipes.writes else []
            files = array.array("i", [child.lock, slot.descriptor] + own)
            self.socket.sendmsg([message], [(*RIGHTS, files)])
        except OSError:
            self.drop()
            return None
        self.pipes.close_writes()
        child.pid, self.pid, self.made_for = self.pid, None, None
        child.pipes, child.spec, child.socket = self.pipes, spec, self.socket
        self.working[self.socket.fileno()] = child
        return child.pid

    def sources(self):
        return [*self.working]

    def with_news(self, ready):
        return [self.working[number] for number in ready if number in self.working]

    def hear(self, child):
        """What the supervisor of a job has said: BEGUN, DONE or DONE_AND_FREE. To be called once more when it has ended."""
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


def can_be_ahead(sandbox):
    return bool(sandbox) and bool(sandbox.get("filter")) and sandbox.get("hosts") is None
