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
from prepared_sandbox import PreparedSandbox

BEGUN, DONE = b".", b"e"  # what it says of its job; see Attempt in warm_hosts.py
MOST_BYTES = 64 << 10  # of a job's message: whatever is longer takes its time anyway
IDLE_SECONDS = 600
IDLE_WITH_PLACEHOLDERS = 60  # people see those in their folders; see guarded_names.py
RIGHTS = _socket.SOL_SOCKET, _socket.SCM_RIGHTS
IS_POSSIBLE = sys.platform == "linux"


class SpareSupervisors:
    """At most one that waits, and those that have a job by now."""

    def __init__(self, umask, queue, requests):
        self.umask, self.queue, self.requests = umask, queue, requests
        self.pid = self.socket = self.pipes = None
        self.is_wanted = False  # a job would have had one
        self.last = None  # the id and the sandbox of the last job, where the next one may have one like it
        self.next = None  # which that will be: its id, and its folder
        self.made_for = None  # the id of the job that the sandbox is for which is made ahead
        self.working = {}  # the Child of a job, by the descriptor of what leads to its supervisor

    # -- the one that waits -----------------------------------------------------------------

    def fork(self):
        """Forks one where it is wanted and there is none. To be called when nothing has begun just before."""
        if self.pid is not None or not self.is_wanted or not IS_POSSIBLE or (self.last and not self.next):
            return
        self.is_wanted = False
        sandbox, self.next = (*self.last, self.next) if self.last else None, None
        pipes = ours = its = None
        try:
            pipes = output_pipes.Pipes()
            ours, its = _socket.socketpair(_socket.AF_UNIX, _socket.SOCK_SEQPACKET)
            keep = [its.fileno()] + pipes.reads + pipes.writes
            if sandbox:
                self.made_for = sandbox[2]["id"]
                self.requests.open_for(self.made_for)
            self.pid = forked(keep, lambda reaps: wait(its, pipes, self.queue, self.umask, reaps, sandbox))
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
        if pid == self.pid and is_stopped:
            os.kill(pid, signal.SIGCONT)
        elif pid == self.pid:
            self.drop()

    # -- jobs -------------------------------------------------------------------------------

    def give(self, child, spec, slot, notes):
        """Gives it a job, and the job its pipes. Returns its pid; None where there is none."""
        self.is_wanted = True
        if self.next and self.next["id"] == spec["id"]:
            self.next = None
        sandbox = spec["run"].get("sandbox")
        self.last = (spec["id"], sandbox) if can_be_ahead(sandbox) else None
        if self.pid is None or self.made_for not in (None, spec["id"]):
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
        pid, self.pid, self.made_for = self.pid, None, None
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


def can_be_ahead(sandbox):
    return bool(sandbox) and bool(sandbox.get("filter")) and sandbox.get("hosts") is None


def takes_any(spec):
    """Whether nothing has to be done for the job before its sandbox is made; and all its runs are alike."""
    return not any(spec.get(name) for name in ("max_memory_bytes", "max_processes")) and (spec.get("repeat") or 1) == 1


# -- in the process that is forked ahead ---------------------------------------------------


def wait(socket, pipes, queue, umask, reaps, sandbox):
    """Supervises the job that comes; returns when none does. `sandbox`: what one is to be made like, for which job."""
    prepared = make_ahead(sandbox, pipes, umask) if sandbox else None
    try:
        wait_with(prepared, socket, pipes, queue, umask, reaps)
    finally:
        if prepared and not prepared.is_over:
            prepared.close()


def wait_with(prepared, socket, pipes, queue, umask, reaps):
    poll = select.poll()
    poll.register(socket.fileno(), select.POLLIN)
    if not poll.poll(1000 * (IDLE_WITH_PLACEHOLDERS if prepared and prepared.sandbox.get("placeholders") else IDLE_SECONDS)):
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
    if prepared and not takes_any(job["spec"]):
        prepared.close()
        prepared = None
    slot = slots.Slot(queue, job["kind"], job["spec"]["order"], place)
    supervisor.supervise(job["spec"], lock, slot, umask, reaps, pipes, None, job["notes"], prepared)
    try:
        socket.send(DONE)  # sooner than the end of this process is seen
    except OSError:
        pass  # its launcher is dead


def make_ahead(sandbox, pipes, umask):
    try:
        return PreparedSandbox(*sandbox, *pipes.writes, umask)
    except (OSError, KeyError):
        return None  # the job has one made as ever, and its supervisor says why there can be none
