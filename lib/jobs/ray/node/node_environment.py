"""The Python that a job's script runs on: the cluster's own, or an environment that uv makes on the node.

Environments stay for the jobs that come later, by a key of all that they are made from.
"""
import hashlib
import json
import os
import shutil
import subprocess
import sys

import node_python

STEADY = ["--no-progress", "--color", "never"]
# What is meant for people's projects would lead uv astray; see script_environment.ts.
DISTURBING = (
    "PYTHONHOME PYTHONPATH UV_FROZEN UV_LOCKED UV_NO_SYNC UV_PROJECT UV_PROJECT_ENVIRONMENT UV_PYTHON "
    "UV_PYTHON_PREFERENCE UV_SYSTEM_PYTHON UV_WORKING_DIR UV_WORKING_DIRECTORY"
).split()


def plan(asked, control, cache, own_python):
    """What prepares the environment that was asked for, its Python, and changes to the script's variables."""
    # A script of Ray itself needs no more than the cluster's Python has, in the right version.
    if "script" not in asked or (asked.get("needs_only_ray") and node_python.fits_own(asked)):
        return [], node_python.find_python(asked, own_python), {}
    # What the cluster does not have is an error before anything is made.
    base = node_python.find_python(asked, own_python)
    steps = []
    uv = find_uv(cache)
    if uv is None:
        uv = os.path.join(cache, "tools", "uv", "bin", "uv")
        steps.append(install_uv(own_python, uv, asked["uv_release"], cache))
    script = with_constraint(asked["script"], own_python)
    version = sys.version if base == own_python else node_python.version_of(base)
    key = hashlib.sha256("\0".join((script, base, version)).encode()).hexdigest()[:32]
    folder = os.path.join(cache, "environments", key)
    os.makedirs(folder, 0o700, exist_ok=True)
    venv, marker = os.path.join(folder, "venv"), os.path.join(folder, "used")
    header = os.path.join(folder, "script.py")
    if not os.path.exists(marker):
        with open(header + ".new", "w", encoding="utf-8") as file:
            file.write(script)
        os.replace(header + ".new", header)
    command = [uv, "sync"] + STEADY + ["--active", "--script", header, "--python", base]
    spec = {
        "uv": uv,
        "venv": venv,
        "marker": marker,
        "contents": os.path.join(folder, "contents.json"),
        "commands": [command],
        "names": None,
    }
    env = dict.fromkeys(DISTURBING)
    env.update(VIRTUAL_ENV=venv, UV_PROJECT_ENVIRONMENT=venv, UV_PYTHON_DOWNLOADS="never")
    program = os.path.join(control, "prepare_environment.py")
    steps.append(
        {
            "label": asked["label"],
            "argv": [own_python, "-I", program, json.dumps(spec)],
            "cwd": folder,
            "env": env,
            "lock": os.path.join(folder, "lock"),
            "creates": marker,
            "save_stdout_to": marker,
        }
    )
    path = os.pathsep.join([os.path.join(venv, "bin"), os.environ.get("PATH", os.defpath)])
    return steps, os.path.join(venv, "bin", "python"), {"PATH": path, "VIRTUAL_ENV": venv, "PYTHONHOME": None}


def find_uv(cache):
    beside = [os.path.expanduser("~/.local/bin"), os.path.join(os.path.dirname(sys.executable))]
    path = os.pathsep.join([os.environ.get("PATH", os.defpath)] + beside)
    found = shutil.which("uv", path=path)
    own = os.path.join(cache, "tools", "uv", "bin", "uv")
    return found or (own if os.access(own, os.X_OK) else None)


def install_uv(python, uv, release, cache):
    target = os.path.dirname(os.path.dirname(uv))
    quiet = ["--quiet", "--disable-pip-version-check", "--no-input"]
    return {
        "label": "Installing uv from PyPI on the node (once)",
        "argv": [python, "-I", "-m", "pip", "install"] + quiet + ["--target", target, "uv==" + release],
        "env": {"PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0", "PIP_ROOT_USER_ACTION": "ignore"},
        "creates": uv,
        "lock": os.path.join(cache, "tools.lock"),
        "timeout_seconds": 300,
    }


def with_constraint(script, python):
    """A script that uses Ray itself gets the cluster's release of it: another one could not connect."""
    if "ray" not in script:
        return script
    code = "import importlib.metadata as m; print(m.version('ray'))"
    said = subprocess.run([python, "-I", "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    if said.returncode != 0:
        return script
    own = '"ray==%s"' % said.stdout.strip()
    for found, instead in (
        ("# constraint-dependencies = [", "# constraint-dependencies = [ %s," % own),
        ("# [tool.uv]\n", "# [tool.uv]\n# constraint-dependencies = [%s]\n" % own),
    ):
        if found in script:
            return script.replace(found, instead, 1)
    constraint = "#\n# [tool.uv]\n# constraint-dependencies = [%s]\n# ///" % own
    return script.replace("# ///", "\0", 1).replace("# ///", constraint, 1).replace("\0", "# ///", 1)
