"""A part of the start-up hook, see live_output.py: notes what ended the script, and what it imported."""
import os
import sys


def _watch_last_words():
    """Returns what Python itself writes to stderr, while no line of Python runs: the text of `sys.exit`."""
    said, buffer = [], sys.stderr.buffer
    write, frame = buffer.write, sys._getframe

    def write_and_watch(data):
        try:
            frame(1)
        except ValueError:
            said.append(bytes(data))
        try:
            return write(data)
        except BaseException as error:
            error.__traceback__ = None  # of this function alone
            raise

    buffer.write = write_and_watch
    return said


at_end = []
"""What a warm host has called after all else: `call(says_all)`, whether its exit status is all that is to be said of the script."""


def _note_end(finder, script):
    """Has noted what ends the script, unless this is a process that the script started.

    That is its exception, or the text that it gave `sys.exit`; nothing where its exit status says all.
    `script` is the process ID of the script that has started this process, if any.
    """
    import atexit

    own = os.getpid()
    progress = os.environ.get("PYTHON_MCP_PROGRESS_FILE")
    if not progress or script not in (None, str(own)):
        return
    # For child processes; the script's `os.environ` does not have it.
    os.putenv("PYTHON_MCP_SCRIPT_PID", str(own))
    loaded = set(sys.modules)
    stderr = sys.stderr
    # Before Python 3.9 the text comes later than all that is called here.
    said = _watch_last_words() if stderr is not None and sys.version_info >= (3, 9) else None

    def note():
        says_all = os.getpid() == own and note_own()
        for call in at_end:
            call(says_all)

    def note_own():
        """False where it is not sure that the exit status says all."""
        _note_modules(loaded, os.path.dirname(progress))
        value = getattr(sys, "last_value", None)  # what Python has shown
        if value is None and (said is None or sys.stderr is not stderr):
            return False
        folder = os.path.dirname(progress)
        if value is None and not said:
            _note_nothing(os.path.join(folder, "exception"))
            return True
        from _frozen_importlib import _load

        exception = _load(finder.find_spec("_python_mcp_exception"))
        if value is None:
            exception.note_text(b"".join(said).decode("utf-8", "replace"), folder)
        else:
            exception.note(value, folder)
        return False

    # What is registered first is called last.
    atexit.register(note)


def _note_nothing(path):
    """Leaves an empty file; one was made ahead, where that could be done, since it takes long."""
    try:
        os.rename(path + ".ahead", path)
    except OSError:
        try:
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        except OSError:
            pass  # a full disk


def _note_modules(before, folder):
    """Tells what the script has imported, for the warm host of its environment."""
    names = [name for name in list(sys.modules) if name not in before and not name.startswith("_python_mcp")]
    if names:
        try:
            descriptor = os.open(os.path.join(folder, "modules"), os.O_WRONLY | os.O_TRUNC)
            os.write(descriptor, "\n".join(names).encode("utf-8", "replace"))
            os.close(descriptor)
        except OSError:
            pass  # nobody has made the file, and so nobody asks
