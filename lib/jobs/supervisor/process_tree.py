"""Finds, signals and measures the processes below one process (POSIX)."""
import os
import signal
import sys

import proc_processes
import ps_processes
import unlisted_processes

SET_CHILD_SUBREAPER = 36  # linux/prctl.h
IOPRIO_GET = {"x86_64": 252, "aarch64": 31}  # the number of the system call, by machine
IOPRIO_WHO_PROCESS = 1  # linux/ioprio.h
_prctl = _syscall = None

if proc_processes.is_own():
    system = proc_processes
else:
    system = unlisted_processes if sys.platform == "linux" else ps_processes

SEES_ALL = system is not unlisted_processes


def load_system_calls():
    """Loads what become_subreaper() and io_priority() need; done once, before the forks."""
    global _prctl, _syscall
    try:
        import ctypes

        library = ctypes.CDLL(None)
        _prctl, _syscall = library.prctl, library.syscall
    except (ImportError, OSError, AttributeError):
        _prctl = _syscall = None


def become_subreaper():
    """Makes orphans below this process its children (prctl(2)). False where that is impossible."""
    return _prctl is not None and _prctl(SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0


def io_priority():
    """That of this process, as a number (ioprio_get(2)); None where nobody knows."""
    number = IOPRIO_GET.get(os.uname().machine)
    return _syscall(number, IOPRIO_WHO_PROCESS, 0) if _syscall and number else None


def descendants():
    """The pids of all living processes below this one, parents before children."""
    if not SEES_ALL:
        return unlisted_processes.descendants()
    children = {}
    for pid, parent in system.living():
        children.setdefault(parent, []).append(pid)
    found, waiting = [], [os.getpid()]
    while waiting:
        below = children.get(waiting.pop(), ())
        found.extend(below)
        waiting.extend(below)
    return found


def marked(variable):
    """The pids of this user's processes whose environment holds `variable` (`NAME=value`)."""
    return system.marked(variable)


def born(pid):
    """When a process was started, as a text that no later process of the same pid has; None: nobody knows."""
    return system.born(pid)


def tracer(pid):
    """The process below this one that traces it, and so may hold it up for ever; 0 where none is known."""
    return proc_processes.tracer(pid) if system is proc_processes else 0


def name(pid):
    """The name of a process' command; "?" when it is gone."""
    return system.name(pid)


def send(pids, number):
    """Sends a signal to each process; those that are gone are passed over."""
    for pid in pids:
        try:
            os.kill(pid, number)
        except (ProcessLookupError, PermissionError):
            pass


def kill_all(find):
    """Kills every process that `find()` names. Freezing them first keeps them from forking on."""
    frozen = set()
    while True:
        fresh = [pid for pid in find() if pid not in frozen]
        if not fresh:
            break
        send(fresh, signal.SIGSTOP)
        frozen.update(fresh)
    send(find(), signal.SIGKILL)


def resident_bytes(pids):
    """The sum of the resident set sizes of the processes, in bytes; 0 where nobody knows."""
    return system.resident_bytes(pids)


def proportional_bytes_of(pid):
    """What a process has in memory, of shared pages its part (resident bytes where the system says no more)."""
    try:
        with open("/proc/%d/smaps_rollup" % pid, "rb") as rollup:
            return 1024 * next(int(line.split()[1]) for line in rollup if line.startswith(b"Pss:"))
    except (OSError, StopIteration):
        return resident_bytes([pid])


def pids():
    """All processes; none where there is no /proc."""
    return system.pids()
