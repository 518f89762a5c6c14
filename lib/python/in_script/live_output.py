"""Start-up hook of python-mcp, installed as `sitecustomize.py` in a folder that comes first on PYTHONPATH.

Python keeps back what a script prints to a pipe until 8 KiB have come together. This hook makes it
readable within half a second, then steps aside: the script and its own `sitecustomize` see a Python
without it. In a job it also keeps the pictures that would be shown in windows, and Python's cache out
of the folder that inline code imports from. Its syntax suits every Python that a script might start,
2.7 included.
"""
import os
import sys


def _hide(hook):
    sys.path[:] = [entry for entry in sys.path if entry != hook]
    sys.path_importer_cache.pop(hook, None)
    entries = os.environ.get("PYTHONPATH", hook).split(os.pathsep)
    _show("PYTHONPATH", os.pathsep.join(entry for entry in entries if entry != hook))
    _show("PYTHON_MCP_IMPORT_DIRECTORY", "")
    _show("PYTHON_MCP_OUTPUT_PIPES", "")


def _show(name, value):
    """Changes only the copy that the script sees: its child processes are to get the hook as well."""
    environ = os.environ
    if sys.version_info[0] == 2:
        data, key = environ.data, name
    else:
        data, key, value = environ._data, environ.encodekey(name), environ.encodevalue(value)
    if value:
        data[key] = value
    else:
        data.pop(key, None)


def _keep_clean(directory):
    """Keeps Python from caching modules of the folder there: inline code writes nothing into it."""
    from _frozen_importlib_external import SourceFileLoader

    set_data = SourceFileLoader.set_data
    inside = os.path.realpath(directory) + os.sep
    own = os.path.dirname(_hook) + os.sep

    def set_data_elsewhere(self, path, data, **options):
        # An environment in the folder is not the user's own work, nor are we; both are slow without a cache.
        if not path.startswith(inside) or "site-packages" in path or path.startswith(own):
            set_data(self, path, data, **options)

    SourceFileLoader.set_data = set_data_elsewhere


class _Finder(object):
    """Finds our importable modules, after everything that the script itself can import."""

    MODULES = frozenset(
        ["python_mcp"]
        + [
            "_python_mcp_" + part
            for part in "ask confined exception figures job_files jobs names pictures quietly run ticker".split()
        ]
    )

    loaders = {}
    """Those that a warm host has made ahead, by name."""

    def __init__(self, folder):
        self.folder = folder

    def find_spec(self, name, path=None, target=None):
        if name not in self.MODULES:
            return None
        from _frozen_importlib_external import spec_from_file_location

        return spec_from_file_location(name, os.path.join(self.folder, name + ".py"), loader=self.loaders.get(name))


class _Watcher(object):
    """Sees that a library of plots or workers is imported, and has our module change it; then it is gone."""

    WATCHED = (
        "matplotlib.backend_bases",
        "matplotlib.pyplot",
        "plotly.io._renderers",
        "joblib.externals.loky.backend.fork_exec",
        "loky.backend.fork_exec",
    )

    def __init__(self, finder, artifacts):
        self.finder, self.artifacts = finder, artifacts

    def find_spec(self, name, path=None, target=None):
        if name not in self.WATCHED:
            return None
        for finder in sys.meta_path:
            if finder is not self and hasattr(finder, "find_spec"):
                spec = finder.find_spec(name, path, target)
                if spec is not None:
                    self._watch(spec.loader)
                    return spec
        return None

    def _watch(self, loader):
        execute = loader.exec_module

        def exec_module(module):
            del loader.exec_module
            execute(module)
            self._patch(module)

        try:
            loader.exec_module = exec_module
        except AttributeError:
            pass

    def patch_loaded(self):
        """In the child of a warm host they may have been imported already."""
        for name in self.WATCHED:
            if name in sys.modules:
                self._patch(sys.modules[name])

    def _patch(self, module):
        try:
            from _frozen_importlib import _load

            name = "_python_mcp_figures"
            figures = sys.modules.get(name) or _load(self.finder.find_spec(name))
            figures.patch(module, self.artifacts)
        except Exception:
            pass  # a script without its pictures beats one that fails


def _make_flush(pipes):
    """Returns what flushes the output, or None where Python holds nothing back.

    `pipes` (`DEVICE:INODE`) are the job's: somebody empties them all the time. In others, as one to a
    parent process, flushing could block, and show what the script has not sent yet.
    """
    import io
    import stat
    from _weakref import ref

    def is_read(buffer):
        status = os.fstat(buffer.fileno())
        if stat.S_ISFIFO(status.st_mode):
            return "%d:%d" % (status.st_dev, status.st_ino) in pipes
        return stat.S_ISREG(status.st_mode)

    def held_back(stream):
        # Exact types only: the flush runs no code of the script.
        if type(stream) is not io.TextIOWrapper:
            return None
        try:
            buffer = stream.buffer
            if type(buffer) is io.BufferedWriter and is_read(buffer):
                return buffer
        except Exception:  # closed or detached
            pass
        return None

    streams = ["stdout"] if sys.version_info >= (3, 9) else ["stdout", "stderr"]
    originals = [getattr(sys, "__" + name + "__") for name in streams]
    # A script may detach the buffer and print through a writer of its own.
    buffers = [ref(buffer) for buffer in map(held_back, originals) if buffer is not None]
    if not buffers:
        return None
    failed = []

    def flush():
        if failed:
            return
        try:
            for name in streams:
                for stream in (getattr(sys, "__" + name + "__"), getattr(sys, name, None)):
                    # Kept in a variable, the buffer outlives a `detach` meanwhile.
                    buffer = held_back(stream)
                    if buffer is not None:
                        stream.flush()
            for buffer in buffers:
                buffer = buffer()
                if buffer is not None and is_read(buffer):
                    buffer.flush()
        except OSError:
            failed.append(True)  # such as a pipe that does not block: the script is to meet the error itself
        except Exception:
            pass  # closed meanwhile

    return flush


def _at_first_write(act):
    """Calls `act` when something is printed for the first time; afterwards nothing is left of it.

    Until then the process has no thread of ours: a thread changes what the system says of a process.
    Only the writing of bytes is watched, which text reaches at once for the time being: what goes wrong
    with text, such as its encoding, shows no function of ours in its traceback.
    """
    armed = []

    def arm(stream, buffer):
        write, size = buffer.write, stream._CHUNK_SIZE

        def first_write(data):
            disarm()
            act()
            return write(data)

        buffer.write = first_write
        stream._CHUNK_SIZE = 1
        armed.append((stream, size, buffer))

    def disarm():
        while armed:
            stream, size, buffer = armed.pop()
            vars(buffer).pop("write", None)
            try:
                stream._CHUNK_SIZE = size
            except ValueError:
                pass  # detached

    for stream in (sys.__stdout__, sys.__stderr__)[: 1 if sys.version_info >= (3, 9) else 2]:
        if stream is not None:
            arm(stream, stream.buffer)


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


def _note_end(finder):
    """Has noted what ends the script, unless this is a process that the script started.

    That is its exception, or the text that it gave `sys.exit`; nothing where its exit status says all.
    """
    import atexit

    name = "PYTHON_MCP_SCRIPT_PID"
    own, known = os.getpid(), os.environ.get(name)
    _show(name, "")
    progress = os.environ.get("PYTHON_MCP_PROGRESS_FILE")
    if not progress or known not in (None, str(own)):
        return
    os.putenv(name, str(own))  # for child processes; the script's `os.environ` does not have it
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
            try:
                flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
                os.close(os.open(os.path.join(folder, "exception"), flags, 0o600))
            except OSError:
                pass  # a full disk
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


def _install(hook, directory, pipes):
    if sys.version_info < (3, 8):
        return
    if directory:
        _keep_clean(directory)
    finder = _Finder(os.path.join(os.path.dirname(hook), "lib"))
    sys.meta_path.append(finder)
    artifacts = os.environ.get("PYTHON_MCP_ARTIFACTS")
    if artifacts:
        watcher = _Watcher(finder, artifacts)
        sys.meta_path.insert(0, watcher)
        watcher.patch_loaded()
    _note_end(finder)
    flush, is_ending = _make_flush(pipes), sys.is_finalizing

    def start():
        if is_ending():
            return  # such as in a `__del__`: Python imports nothing any more, and soon flushes all there is
        # Not `import`: it would look into the script's folders first, and they would be cached.
        from _frozen_importlib import _load

        name = "_python_mcp_ticker"
        ticker = sys.modules.get(name) or _load(finder.find_spec(name))
        ticker.add(flush)

    if flush is not None:
        _at_first_write(start)


_hook = os.path.dirname(os.path.abspath(__file__))
_directory = os.environ.get("PYTHON_MCP_IMPORT_DIRECTORY")
_pipes = os.environ.get("PYTHON_MCP_OUTPUT_PIPES", "").split(",")
try:
    _hide(_hook)
    _install(_hook, _directory, _pipes)
except Exception:
    pass  # a script without live output beats one that does not start

# The next one takes this one's place; where there is none, `site` ignores the ImportError.
_kept = sys.modules.pop("sitecustomize", None)
import sitecustomize  # noqa: E402,F401
