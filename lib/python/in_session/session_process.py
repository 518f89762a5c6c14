"""Makes the process of a session what its cells expect of one."""
import os
import signal
import sys
import types

DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG, linux/prctl.h


def prepare(here, packages, pip):
    die_with_supervisor()
    # What is added never hides what was there.
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != here] + [packages]
    sys.path_importer_cache.clear()
    sys.meta_path.append(OwnModules(here))
    sys.argv[:] = [""]
    pass_on(packages, pip)


def import_from_working_directory():
    """As an interactive Python does, first of all; but a `random.py` there is not for what a shell is made of."""
    sys.path.insert(0, "")


def pass_on(packages, pip):
    """What cells start finds the added packages too, our start-up hook, and a `pip` that adds to the session."""
    first = []
    try:
        import python_mcp

        scripts = os.path.dirname(os.path.dirname(os.path.abspath(python_mcp.__file__)))
        first.append(os.path.join(scripts, "hook"))
    except ImportError:
        pass
    if pip:
        first.append(os.path.join(pip, "pip"))
        sys.path.insert(0, first[-1])
        os.environ["PATH"] = os.path.join(pip, "bin") + os.pathsep + os.environ.get("PATH", "")
    rest = [os.environ.get("PYTHONPATH", ""), packages if pip else ""]
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, first + rest))


def die_with_supervisor():
    """Nobody is left then who could say what became of the cells."""
    if sys.platform != "linux":
        return
    try:
        import ctypes

        ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
    except (ImportError, OSError, AttributeError):
        pass


class OwnModules:
    """Finds our modules, after everything that the cells can import."""

    def __init__(self, folder):
        self.folder = folder

    def find_spec(self, name, path=None, target=None):
        if not name.startswith("session_"):
            return None
        from importlib.util import spec_from_file_location

        file = os.path.join(self.folder, name + ".py")
        return spec_from_file_location(name, file) if os.path.exists(file) else None


def new_main():
    """The module whose variables are the session's; also what `pickle` and `multiprocessing` take for it."""
    module = types.ModuleType("__main__")
    module.__dict__.update(__builtins__=__import__("builtins"), __doc__=None)
    sys.modules["__main__"] = module
    return module
