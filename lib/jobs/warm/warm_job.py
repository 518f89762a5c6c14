"""One job of a warm host: what its launcher sends, its supervisor, and the process that becomes its script.

A session is such a job too: its script is the program that runs its cells.
"""
import array
import json
import os
import sys

import _signal
import _socket

import detach
import output_pipes
import process_tree
import session_supervisor
import slots
import spawn_command
import supervisor
from become_script import Script
from choose_host import BEGUN, DONE, NEXT_TITLE

SUPERVISOR_TITLE = "python-mcp warm supervisor"
MOST_BYTES = 1 << 20  # of a message
DESCRIPTORS = 8  # of a job; see Job


class Given:
    """What a launcher sends, with descriptors: of a file that says more, of a pipe to tell what becomes of it, others."""

    def __init__(self, message, descriptors):
        self.content, self.life, *self.others = descriptors
        content = content_of(descriptors)
        self.spec, self.environ, self.umask = content["spec"], content["environ"], content["umask"]
        self.queue = message["queue"]

    def tell(self, word):
        try:
            os.write(self.life, word)
        except OSError:
            pass  # its launcher is dead


class Job(Given):
    def __init__(self, message, descriptors):
        super().__init__(message, descriptors)
        self.lock, self.slot, *pipes = self.others
        self.kind = message["kind"]
        self.pipes = output_pipes.Pipes.of(pipes[:2], pipes[2:])
        self.shown = self.pipes.reads

    def supervise(self, reaps, prepared):
        queue = slots.Queue(self.queue["home"], self.queue["limit"], self.queue["owner"])
        slot = slots.Slot(queue, self.kind, self.spec["order"], self.slot)
        supervisor.supervise(
            self.spec, self.lock, slot, self.umask, reaps, self.pipes, prepared.start, prepared.notes
        )


class Session(Given):
    shown = ()

    def supervise(self, reaps, prepared):
        _lock, _own, listener = self.others
        # A restart is cold, and finds what a launcher would have passed on.
        os.environ.clear()
        os.environ.update(self.environ)

        def spawn(step, mark, *files):
            start = prepared.start if step is self.spec["run"] and prepared.waits else spawn_command.spawn
            return start(step, mark, *files)

        home, limit = self.queue["home"], self.queue["limit"]
        session_supervisor.supervise(home, self.spec, listener, self.umask, limit, reaps, spawn)


def given(message, descriptors):
    return (Session if message.get("is_session") else Job)(message, descriptors)


def content_of(descriptors):
    """Of the file that comes first; several processes read it, hence not from where another has read to."""
    return json.loads(os.pread(descriptors[0], os.fstat(descriptors[0]).st_size, 0))


class Prepared:
    """A process that becomes the script while its supervisor gets ready, and waits on a socket to begin."""

    def __init__(self, pid, socket):
        """`pid`: None where none could be forked."""
        self.pid, self.socket, self.notes = pid, socket, {"cold": None}
        self.waits = pid is not None

    def tell(self, job):
        """Says what it is to become."""
        self.try_send(b"r", [job.content, *job.shown])

    def start(self, step, mark, *files):
        """Lets it begin, with these descriptors as its standard streams. In the place of `spawn_command.spawn`."""
        was_waiting, self.waits = self.waits, False
        if not was_waiting or not self.is_ready():
            self.notes["cold"] = "it could not be made of a warm host"
            return spawn_command.spawn(step, mark, *files)
        self.try_send(b".", files)
        self.socket.close()
        return self.pid

    def is_ready(self):
        """Waits for its word."""
        try:
            return bool(self.socket.recv(1))
        except ConnectionResetError:
            return False  # it was killed before it had read what it is to become

    def try_send(self, word, descriptors):
        try:
            send(self.socket, word, descriptors)
        except OSError:
            pass  # it was killed meanwhile, as its status will say


def send(socket, message, descriptors):
    socket.sendmsg([message], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, array.array("i", descriptors))])


def receive(socket, most):
    """A message and its descriptors; nothing where the other end is gone."""
    received = array.array("i")
    space = _socket.CMSG_SPACE(DESCRIPTORS * received.itemsize)
    message, ancillary, _, _ = socket.recvmsg(most, space, _socket.MSG_CMSG_CLOEXEC)
    for _, _, part in ancillary:
        received.frombytes(part)
    return message, list(received)


def supervise(host, start):
    """In a child of the host: waits for a job, supervises it, and never returns; but in the child that becomes the
    script, where it returns the Script. `host`: where the job comes from. `start`: the Start of the host."""
    _signal.set_wakeup_fd(-1)
    _signal.signal(_signal.SIGCHLD, _signal.SIG_DFL)
    os.setsid()
    reaps = process_tree.become_subreaper()
    start.command_line.set([os.fsencode(part) for part in (NEXT_TITLE, os.path.dirname(start.runtime))], [])
    ours, its = _socket.socketpair(_socket.AF_UNIX, _socket.SOCK_SEQPACKET)
    try:
        pid = os.fork()
    except OSError:
        pid = None  # spawn(3) says why
    if pid == 0:
        try:
            return become_script(its, start)
        except BaseException:
            os._exit(1)  # Python would go on with the script; what is run cold in its place says why
    its.close()
    detach.keep_only([host.fileno(), ours.fileno()] + start.supervisor_pages.descriptors)
    prepared = Prepared(pid, ours)
    try:
        start.supervisor_pages.copy_ahead()
        message, descriptors = receive(host, MOST_BYTES)
        if message:
            host.close()
            supervise_job(given(json.loads(message), descriptors), prepared, reaps, start)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(0)


def supervise_job(job, prepared, reaps, start):
    job.tell(BEGUN)  # see Attempt
    prepared.tell(job)
    title = SUPERVISOR_TITLE, job.spec["id"], job.queue["home"]
    start.command_line.set([os.fsencode(part) for part in title], [])
    job.supervise(reaps, prepared)
    job.tell(DONE)  # sooner than the end of this process is seen
    start.supervisor_pages.tell()


def become_script(socket, start):
    """Waits for what it is to become, and for the moment when it may begin."""
    detach.keep_only([socket.fileno()] + start.script_pages.descriptors)
    start.script_pages.copy_ahead()
    message, descriptors = receive(socket, 1)
    if not message:
        os._exit(1)  # there is no job for it any more
    content = content_of(descriptors)
    if descriptors[1:]:
        content["environ"][output_pipes.VARIABLE] = ",".join(map(output_pipes.identity, descriptors[1:]))
    script = Script(start, content["spec"]["run"], content["environ"], content["umask"])
    script.become(socket)
    return script
