"""What system calls alone tell of processes: on Linux, where /proc is that of another pid namespace.

Who is below this process is found by trying pids: each in its session, and each child of it, which the
orphans become. What has a session of its own below a living parent shows once that parent is gone.
"""
import os

MOST_PIDS = 1 << 22  # PID_MAX_LIMIT, linux/threads.h


def descendants():
    """The pids of processes below this one; a part at a time, but never none while there is one."""
    own, newest = os.getpid(), _newest()
    if not _has_children():
        return []
    ranges = [(own + 1, newest + 1), (2, own)]  # pids are given upwards, then from the beginning again
    while ranges[-1][1] < MOST_PIDS:
        start = max(ranges[-1][1], newest + 1)
        ranges.append((start, 2 * start))
    return next(filter(None, (_below(own, range(*bounds)) for bounds in ranges)), [])


def marked(_variable):
    return []


def born(_pid):
    return None


def name(_pid):
    return "?"


def resident_bytes(_pids):
    return 0


def pids():
    return []


def _newest():
    """A pid above those of all processes that were started before, unless the system began anew meanwhile."""
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return pid


def _has_children():
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        return True
    except ChildProcessError:
        return False


def _below(own, pids):
    session = os.getsid(0)
    found = []
    for pid in pids:
        try:
            if pid != own and (os.getsid(pid) == session or _is_child(pid)):
                found.append(pid)
        except ProcessLookupError:
            pass
    return found


def _is_child(pid):
    try:
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        return True
    except ChildProcessError:
        return False
