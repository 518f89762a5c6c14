"""Finds, signals and measures the processes below one process (POSIX; /proc on Linux, ps elsewhere)."""
import os
import signal

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
HAS_PROC = os.path.exists("/proc/self/stat")
SET_CHILD_SUBREAPER = 36  # linux/prctl.h
STATE, PARENT, THREADS, BORN = 0, 1, 17, 19  # fields of /proc/<pid>/stat after the name; see proc(5)
_prctl = None


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
    """The pids of all living processes below `root`, parents before children."""
    children = {}
    for pid, parent in _living():
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
    for pid in pids():
        try:
            with open("/proc/%d/environ" % pid, "rb") as environ:
                if wanted in environ.read().split(b"\0"):
                    found.append(pid)
        except OSError:
            pass  # gone meanwhile, or another user's
    return found


def born(pid):
    """When a process was started, as a text that no later process of the same pid has; None: it is gone."""
    if not HAS_PROC:
        return "".join(_ps("-o", "lstart=", "-p", str(pid))).strip() or None
    stat = _stat(pid)
    return stat and stat[BORN].decode()


def name(pid):
    """The name of a process' command; "?" when it is gone."""
    if not HAS_PROC:
        return "".join(_ps("-o", "comm=", "-p", str(pid))).strip() or "?"
    try:
        with open("/proc/%d/comm" % pid, encoding="utf-8", errors="replace") as comm:
            return comm.read().strip()
    except OSError:
        return "?"


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
    if not HAS_PROC:
        return 1024 * sum(map(int, _ps("-o", "rss=", "-p", ",".join(map(str, pids))))) if pids else 0
    total = 0
    for pid in pids:
        try:
            with open("/proc/%d/statm" % pid, "rb") as statm:
                total += int(statm.read().split()[1]) * PAGE_BYTES
        except OSError:
            pass
    return total


def proportional_bytes_of(pid):
    """What a process has in memory, of shared pages its part (resident bytes where the system says no more)."""
    try:
        with open("/proc/%d/smaps_rollup" % pid, "rb") as rollup:
            return 1024 * next(int(line.split()[1]) for line in rollup if line.startswith(b"Pss:"))
    except (OSError, StopIteration):
        return resident_bytes([pid])


def pids():
    """All processes; none where there is no /proc."""
    return [int(name) for name in os.listdir("/proc") if name.isdigit()] if HAS_PROC else []


def _living():
    """Pid and parent's pid of every process that is no zombie."""
    if not HAS_PROC:
        for line in _ps("-axo", "pid=,ppid=,stat="):
            pid, parent, state = line.split(None, 2)
            if state[0] != "Z":
                yield int(pid), int(parent)
        return
    for pid in pids():
        stat = _stat(pid)
        # A process whose first thread has ended looks like a zombie while its other threads go on.
        if stat and (stat[STATE] != b"Z" or int(stat[THREADS]) > 1):
            yield pid, int(stat[PARENT])


def _stat(pid):
    """The fields of /proc/<pid>/stat after the command's name; None when the process is gone."""
    try:
        with open("/proc/%d/stat" % pid, "rb") as stat:
            # The command name is in parentheses and may hold anything, spaces and ")" included.
            return stat.read().rpartition(b")")[2].split()
    except OSError:
        return None


def _ps(*options):
    import subprocess  # only where there is no /proc: it costs a launcher memory

    return subprocess.run(
        ("ps",) + options, stdout=subprocess.PIPE, universal_newlines=True
    ).stdout.splitlines()
