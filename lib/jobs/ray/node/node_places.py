"""Where a job finds things on the node that it runs on."""
import json
import os
import stat
import sys
import tempfile

import cancel_job


def private_root(candidates):
    """The first folder of these that is this user's alone, made where it is missing."""
    for path in candidates:
        try:
            os.makedirs(path, 0o700, exist_ok=True)
            info = os.lstat(path)
        except OSError:
            continue
        is_own = stat.S_ISDIR(info.st_mode) and info.st_uid == os.getuid()
        if is_own and not info.st_mode & 0o022 and os.access(path, os.W_OK):
            return path
    raise OSError("no folder of this node can be used: %s" % ", ".join(candidates))


def jobs_root():
    return private_root([os.path.join(tempfile.gettempdir(), "python_mcp_%d" % os.getuid())])


def cache_root():
    """Where environments stay for the jobs that come later."""
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return private_root([os.path.join(cache, "python_mcp"), os.path.join(jobs_root(), "cache")])


def remove_remains(root, remove):
    """Removes the folders of jobs that were killed with all that watched over them."""
    for name in os.listdir(root):
        folder = os.path.join(root, name)
        if len(name) == 36 and not cancel_job.runs(folder):
            remove(folder)


def fill_in(text, nonce, places):
    """The text with the places of this node, which are marked by a word that nobody else knows."""
    for name, path in places.items():
        text = text.replace("@%s:%s@" % (nonce, name), json.dumps(path)[1:-1])
    return text


def own_python():
    return sys.executable or "python3"
