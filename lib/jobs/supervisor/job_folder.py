"""The files of a job's folder, as launcher and supervisor write them (see job_files.ts)."""
import errno
import fcntl
import json
import os
import time

import names
from next_step import next_step

RETRY_SECONDS = 0.5
OUTCOME_BYTES = 4096
PROBE_SECONDS = 0.001  # as long as a look at a lock may take
# What may be over in a moment; anything else means that there is no folder to write to any more.
PASSING = (errno.ENOSPC, errno.EDQUOT, errno.ENOMEM, errno.EMFILE, errno.ENFILE)


def open_private(path):
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def open_log(folder, name):
    return os.open(os.path.join(folder, name), os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)


def open_lock(folder):
    return os.open(os.path.join(folder, names.LOCK), os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)


def accept(folder, launcher_id):
    """Says which launcher has the job."""
    with open_private(os.path.join(folder, names.ACCEPTED)) as file:
        file.write(launcher_id.encode())


def try_lock(folder):
    """The descriptor of the job's lock, or None when more than a passing look holds it."""
    lock = open_lock(folder)
    for _ in range(5):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return lock
        except BlockingIOError:
            time.sleep(PROBE_SECONDS)
    os.close(lock)
    return None


def remove(path):
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass


def has(folder, name):
    return os.path.exists(os.path.join(folder, name))


def step_of(folder, lock):
    """What becomes of the job; `lock`: the descriptor of its lock, None where another process holds it."""
    return next_step(has(folder, names.STARTED), lock is None, has_outcome(folder), has(folder, names.CANCEL))


def has_outcome(folder):
    """Whether the job has ended; what a power failure left half-written does not count."""
    try:
        with open(os.path.join(folder, names.OUTCOME), "rb") as file:
            json.loads(file.read())
        return True
    except (OSError, ValueError):
        return False


def replace(path, content):
    """Readers see the old content or the new, never a part."""
    with open_private(path + ".new") as file:
        file.write(content)
    os.replace(path + ".new", path)


def write_json(folder, name, value):
    replace(os.path.join(folder, name), json.dumps(value).encode())


def reserve_outcome(folder):
    """Makes room for `outcome.json`, so that a job can end on a full disk too."""
    with open_private(os.path.join(folder, names.NEXT_OUTCOME)) as file:
        file.write(b" " * OUTCOME_BYTES)
    os.close(open_lock(folder))


def ended_without_run(error=None, cancelled=False, stopped=0):
    """The outcome of a job whose supervisor cannot tell what became of it, or that never had one."""
    return {
        "exit_code": None,
        "signal": None,
        "error": error,
        "failed_step": None,
        "timed_out": False,
        "cancelled": cancelled,
        "ended_at": time.time(),
        "elapsed_seconds": 0.0,
        "stopped": stopped,
        "runs": [],
    }


def write_outcome(folder, outcome, lock):
    """Writes `outcome.json`, on a full disk too, and wakes those who wait for the job.

    `outcome.json.new` is there since the job was made: writing over it needs no room.
    """
    reserved = os.path.join(folder, names.NEXT_OUTCOME)
    while True:
        try:
            _write_over(reserved, json.dumps(outcome).encode())
            os.replace(reserved, os.path.join(folder, names.OUTCOME))
            break
        except OSError as error:
            if error.errno not in PASSING:
                raise
            outcome.pop("samples", None)
            time.sleep(RETRY_SECONDS)
    os.write(lock, b".")  # they watch the lock file: nothing but a job's end writes there


def _write_over(path, content):
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        written = 0
        while written < len(content):
            written += os.pwrite(descriptor, content[written:], written)
        os.ftruncate(descriptor, len(content))
    finally:
        os.close(descriptor)
