"""What the files of a job say, for the scripts that started it."""

import fcntl
import json
import os

import _python_mcp_names as names

OURS = ("PYTHON_MCP_JOB_ID", "PYTHON_MCP_PROGRESS_FILE", "PYTHON_MCP_ARTIFACTS")
FINAL = ("completed", "failed", "cancelled")
KILLED = "The job's supervisor was killed while it ran; what it had printed is kept"


class JobError(RuntimeError):
    """What was asked of a job is impossible: the message says why, and what to do."""


def own_job():
    """Id and folder of the job that this script runs as."""
    job_id, progress = (os.environ.get(name, "") for name in OURS[:2])
    folder = progress[: -len("/" + names.PROGRESS)] if progress.endswith("/" + names.PROGRESS) else ""
    if not job_id or os.path.basename(folder) != job_id or not os.path.isdir(folder):
        raise JobError(
            "python_mcp.run starts jobs only from a script that is a job of python-mcp itself: "
            "PYTHON_MCP_JOB_ID=%r and PYTHON_MCP_PROGRESS_FILE=%r name none. Run this script with one of "
            "the server's tools, such as py_run_script_in_dir" % (job_id, progress)
        )
    return job_id, folder


def is_confined():
    """Whether this script runs in a sandbox, which shows it no folder of a job but its own `script/`."""
    return not os.path.exists(os.path.join(own_job()[1], names.SPEC))


def status_of(folder):
    outcome = read_json(os.path.join(folder, names.OUTCOME))
    if not outcome:
        runs = is_locked(os.path.join(folder, names.LOCK))
        started = os.path.exists(os.path.join(folder, names.STARTED))
        if not os.path.isdir(folder):
            return None, None
        if runs or not started or os.path.exists(os.path.join(folder, names.CLUSTER)):
            return "running" if started else "pending", None
        # It may have ended since its outcome was looked for.
        outcome = read_json(os.path.join(folder, names.OUTCOME)) or {
            "error": KILLED,
            "cancelled": os.path.exists(os.path.join(folder, names.CANCEL)),
        }
    return ended(outcome)


def ended(outcome):
    """A job's status, and its outcome, which is there."""
    if outcome.get("cancelled"):
        return "cancelled", outcome
    well = outcome.get("error") is None and not outcome.get("timed_out") and outcome.get("exit_code") == 0
    return "completed" if well else "failed", outcome


def server_lives(home):
    """Whether a server of the home lives: of those that hold a file in `owners`, it has no socket."""
    owners, launchers = (os.path.join(home, name) for name in (names.OWNERS, names.SOCKETS))
    servers = set(listed(owners)).difference(listed(launchers))
    return any(is_locked(os.path.join(owners, server)) for server in servers)


def listed(folder):
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def read(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


def read_json(path):
    try:
        return json.loads(read(path) or b"null")
    except ValueError:
        return None  # not whole yet


def is_locked(path):
    """Whether a process holds the exclusive lock: whose it is, lives."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return False
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
