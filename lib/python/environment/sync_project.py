"""Installs what a uv project needs, as `uv sync` does, without writing into the project.

    python -I sync_project.py '{"uv": …, "options": […], "python": …, "root": …, "shadow": …, "package": …, "own": …}'

A lock that fits is taken as it is. Otherwise uv resolves in `shadow`, a mirror of `root` with files of
ours where uv reads what belongs to the workspace. What is installed of the root itself (`own` is its name, where it is a package) comes from the real folder afterwards.
"""
import glob
import json
import os
import re
import subprocess
import sys

def is_installed(venv, name):
    folders = glob.glob(os.path.join(glob.escape(venv), "lib", "python*", "site-packages", "*.dist-info"))
    names = [os.path.basename(folder).split("-")[0] for folder in folders]
    return normalized(name) in map(normalized, names)


def normalized(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def main(uv, options, python, root, shadow, package, own):
    def run(*command, **more):
        return subprocess.call([uv, *command, *options], **more)

    def sync(*more):
        which = ["--package", package] if package else []
        return run("sync", "--python", python, *which, *more)

    if os.path.exists(os.path.join(root, "uv.lock")):
        silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        if run("lock", "--check", "--project", root, "--python", python, **silent) == 0:
            return sync("--frozen", "--project", root)
    is_asked_for = own is not None and package is None
    code = sync("--project", shadow, *(["--no-install-project"] if is_asked_for else []))
    venv = os.environ["UV_PROJECT_ENVIRONMENT"]
    if code == 0 and own and (is_asked_for or is_installed(venv, own)):
        place = ("--directory", root, "--python", venv, "--reinstall-package", own)
        return run("pip", "install", "--no-deps", *place, "--editable", root)
    return code


sys.exit(main(**json.loads(sys.argv[1])))
