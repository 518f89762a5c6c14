"""The Pythons that a node has."""
import glob
import os
import shutil
import subprocess
import sys

# Where uv and pyenv keep theirs, which need not be on PATH.
KEPT = (
    "~/.local/share/uv/python/cpython-%s.*/bin/python%s",
    "~/.pyenv/versions/%s.*/bin/python%s",
)
ASK = "import sys; print('%d.%d.%d' % sys.version_info[:3])"


class NoPython(Exception):
    """The node has no Python that fits, with what it has."""


def find_python(asked, own):
    """The cluster's own Python where that fits, else the newest one of the node that does."""
    if fits_own(asked):
        return own
    minors = {tuple(map(int, version.split(".")[:2])) for version in asked["fits"]}
    for minor in sorted(minors, reverse=True):
        for path in find_all("%d.%d" % minor):
            if fits(asked, version_of(path)):
                return path
    raise NoPython(
        "Python %s (python_version, or requires-python) is not on the node %s of the cluster, whose Python is %s. "
        "Ask for that one, or leave the version out" % (asked["python_version"], os.uname().nodename, own_version())
    )


def fits_own(asked):
    return "fits" not in asked or fits(asked, own_version())


def fits(asked, version):
    """`fits` has whole minor versions (3.12), and single ones (3.12.4)."""
    return version in asked["fits"] or version.rpartition(".")[0] in asked["fits"]


def own_version():
    return "%d.%d.%d" % sys.version_info[:3]


def find_all(minor):
    on_path = shutil.which("python" + minor)
    kept = [path for place in KEPT for path in glob.glob(os.path.expanduser(place % (minor, minor)))]
    return ([on_path] if on_path else []) + sorted(kept, reverse=True)


def version_of(path):
    """Empty where it does not run, as pyenv's stand-ins for versions that are not switched on."""
    try:
        said = subprocess.run([path, "-I", "-c", ASK], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return said.stdout.decode("ascii", "replace").strip() if said.returncode == 0 else ""
