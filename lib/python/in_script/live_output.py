"""Start-up hook of python-mcp, installed as `sitecustomize.py` in a folder that comes first on PYTHONPATH.

Python keeps back what a script prints to a pipe until 8 KiB have come together. This hook makes it
readable within half a second, then steps aside: the script and its own `sitecustomize` see a Python
without it. In a job it also keeps the pictures that would be shown in windows, and Python's cache out
of the folder that inline code imports from. Its syntax suits every Python that a script might start,
2.7 included.

flush_output.py and note_end.py are installed in the same file, before this: every start of Python reads it,
and finding two more files would take as long as reading all three.
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
            for part in "ask confined exception figures job_files jobs lent_slot names pictures quietly run ticker".split()
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


def _end_ticker_last():
    """Ends the thread also where an `atexit` function starts it by printing: what is registered then is never called."""
    import atexit

    def end():
        ticker = sys.modules.get("_python_mcp_ticker")
        if ticker:
            ticker.close()

    # What is registered first is called last, but for what notes the end.
    atexit.register(end)


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
    script = os.environ.get("PYTHON_MCP_SCRIPT_PID")
    _show("PYTHON_MCP_SCRIPT_PID", "")
    _note_end(finder, script)  # noqa: F821
    flush, is_ending = _make_flush(pipes), sys.is_finalizing  # noqa: F821
    if flush is not None:
        _end_ticker_last()

    def start():
        if is_ending():
            return  # such as in a `__del__`: Python imports nothing any more, and soon flushes all there is
        # Not `import`: it would look into the script's folders first, and they would be cached.
        from _frozen_importlib import _load

        name = "_python_mcp_ticker"
        ticker = sys.modules.get(name) or _load(finder.find_spec(name))
        ticker.add(flush)

    if flush is not None:
        _at_first_write(start)  # noqa: F821


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
