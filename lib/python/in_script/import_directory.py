"""Start-up hook of python-mcp: lets a script that lives elsewhere run as if it were a file in a folder.

Installed as `sitecustomize.py` in a folder that comes first on PYTHONPATH. Python puts the folder of
the script in front of `sys.path` only after this has run, so the exchange has to wait for the last
thing that happens before the script starts: Python makes the loader of `__main__`. Nothing of this
is left when the script's first line runs, and no child process sees any of it. The variable that names
the folder is for `live_output.py` as well, which hides it.
"""
import os
import sys


def _hide(hook):
    sys.path[:] = [entry for entry in sys.path if entry != hook]
    sys.path_importer_cache.pop(hook, None)
    entries = os.environ.pop("PYTHONPATH", hook).split(os.pathsep)
    rest = [entry for entry in entries if entry != hook]
    if rest:
        os.environ["PYTHONPATH"] = os.pathsep.join(rest)


def _run_main_in(directory):
    import _frozen_importlib_external as external

    loader = external.SourceFileLoader

    def before_main(path):
        # Python asks the path hooks about the script once the start-up hooks have run.
        if path == sys.argv[0] and external.SourceFileLoader is loader:
            sys.path.insert(0, directory)
            external.SourceFileLoader = make_loader
        raise ImportError

    def make_loader(name, path):
        external.SourceFileLoader = loader
        sys.path_hooks.remove(before_main)
        if sys.path[1:2] == [directory]:
            del sys.path[0]
        return loader(name, path)

    sys.path_hooks.insert(0, before_main)


_hide(os.path.dirname(os.path.abspath(__file__)))
_directory = os.environ.get("PYTHON_MCP_IMPORT_DIRECTORY")
if _directory and not getattr(sys.flags, "safe_path", False):
    _run_main_in(os.path.realpath(_directory))

# The next one takes this one's place; where there is none, `site` ignores the ImportError.
_kept = sys.modules.pop("sitecustomize", None)
import sitecustomize  # noqa: E402,F401
