"""The process that is forked ahead of a job: it waits for one, supervises it and waits again; see spare_supervisor.py."""
import _socket
import array
import json
import os
import select
import signal

import detach
import output_pipes
import slots
import spawn_command
import supervisor
from inherited import inherited
from prepared_sandbox import PreparedSandbox

BEGUN, DONE = b".", b"e"  # what it says of its job; see Attempt in warm_hosts.py
DONE_AND_FREE = b"f"  # the same, and that it waits for another one
MOST_JOBS = 100
MOST_BYTES = 64 << 10  # of a job's message: a job with a longer one is slow anyway
MOST_FILES = 6  # its lock and place, and the four ends of its pipes
IDLE_SECONDS = 600
IDLE_WITH_PLACEHOLDERS = 60  # people see those in their folders; see guarded_names.py


def wait(socket, pipes, queue, umask, reaps, sandbox, pages):
    """Supervises the jobs that come; returns when no more do, or when this process is not as it was before a job.

    `pipes`: those of the first job. `sandbox`: what one is to be made like, for which job. `pages`: the CopiedPages.
    """
    at_first = inherited()
    prepared = make_ahead(sandbox, pipes, umask) if sandbox else None
    if not comes(socket, 0):
        pages.copy_ahead()
    try:
        for left in reversed(range(MOST_JOBS)):
            received = receive(socket, idle_seconds(prepared))
            if not received:
                return
            job, (lock, place, *ends) = received
            if prepared and not takes_any(job["spec"]):
                prepared.close()
                prepared = None
            if ends:
                pipes = output_pipes.Pipes.of(ends[:2], ends[2:])
            slot = slots.Slot(queue, job["kind"], job["spec"]["order"], place)
            was_plain = supervisor.supervise(
                job["spec"], lock, slot, umask, reaps, pipes, None, job["notes"], prepared
            )
            is_free = left and was_plain and not prepared
            if pages.before is not None:
                pages.tell()
            if is_free:
                forget_job(socket)
                is_free = inherited() == at_first
            socket.send(DONE_AND_FREE if is_free else DONE)  # which is noticed sooner than the end of this process
            if not is_free:
                return
    except BrokenPipeError:
        pass  # its launcher is dead
    finally:
        if prepared:
            prepared.close()


def receive(socket, seconds):
    """The next job and its descriptors; None where none comes. Whoever gets one says so before all else."""
    if not comes(socket, seconds):
        return None
    files = array.array("i")
    space = _socket.CMSG_SPACE(MOST_FILES * files.itemsize)
    message, ancillary, _, _ = socket.recvmsg(MOST_BYTES, space, _socket.MSG_CMSG_CLOEXEC)
    if not message:
        return None  # its launcher has ended, or wants another one
    files.frombytes(ancillary[0][2])
    job = json.loads(message)
    socket.send(BEGUN)
    return job, files


def comes(socket, seconds):
    poll = select.poll()
    poll.register(socket.fileno(), select.POLLIN)
    return bool(poll.poll(1000 * seconds))


def forget_job(socket):
    """Lets go of the job's lock, place, folder, pipes, and of the signals that ended it."""
    signal.set_wakeup_fd(-1)
    for number in spawn_command.TO_END + (signal.SIGUSR2,):
        signal.signal(number, signal.SIG_DFL)
    os.chdir("/")
    detach.close_but([socket.fileno()])


def idle_seconds(prepared):
    return IDLE_WITH_PLACEHOLDERS if prepared and prepared.sandbox.get("placeholders") else IDLE_SECONDS


def make_ahead(sandbox, pipes, umask):
    try:
        return PreparedSandbox(*sandbox, *pipes.writes, umask)
    except (OSError, KeyError):
        return None  # the job gets an ordinary one, and its supervisor says so if there can be none


def takes_any(spec):
    """Whether nothing has to be done for the job before its sandbox is made; and all its runs are alike."""
    return not any(spec.get(name) for name in ("max_memory_bytes", "max_processes")) and (spec.get("repeat") or 1) == 1
