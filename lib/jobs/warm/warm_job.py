"""One job of a warm host: what its launcher sends, its supervisor, and the process that becomes its script."""
import array
import json
import os
import sys

import _signal
import _socket

import detach
import output_pipes
import process_tree
import slots
import spawn_command
import supervisor
from become_script import Script
from choose_host import BEGUN, DONE

SUPERVISOR_TITLE = "python-mcp warm supervisor"


class Job:
    """What a launcher sends of a job, and the descriptors in this order."""

    def __init__(self, message, descriptors):
        content, self.lock, self.slot, self.life, *pipes = descriptors
        with os.fdopen(content, "rb") as file:
            file.seek(0)
            content = json.loads(file.read())
        self.spec, self.environ = content["spec"], content["environ"]
        self.kind, self.umask, self.queue = message["kind"], message["umask"], message["queue"]
        self.pipes = output_pipes.Pipes.__new__(output_pipes.Pipes)
        self.pipes.reads, self.pipes.writes = pipes[:2], pipes[2:]
        self.environ[output_pipes.VARIABLE] = ",".join(self.pipes.identities())
        self.descriptors = [self.lock, self.slot, self.life] + pipes

    def tell(self, word):
        try:
            os.write(self.life, word)
        except OSError:
            pass  # its launcher is dead

    def close(self):
        for descriptor in self.descriptors:
            os.close(descriptor)


class Prepared:
    """A process that becomes the script while its supervisor gets ready, and waits on a socket to begin."""

    def __init__(self, pid, socket):
        """`pid`: None where none could be forked."""
        self.pid, self.socket, self.notes = pid, socket, {"cold": None}

    def start(self, step, mark, *files):
        """Lets it begin, with these descriptors as its standard streams. In the place of `spawn_command.spawn`."""
        if self.pid is None or not self.socket.recv(1):
            self.notes["cold"] = "it could not be made of a warm host"
            return spawn_command.spawn(step, mark, *files)
        try:
            self.socket.sendmsg([b"."], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, array.array("i", files))])
        except OSError:
            pass  # it was killed meanwhile, as its status will say
        self.socket.close()
        return self.pid


def supervise(job, start):
    """In a child of the host: supervises the job, and never returns; but in the child that becomes the
    script, where it returns the Script. `start`: the Start of the host."""
    job.tell(BEGUN)  # see Attempt
    _signal.set_wakeup_fd(-1)
    _signal.signal(_signal.SIGCHLD, _signal.SIG_DFL)
    os.setsid()
    reaps = process_tree.become_subreaper()
    ours, its = _socket.socketpair(_socket.AF_UNIX, _socket.SOCK_SEQPACKET)
    try:
        pid = os.fork()  # first of all: both have much to do
    except OSError:
        pid = None  # spawn(3) says why
    if pid == 0:
        ours.close()
        try:
            script = Script(start, job.spec["run"], job.environ, job.umask)
            script.become(its)
        except BaseException:
            os._exit(1)  # Python would go on with the script; what is run cold in its place says why
        return script
    its.close()
    detach.keep_only(job.descriptors + [ours.fileno()])
    title = SUPERVISOR_TITLE, job.spec["id"], job.queue["home"]
    start.command_line.set([os.fsencode(part) for part in title], [])
    prepared = Prepared(pid, ours)
    try:
        queue = slots.Queue(job.queue["home"], job.queue["limit"], job.queue["owner"])
        slot = slots.Slot(queue, job.kind, job.spec["order"], job.slot)
        supervisor.supervise(job.spec, job.lock, slot, job.umask, reaps, job.pipes, prepared.start, prepared.notes)
        job.tell(DONE)  # sooner than the end of this process is seen
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(0)
