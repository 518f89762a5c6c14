"""Ends a job whose supervisor was killed."""
import fcntl
import json
import signal
import time

import cancel_job
import job_folder
import job_outcome
import names
import output_pipes
import process_tree
from next_step import STOP_REMAINS

JOB_MARK, SESSION_MARK = "PYTHON_MCP_JOB_ID=", "PYTHON_MCP_SESSION_ID="
SESSION_KILLED = (
    "The session's supervisor was killed or the machine went down while this cell ran; what it had printed is "
    "kept, the session's variables are gone"
)
SUPERVISOR_KILLED = (
    "The job's supervisor was killed or the machine went down while it ran; what it had printed is kept"
)
LOOK_SECONDS = 0.01
WAKE_SECONDS = 1.0


def mark_failed(folder, job_id, lock, pipes=None):
    """Waits until no supervisor has the job any more, then ends it unless it has ended.

    What is left of its processes is stopped first; then what they have printed is moved to the logs.
    `pipes`: the read ends of their output. Without them they are reopened, at once and through
    processes that have them, so that as long as this one waits no script prints into the void.
    """
    is_own = pipes is not None
    session = None if is_own else session_of(folder)
    marks = [JOB_MARK + job_id] + ([SESSION_MARK + session] if session else [])
    pipes = pipes or reopen_pipes(folder, marks)
    hold(lock, folder)
    is_gone = job_folder.is_gone(folder)
    if not is_gone and job_outcome.step_of(folder, lock) != STOP_REMAINS:
        if is_own:
            stop(marks, pipes)  # what has written an outcome itself is not spared
        return
    stopped = stop(marks, pipes)
    if is_gone:
        return
    keep_rest(folder, pipes)
    was_cancelled = job_folder.has(folder, names.CANCEL)
    text = SESSION_KILLED if session else SUPERVISOR_KILLED
    outcome = job_outcome.ended_without_run(text, was_cancelled, stopped)
    job_outcome.write_outcome(folder, outcome, lock)
    if was_cancelled:
        cancel_job.cancel_children(folder)


def keep_rest(folder, pipes):
    """Moves what is left in the pipes to the logs, as soon as those can be written to."""
    while True:
        try:
            for output in output_pipes.open_logs(folder, pipes):
                output.move_all()
            return
        except OSError as error:
            if error.errno not in output_pipes.REFUSED or job_folder.is_gone(folder):
                return  # a full disk: the outcome has room of its own
            time.sleep(WAKE_SECONDS / 2)


def hold(lock, folder):
    """Takes the lock once the supervisor is dead; one that was stopped is woken, which a launcher does for its own."""
    signal.signal(signal.SIGALRM, lambda *_: cancel_job.wake(folder))
    signal.setitimer(signal.ITIMER_REAL, WAKE_SECONDS, WAKE_SECONDS)
    fcntl.flock(lock, fcntl.LOCK_EX)
    signal.setitimer(signal.ITIMER_REAL, 0)


def session_of(folder):
    """The id of the session that the job is a cell of, or None."""
    try:
        return json.loads(job_folder.read(folder, names.STARTED)).get("session")
    except (OSError, ValueError, AttributeError):
        return None


def stop(marks, pipes):
    """Kills all that carries one of the marks or can print into the pipes; returns how many that were.

    One that is being started just now has no mark yet, one with an empty environment has none at all.
    """
    identities = [output_pipes.identity(pipe) for pipe in pipes if pipe is not None]

    def find():
        marked = set().union(*map(process_tree.marked, marks))
        return marked | output_pipes.writers(process_tree.pids(), identities)

    stopped = 0
    left = find()
    while left:
        process_tree.kill_all(find)
        stopped = max(stopped, len(left))
        time.sleep(LOOK_SECONDS)
        left = find()
    return stopped


def reopen_pipes(folder, marks):
    try:
        started = json.loads(job_folder.read(folder, names.STARTED))
        pids = [started["pid"]] + [pid for mark in marks for pid in process_tree.marked(mark)]
        return output_pipes.reopen(pids, started["pipes"])
    except (OSError, ValueError, KeyError):
        return []
