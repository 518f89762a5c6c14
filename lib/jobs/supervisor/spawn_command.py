"""Starts the commands of jobs."""
import errno
import fcntl
import functools
import os
import signal

import sandboxed_command

TO_END = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
# What differs from a fresh process: the supervisor's handlers, and what Python ignores for itself.
HANDLED = TO_END + (signal.SIGCHLD, signal.SIGUSR1, signal.SIGUSR2, signal.SIGPIPE, signal.SIGXFSZ)
FIRST_HIGH = 10  # descriptor


def spawn(step, mark, stdin, out, err, sandboxed=None):
    """Starts a command; returns the pid of its process, or of the sandbox that it is in (a SandboxedCommand)."""
    env = environment_of(step, mark)
    try:
        if sandboxed:
            return sandboxed.spawn(step, env, mark, stdin, out, err)
        return start(step["argv"], env, step.get("cwd"), [stdin, out, err])
    except OSError as error:
        program = step["sandbox"]["wrapper"][0] if sandboxed else step["argv"][0]
        raise OSError(why_not_started(program, error))


def start(argv, env, cwd, descriptors):
    """Starts a program with default signal dispositions and these descriptors, from 0 on, and no others.

    posix_spawn(3) shares this process' memory with the child until it executes: four times as fast as
    fork, which copies. The command's ru_maxrss begins with the peak of this process, below a Python's.
    """
    # Above all targets, none of which is to be overwritten before its turn.
    high = [fcntl.fcntl(one, fcntl.F_DUPFD_CLOEXEC, FIRST_HIGH) for one in descriptors[3:]]
    files = [(os.POSIX_SPAWN_DUP2, source, target) for target, source in enumerate(descriptors[:3] + high)]
    here = os.open(os.curdir, os.O_RDONLY)
    try:
        os.chdir(cwd or "/")
        return os.posix_spawnp(
            argv[0],
            argv,
            env,
            file_actions=files,
            # What it sends to its process group is not for this process. A session of its own would be
            # too much: the leader of one cannot call setpgrp(2), which scripts do.
            setpgroup=0,
            setsigdef=HANDLED,
            setsigmask=(),
        )
    finally:
        os.fchdir(here)
        for descriptor in high + [here]:
            os.close(descriptor)


@functools.lru_cache(maxsize=1)
def decoded(environ):
    """As `os.environ` has it, which decodes each name and each value whenever somebody looks."""
    return {os.fsdecode(name): os.fsdecode(value) for name, value in environ}


def environment_of(step, mark):
    """All that a command finds in its environment, in the order that it finds it in."""
    sandbox = step.get("sandbox")
    own = decoded(tuple(os.environ._data.items()))
    if sandbox:
        own = sandboxed_command.passing(own, sandbox["passes"])
    env = dict(own, **{mark[0]: mark[1]})
    for name, value in (step.get("env") or {}).items():
        if value is None:
            env.pop(name, None)
        else:
            env[name] = value
    return env


def why_not_started(program, error):
    if getattr(error, "errno", None) == errno.E2BIG:
        return (
            "its arguments and environment are longer than the system allows for %s; "
            "pass long data through stdin or in a file" % program
        )
    return "%s could not be started: %s" % (program, error)
