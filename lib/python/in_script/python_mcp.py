"""For scripts that run as jobs of python-mcp: progress, and jobs of their own.

    from python_mcp import create_progress_callback

    progress = create_progress_callback()
    for done, item in enumerate(items, start=1):
        work(item)
        progress(done, len(items), f"finished {item}")

Outside a job the calls do nothing. They never raise and cost next to nothing: the newest value is
written four times a second and at exit, also from threads and worker processes.

    import python_mcp

    jobs = [python_mcp.run("part.py", [name]) for name in names]
    results = [job.wait() for job in jobs]

`help(python_mcp.run)` and `help(python_mcp.Job)` say the rest.
"""

import json
import math
import operator
import os
import sys
from _thread import allocate_lock
from time import sleep, time_ns

import _python_mcp_ticker as _ticker

__all__ = ["create_progress_callback", "run", "Job", "JobError", "JobResult"]

_MESSAGE_CHARACTERS = 2000
_latest = None  # (file, current, total, message, time)
_written = None
_writing = allocate_lock()
_begun = False


def __getattr__(name):
    """Loads what starts jobs when a script first asks for it."""
    if name == "run":
        from _python_mcp_run import run as found
    elif name in ("Job", "JobResult"):
        import _python_mcp_jobs

        found = getattr(_python_mcp_jobs, name)
    elif name == "JobError":
        from _python_mcp_job_files import JobError as found
    else:
        raise AttributeError("module %r has no attribute %r" % (__name__, name))
    globals()[name] = found
    return found


def create_progress_callback():
    """Returns `progress(current, total=None, message=None)`, which reports to the job around it."""
    file = os.environ.get("PYTHON_MCP_PROGRESS_FILE")

    def progress(current, total=None, message=None):
        global _latest
        if not file:
            return
        # No `try` around this: it would swallow what a script's signal handler raises here.
        if type(current) is not int:
            current = _number(current)
            if current is None:
                return
        if type(total) is not int:
            total = _number(total)
        if message is not None and type(message) is not str:
            message = _text(message)
        _latest = (file, current, total, message, time_ns())
        if not _begun:
            _begin()
        elif _ticker.running is None:
            _ticker.start()

    return progress


def _number(value):
    """Returns a finite int or float, None for what is none."""
    if value is None:
        return None
    try:
        value = int(operator.index(value))
    except Exception:
        try:
            value = float(value)
        except Exception:
            return None
    return value if type(value) is int or math.isfinite(value) else None


def _text(value):
    try:
        return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    except Exception:
        return None


def _begin():
    global _begun
    _begun = True
    _ticker.add(_write)
    # Its worker processes end without `atexit`.
    util = sys.modules.get("multiprocessing.util")
    if util is not None:
        util.Finalize(None, _write_last, exitpriority=0)


def _write(patience=1):
    """Saves the newest value; what another process keeps from being saved is saved at the next tick."""
    global _written
    with _writing:
        value = _latest
        if value is _written:
            return
        try:
            saved = _save(value, patience)
        except Exception:
            saved = True  # the job's folder may be gone
        if saved:
            _written = value


def _write_last():
    _write(patience=50)


def _save(value, patience):
    """Returns False when other processes were writing all the time."""
    import fcntl

    folder = os.open(os.path.dirname(value[0]) or ".", os.O_RDONLY)
    try:
        for attempt in range(patience):
            if attempt:
                sleep(0.005)
            try:
                fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                pass
            except OSError:
                break  # a file system without locks
        else:
            if patience == 1:
                return False
        _replace(*value)
        return True
    finally:
        os.close(folder)


def _replace(file, current, total, message, time):
    if _is_overtaken(file, time):
        return
    value = {
        "current": _json_number(current),
        "total": _json_number(total),
        "message": message and message[:_MESSAGE_CHARACTERS],
    }
    text = json.dumps(value, allow_nan=False).encode()
    beside = "%s.%d.tmp" % (file, os.getpid())
    try:
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
            stream.write(text)
        os.utime(beside, ns=(time, time))
        os.replace(beside, file)
    except OSError:
        os.unlink(beside)


def _json_number(value):
    """Keeps what a JSON reader with 64-bit floats can hold."""
    if type(value) is int and abs(value) > 1 << 53:
        try:
            return float(value)
        except OverflowError:
            return sys.float_info.max if value > 0 else -sys.float_info.max
    return value


def _is_overtaken(file, time):
    """Tells whether another process has already written a value that is newer than this one."""
    try:
        newest = os.stat(file).st_mtime_ns
    except OSError:
        return False
    return time < newest < time + 2 * 10**9  # further ahead, the clock was set back


def _after_fork_in_child():
    global _written, _writing, _begun
    _written = _latest
    _writing = allocate_lock()
    _begun = False


os.register_at_fork(after_in_child=_after_fork_in_child)
_ticker.at_exit.append(_write_last)
