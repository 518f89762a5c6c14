"""What runs in an environment have imported: `<home>/warm/<hash of the interpreter's path>.json`.

`of`: what the environment was then; `modules`: names in the order of their import, for each set of imports that a script had; `recent`: the sets of
the last runs; `never`: what must not be imported ahead, and why.
"""
import fcntl
import json
import os
import re
import time

import job_folder
import names

RECENT = 20  # what none of so many runs has used is dropped
MOST_MODULES = 6000
YOUNG_NS = 2 * 10**9
MODULE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*\Z")
PACKAGES = "lib/python3*/site-packages", "lib/python3/dist-packages", "local/lib/python3*/dist-packages"


def state_of(python):
    """Changes with what is installed in the environment of an interpreter."""
    folders = package_folders(os.path.dirname(os.path.dirname(python)))
    return [[path, os.stat(path).st_mtime_ns] for path in folders + [python]]


def package_folders(prefix):
    """Looked for again when a folder has changed in which they may lie: to look takes ten times as long."""
    if prefix in _looked and all(changed(path) == at for path, at in _looked[prefix][0]):
        return _looked[prefix][1]
    import glob  # not above: a launcher starts a fifth faster without it and hashlib

    find = lambda pattern: sorted(glob.glob(os.path.join(glob.escape(prefix), pattern)))
    inside = ["lib", "local/lib"] + [os.path.dirname(pattern) for pattern in PACKAGES]
    places = [(path, changed(path)) for path in {path for pattern in inside for path in find(pattern)}]
    found = [path for pattern in PACKAGES for path in find(pattern)]
    # One that has changed just now may do so once more unnoticed.
    if all(at is not None and at < time.time_ns() - YOUNG_NS for _, at in places):
        _looked[prefix] = places, found
    return found


_looked = {}  # by prefix: when those had changed in which it was looked, and what was found


def changed(path):
    try:
        return os.stat(path).st_mtime_ns
    except OSError:
        return None


class Learned:
    def __init__(self, home, python):
        import hashlib

        self.python = python
        self.folder = os.path.join(home, names.WARM)
        self.path = os.path.join(self.folder, hashlib.sha256(python.encode("utf-8", "surrogatepass")).hexdigest()[:16] + ".json")

    def read(self):
        state = state_of(self.python)
        try:
            content = json.loads(job_folder.read(*os.path.split(self.path)))
            if content["of"] == state:
                return content
        except (OSError, ValueError, KeyError, TypeError):
            pass  # none yet, or not ours
        return {"of": state, "modules": {}, "recent": [], "never": {}}

    def change(self, change):
        """Two launchers may do so at once."""
        lock = os.open(os.path.join(self.folder, names.LOCK), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            content = self.read()
            change(content)
            job_folder.replace(self.path, json.dumps(content).encode())
            return content
        finally:
            os.close(lock)

    def add_run(self, imports, modules):
        """A script with these imports has run and loaded these modules (besides those that were loaded before)."""
        key = " ".join(imports)

        def change(content):
            content["recent"] = (content["recent"] + [key])[-RECENT:]
            known = content["modules"].setdefault(key, [])
            fresh = [name for name in modules if MODULE.match(name) and name not in set(known)]
            known += fresh[: max(0, MOST_MODULES - len(known))]
            content["modules"] = {
                one: content["modules"][one] for one in content["modules"] if one in content["recent"]
            }

        return self.change(change)

    def refuse(self, reasons):
        return self.change(lambda content: content["never"].update(reasons))


def modules_of(content):
    """What a host is to import, in an order in which scripts have imported it."""
    return list(dict.fromkeys(name for names in content["modules"].values() for name in names))
