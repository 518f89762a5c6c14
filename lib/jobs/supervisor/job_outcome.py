"""How a job ended: `outcome.json`, as launchers and supervisors write it; and the next step of a job without one."""
import json
import os
import time

import names
from job_folder import CAREFULLY, PASSING, clear_way, has, is_gone, open_lock, open_private, read
from next_step import next_step
from signal_name import signal_name

RETRY_SECONDS = 0.5
OUTCOME_BYTES = 4096
LAST_SECOND = 8.64e12  # no date is later


def step_of(folder, lock):
    """What becomes of the job; `lock`: the descriptor of its lock, None where another process holds it."""
    return next_step(has(folder, names.STARTED), lock is None, has_outcome(folder), has(folder, names.CANCEL))


def has_outcome(folder):
    """Whether the job has ended; what a power failure left half-written, or a script wrote, does not count."""
    try:
        return is_outcome(json.loads(read(folder, names.OUTCOME), parse_constant=refuse))
    except (OSError, ValueError):
        return False


def is_outcome(found):
    """The same as `isOutcome` in is_outcome.ts."""
    if not isinstance(found, dict):
        return False
    numbers = [found.get(key) for key in ("ended_at", "elapsed_seconds", "stopped")]
    if found.get("exit_code") is not None:
        numbers.append(found["exit_code"])
    texts = [found.get(key) for key in ("signal", "error", "failed_step")]
    runs = found.get("runs")
    return (
        all(isinstance(one, (int, float)) and not isinstance(one, bool) and abs(one) < 1e308 for one in numbers)
        and abs(found["ended_at"]) < LAST_SECOND
        and all(text is None or isinstance(text, str) for text in texts)
        and isinstance(runs, list)
        and all(isinstance(run, (dict, list)) for run in runs)
    )


def refuse(name):
    raise ValueError(name + " is no JSON")


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


def measure(runs):
    """Exit code, signal and figures of the runs, as `outcome.json` holds them."""
    if not runs:
        return {"exit_code": None, "signal": None, "elapsed_seconds": 0.0, "runs": [], "stopped": 0}
    status = runs[-1].status
    number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    return {
        "exit_code": 128 + number if number else os.WEXITSTATUS(status),
        "signal": signal_name(number) if number else None,
        "elapsed_seconds": runs[-1].seconds,
        "stopped": sum(run.stopped for run in runs),
        "runs": [
            {
                "wall_seconds": run.seconds,
                "user_seconds": run.user,
                "system_seconds": run.system,
                "peak_rss_bytes": max(run.peak, run.samples.peak),
            }
            for run in runs
        ],
    }


def write_outcome(folder, outcome, lock, waits=True):
    """Writes `outcome.json`, on a full disk too, and wakes those who wait for the job.

    `outcome.json.new` is there since the job was made: writing over it needs no room. `waits`: while the
    outcome cannot be written, as where the home is read-only, it is kept here; the lock is held meanwhile.
    """
    reserved, path = os.path.join(folder, names.NEXT_OUTCOME), os.path.join(folder, names.OUTCOME)
    while True:
        try:
            clear_way(reserved)
            clear_way(path)
            _write_over(reserved, json.dumps(outcome).encode())
            os.replace(reserved, path)
            break
        except OSError as error:
            # What no time mends, as a limit on files that a script has set, is left to the launcher.
            if not waits or error.errno not in PASSING or is_gone(folder):
                raise
            outcome.pop("samples", None)
            time.sleep(RETRY_SECONDS)
    os.write(lock, b".")  # they watch the lock file: nothing but a job's end writes there


def _write_over(path, content):
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | CAREFULLY, 0o600)
    try:
        written = 0
        while written < len(content):
            written += os.pwrite(descriptor, content[written:], written)
        os.ftruncate(descriptor, len(content))
    finally:
        os.close(descriptor)
