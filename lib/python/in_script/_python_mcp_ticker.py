"""One background thread that calls functions four times a second.

`threading` does not know of it, it takes no signal, and it is gone while the process forks (a forked
child must not inherit a lock it holds, and Python 3.12 warns of threads) and before the interpreter
shuts down.
"""

import _signal
import _thread
import atexit
import os
import sys

INTERVAL = 0.25
_SIGNALS = _signal.valid_signals()
# Their children start with nothing held back, so that flushing there repeats no output.
_FLUSH_BEFORE_FORK = ("popen_fork", "forkserver")

at_exit = []
"""Called once the thread is gone, after the script's own `atexit` functions."""

running = None
"""The locks and the id of the thread, None without one."""

_ticks = []
_starting = _thread.allocate_lock()
_masks = {}  # signal mask of each thread that is forking
_resend = []  # signals that came while one was
_disarm = None
_closed = False


def add(tick):
    """Calls `tick`, which must not raise, every `INTERVAL` seconds."""
    if tick not in _ticks:
        _ticks.append(tick)
    start()


def start():
    """Starts the thread unless it runs already or cannot run now."""
    if running or not _ticks or _masks or _closed:
        return
    mask = _mask()
    try:
        _signal.pthread_sigmask(_signal.SIG_BLOCK, _SIGNALS)
        if _starting.acquire(False):
            _start_thread()
            _starting.release()
    finally:
        _signal.pthread_sigmask(_signal.SIG_SETMASK, mask)


def _start_thread():
    global running
    if running:
        return
    wake, ended, native_id = _thread.allocate_lock(), _thread.allocate_lock(), []
    wake.acquire()
    ended.acquire()
    running = (wake, ended, native_id)
    try:
        _thread.start_new_thread(_run, running)
    except RuntimeError:
        running = None  # no more threads allowed


def _mask():
    """Returns the signal mask. Blocking returns it too, unless a handler raises in that moment."""
    return _signal.pthread_sigmask(_signal.SIG_BLOCK, ())


def _run(wake, ended, native_id):
    native_id.append(_thread.get_native_id())
    try:
        _send_again()
        while not wake.acquire(True, INTERVAL):
            _send_again()
            for tick in list(_ticks):
                tick()
    finally:
        ended.release()


def _stop():
    global running
    if running is None:
        return
    wake, ended, native_id = running
    running = None
    wake.release()
    ended.acquire()
    task = "/proc/self/task/%d" % native_id[0]
    try:
        while os.stat(task):  # the system's thread outlives its last Python code a little
            os.sched_yield()
    except OSError:
        pass


def _before_fork():
    if not _ticks:
        return
    _masks[_thread.get_ident()] = _mask()
    try:
        # An exception from a signal handler would leave the rest half done.
        _signal.pthread_sigmask(_signal.SIG_BLOCK, _SIGNALS)
    finally:
        if _disarm:
            _disarm()
        _stop()


def _after_fork_in_parent():
    mask = _masks.pop(_thread.get_ident(), None)
    if mask is None:
        return
    if sys.version_info < (3, 12):
        start()
    else:
        _start_on_return_to(sys._getframe(1).f_code)
    # Python drops what a signal handler raises in this function, so that none is to run here.
    for number in _signal.sigpending() - mask:
        if _signal.sigtimedwait([number], 0):
            _resend.append(number)
    _signal.pthread_sigmask(_signal.SIG_SETMASK, mask)
    if not running and not _disarm:
        _send_again()


def _send_again():
    while _resend:
        os.kill(os.getpid(), _resend.pop())


def _start_on_return_to(code):
    """Starts the thread when `code`, which is calling `os.fork`, goes on.

    Some releases of 3.12 to 3.14 count threads, to warn of them, only after this callback.
    """
    global _disarm
    monitoring = sys.monitoring
    event = monitoring.events.INSTRUCTION
    tool = next((i for i in (4, 3) if monitoring.get_tool(i) is None), None)
    if tool is None:
        return
    thread = _thread.get_ident()

    def disarm():
        global _disarm
        _disarm = None
        monitoring.set_local_events(tool, code, 0)
        monitoring.register_callback(tool, event, None)
        monitoring.free_tool_id(tool)

    def resume(*_):
        if _thread.get_ident() != thread or _disarm is not disarm:
            return
        mask = _mask()
        try:
            _signal.pthread_sigmask(_signal.SIG_BLOCK, _SIGNALS)
            disarm()
            start()
        finally:
            _signal.pthread_sigmask(_signal.SIG_SETMASK, mask)

    _disarm = disarm
    monitoring.use_tool_id(tool, "python_mcp")
    monitoring.register_callback(tool, event, resume)
    monitoring.set_local_events(tool, code, event)


def _after_fork_in_child():
    global running, _starting
    running = None
    _starting = _thread.allocate_lock()
    mask = _masks.pop(_thread.get_ident(), None)
    _masks.clear()
    del _resend[:]
    caller = sys._getframe(1).f_globals.get("__name__", "")
    if caller.rpartition(".")[2] not in _FLUSH_BEFORE_FORK:
        del _ticks[:]
    start()
    if mask is not None:
        _signal.pthread_sigmask(_signal.SIG_SETMASK, mask)


def close():
    """Ends the thread for good: Python may crash when one begins or goes on while it shuts down."""
    global _closed
    if _closed:
        return
    _closed = True
    mask = _mask()
    try:
        _signal.pthread_sigmask(_signal.SIG_BLOCK, _SIGNALS)
        _stop()
    finally:
        _signal.pthread_sigmask(_signal.SIG_SETMASK, mask)
    for call in at_exit:
        call()


os.register_at_fork(
    before=_before_fork,
    after_in_parent=_after_fork_in_parent,
    after_in_child=_after_fork_in_child,
)
atexit.register(close)
