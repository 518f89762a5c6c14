"""What a script inherits from its supervisor, and could have changed there: limits, priority, place."""
import os
import resource

import process_tree

LIMITS = sorted({getattr(resource, name) for name in dir(resource) if name.startswith("RLIMIT_")})
# The session of a script, whose processor share `autogroup` sets, is its supervisor's.
FILES = ["/proc/self/" + name for name in ("cgroup", "oom_score_adj", "autogroup", "coredump_filter", "timerslack_ns")]


def inherited():
    """To be compared with what it was, in the same process."""
    limits = [resource.getrlimit(limit) for limit in LIMITS]
    schedule = os.getpriority(os.PRIO_PROCESS, 0), os.sched_getscheduler(0), os.sched_getaffinity(0)
    return limits, schedule, process_tree.io_priority(), [content(path) for path in FILES]


def content(path):
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return None
    try:
        return os.read(descriptor, 4096)
    finally:
        os.close(descriptor)
