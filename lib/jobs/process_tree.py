"""Finds, signals and measures the processes below one process (POSIX; /proc on Linux, ps elsewhere)."""
import os
import signal

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
HAS_PROC = os.path.exists("/proc/self/stat")
_prctl = None


SET_CHILD_SUBREAPER = 36  # linux/prctl.h


def load_prctl():
    """Loads what become_subreaper() needs; done once, before the forks."""
    global _prctl
    try:
        import ctypes

        _prctl = ctypes.CDLL(None).prctl
    except (ImportError, OSError, AttributeError):
        _prctl = None


def become_subreaper():
    """Makes orphans below this process its children (prctl(2)). False where that is impossible."""
    return _prctl is not None and _prctl(SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0


def descendants(root):
    """The pids of all living processes below `root`, parents before children, zombies left out."""
    children = {}
    for pid, parent, state in _processes():
        if state != "Z":
            children.setdefault(parent, []).append(pid)
    found, waiting = [], [root]
    while waiting:
        below = children.get(waiting.pop(), ())
        found.extend(below)
        waiting.extend(below)
    return found


def marked(variable):
    """The pids of this user's processes whose environment holds `variable` (`NAME=value`)."""
    wanted, found = os.fsencode(variable), []
    if not HAS_PROC:
        listing = _ps("-axEwwo", "pid=,command=")
        return [int(line.split(None, 1)[0]) for line in listing if variable in line.split()]
    for pid in _pids():
        try:
            with open("/proc/%d/environ" % pid, "rb") as environ:
                if wanted in environ.read().split(b"\0"):
                    found.append(pid)
        except OSError:
            pass  # gone meanwhile, or another user's
    return found


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
    """The sum of the resident set sizes of the processes, in bytes."""
    total = 0
    for pid in pids:
        try:
            with open("/proc/%d/statm" % pid, "rb") as statm:
                total += int(statm.read().split()[1]) * PAGE_BYTES
        except OSError:
            pass
    return total


def _pids():
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def _processes():
    if not HAS_PROC:
        for line in _ps("-axo", "pid=,ppid=,stat="):
            pid, parent, state = line.split(None, 2)
            yield int(pid), int(parent), state[0]
        return
    for pid in _pids():
        try:
            with open("/proc/%d/stat" % pid, "rb") as stat:
                # The command name is in parentheses and may hold anything, spaces and ")" included.
                state, parent = stat.read().rpartition(b")")[2].split(None, 2)[:2]
        except (OSError, ValueError):
            continue
        yield pid, int(parent), state.decode()


def _ps(*options):
    import subprocess  # only where there is no /proc: it costs a launcher memory

    return subprocess.run(
        ("ps",) + options, stdout=subprocess.PIPE, universal_newlines=True
    ).stdout.splitlines()
