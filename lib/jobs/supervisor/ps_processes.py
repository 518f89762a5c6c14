"""What `ps` tells of processes, where there is no /proc: macOS."""


def living():
    """Pid and parent's pid of every process that is no zombie."""
    for line in _ps("-axo", "pid=,ppid=,stat="):
        pid, parent, state = line.split(None, 2)
        if state[0] != "Z":
            yield int(pid), int(parent)


def marked(variable):
    return [int(line.split(None, 1)[0]) for line in _ps("-axEwwo", "pid=,command=") if variable in line.split()]


def born(pid):
    return "".join(_ps("-o", "lstart=", "-p", str(pid))).strip() or None


def name(pid):
    return "".join(_ps("-o", "comm=", "-p", str(pid))).strip() or "?"


def resident_bytes(pids):
    return 1024 * sum(map(int, _ps("-o", "rss=", "-p", ",".join(map(str, pids))))) if pids else 0


def pids():
    return []  # only to look into their /proc


def _ps(*options):
    import subprocess  # only here: it costs a launcher memory

    return subprocess.run(
        ("ps",) + options, stdout=subprocess.PIPE, universal_newlines=True
    ).stdout.splitlines()
