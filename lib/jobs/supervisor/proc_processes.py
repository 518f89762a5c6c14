"""What Linux tells of processes in /proc; see proc(5)."""
import os

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
STATE, PARENT, THREADS, BORN = 0, 1, 17, 19  # fields of /proc/<pid>/stat after the name


def is_own():
    """Whether /proc shows this process: a new pid namespace keeps that of the old one until it mounts its own."""
    try:
        return os.readlink("/proc/self") == str(os.getpid())
    except OSError:
        return False


def living():
    """Pid and parent's pid of every process that is no zombie."""
    for pid in pids():
        stat = _stat(pid)
        # A process whose first thread has ended looks like a zombie while its other threads go on.
        if stat and (stat[STATE] != b"Z" or int(stat[THREADS]) > 1):
            yield pid, int(stat[PARENT])


def marked(variable):
    wanted, found = os.fsencode(variable), []
    for pid in pids():
        try:
            with open("/proc/%d/environ" % pid, "rb") as environ:
                if wanted in environ.read().split(b"\0"):
                    found.append(pid)
        except OSError:
            pass  # gone meanwhile, or another user's
    return found


def born(pid):
    stat = _stat(pid)
    return stat and stat[BORN].decode()


def tracer(pid):
    """The process below this one that traces it, or 0."""
    try:
        with open("/proc/%d/status" % pid, encoding="utf-8", errors="replace") as status:
            found = next(int(line.split()[1]) for line in status if line.startswith("TracerPid:"))
    except (OSError, StopIteration):
        return 0
    above = found
    while above > 1 and above != pid:
        stat = _stat(above)
        above = int(stat[PARENT]) if stat else 0
    return found if above == pid else 0


def name(pid):
    try:
        with open("/proc/%d/comm" % pid, encoding="utf-8", errors="replace") as comm:
            return comm.read().strip()
    except OSError:
        return "?"


def resident_bytes(pids):
    total = 0
    for pid in pids:
        try:
            with open("/proc/%d/statm" % pid, "rb") as statm:
                total += int(statm.read().split()[1]) * PAGE_BYTES
        except OSError:
            pass
    return total


def pids():
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def _stat(pid):
    """The fields of /proc/<pid>/stat after the command's name; None when the process is gone."""
    try:
        with open("/proc/%d/stat" % pid, "rb") as stat:
            # The command name is in parentheses and may hold anything, spaces and ")" included.
            return stat.read().rpartition(b")")[2].split()
    except OSError:
        return None
