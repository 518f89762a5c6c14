"""How much memory warm hosts have."""
import os

import process_tree
from choose_host import HOST_TITLE, NEXT_TITLE


def memory_of(path):
    """What a host and its next run have in memory, in bytes, by the path of its socket; 0 where it is dead."""
    pid = int(os.path.basename(path).partition("-")[0])
    try:
        is_host = title_of(pid).startswith(HOST_TITLE)
    except OSError:
        return 0
    return sum(map(process_tree.proportional_bytes_of, [pid, *next_of(pid)])) if is_host else 0


def next_of(pid):
    """The processes below it that wait for a job."""
    try:
        with open("/proc/%d/task/%d/children" % (pid, pid)) as children:
            below = list(map(int, children.read().split()))
        waiting = [child for child in below if title_of(child).startswith(NEXT_TITLE)]
    except OSError:
        return []
    return [one for child in waiting for one in (child, *next_of(child))]


def title_of(pid):
    with open("/proc/%d/cmdline" % pid) as command_line:
        return command_line.read()
