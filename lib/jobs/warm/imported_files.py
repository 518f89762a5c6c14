"""The files that a warm host has imported ahead, and where packages are installed: what makes it outdated."""
import os
import site
import sys


class ImportedFiles:
    def __init__(self, modules, home):
        """`modules`: the names of those that are imported."""
        is_ours = sys.prefix.startswith(os.path.join(home, ""))  # nobody edits a file there
        imported = [] if is_ours else [sys.modules[name] for name in modules]
        paths = [path for path in (getattr(one, "__file__", None) for one in imported) if path]
        self.states = {path: state_of(path) for path in paths + places_of_packages()}

    def have_changed(self):
        """Whether somebody has edited one, or installed something."""
        return any(state_of(path) != state for path, state in self.states.items())


def places_of_packages():
    """What decides about `sys.path` and what can be imported from it."""
    given = site.getsitepackages() + [site.USER_SITE, os.path.join(sys.prefix, "pyvenv.cfg")]
    return [path for path in given if path]


def state_of(path):
    try:
        status = os.stat(path)
        return status.st_mtime_ns, status.st_size
    except OSError:
        return None
