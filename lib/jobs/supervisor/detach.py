"""What a launcher and its supervisors let go of: the server's process tree, descriptors, signals, locale."""
import os
import signal


def detach():
    """Leaves the server's session and process tree, so that killing the server's tree spares jobs."""
    if os.fork():
        os._exit(0)
    os.setsid()
    if os.fork():
        os._exit(0)
    for name in os.listdir("/dev/fd"):
        if int(name) > 2:
            os.closerange(int(name), int(name) + 1)
    os.chdir("/")
    os.environ.pop("PYTHON_MCP_TOKEN", None)
    forget_own_locale()
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP, signal.SIGPIPE, signal.SIGXFSZ}:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def let_go_of_stderr():
    """From here on nobody listens; that it ends tells the server that no complaint comes any more."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 2)
    os.close(null)


def forget_own_locale():
    """Python sets LC_CTYPE for itself where the locale is C; a script decides that for itself."""
    try:
        with open("/proc/self/environ", "rb") as environ:
            given = any(entry.startswith(b"LC_CTYPE=") for entry in environ.read().split(b"\0"))
    except OSError:
        return
    if not given:
        os.environ.pop("LC_CTYPE", None)


def keep_only(keep):
    """Closes every descriptor but standard error and `keep`; standard input and output become empty."""
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    close_but(keep)


def close_but(keep):
    """Closes every descriptor but the three standard ones and `keep`."""
    last = max(map(int, os.listdir("/dev/fd")))
    first = 3
    for descriptor in sorted(keep) + [last + 1]:
        os.closerange(first, descriptor)
        first = descriptor + 1
