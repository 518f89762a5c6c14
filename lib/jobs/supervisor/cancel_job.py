"""Asks jobs to end, by their files: what launchers and supervisors do, with or without a server."""
import json
import os
import signal
import time

import job_folder
import job_outcome
import names
import process_tree
import slots
from next_step import CANCEL

CHILDREN_SECONDS = 10.0  # how long a job that was stopped waits for the end of its children
LOOK_SECONDS = 0.02


def wake(folder, number=signal.SIGUSR1):
    """Makes a supervisor look at its files now, or do what another signal tells it; a stopped one goes on."""
    pid = supervisor_of(folder)
    if pid is None:
        return  # not started yet: it looks before it starts
    try:
        os.kill(pid, number)
        os.kill(pid, signal.SIGCONT)
    except OSError:
        pass  # it has just ended


def supervisor_of(folder):
    """The pid of the job's supervisor that lives, or None."""
    try:
        started = json.loads(job_folder.read(folder, names.STARTED))
        pid, born = started["pid"], started["born"]
        return pid if born is not None and process_tree.born(pid) == born else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def cancel(folder):
    """Asks a job to end; one that has not started ends here and now.

    Its supervisor is told by a signal where no file can tell it, as in a home that is read-only: only there,
    since one that has ended its job meanwhile may have begun another.
    """
    if job_outcome.has_outcome(folder):
        return
    number = signal.SIGUSR1
    try:
        job_folder.open_private(os.path.join(folder, names.CANCEL)).close()
    except OSError:
        number = signal.SIGUSR2
    if job_folder.has(folder, names.CLUSTER):
        return  # whoever follows it there finds that file
    try:
        lock = job_folder.try_lock(folder)
    except OSError:
        return  # removed meanwhile
    if lock is None:
        return wake(folder, number)
    try:
        if job_outcome.step_of(folder, lock) == CANCEL:
            outcome = job_outcome.ended_without_run(cancelled=True)
            job_outcome.write_outcome(folder, outcome, lock, waits=False)
    except OSError:
        pass  # removed meanwhile
    finally:
        os.close(lock)


def cancel_children(folder):
    """Asks all that a job's script has started to end, directly or through others, ended or not.

    The last ones first, so that none of them starts in the place of another.
    """
    for child in children(folder):
        cancel_children(child)
        cancel(child)


def end_children(folder):
    """The same, and waits a while for their end."""
    cancel_children(folder)
    until = time.monotonic() + CHILDREN_SECONDS
    while time.monotonic() < until and any(map(runs, children(folder))):
        time.sleep(LOOK_SECONDS)


def runs(folder):
    return slots.is_locked(os.path.join(folder, names.LOCK))


def children(folder):
    """The folders of the jobs that a job's script has started."""
    try:
        ids = job_folder.read(folder, names.CHILDREN).decode().split()
    except (OSError, ValueError):
        return []
    return [os.path.join(folder, os.pardir, child) for child in ids]
