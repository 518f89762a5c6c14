"""Adds packages to a living session, in a folder that comes last on `sys.path`."""
import importlib
import importlib.machinery
import os
import subprocess
import sys


def install(wish, say):
    """Installs what is missing. Returns how the cell ends where the caller's own requirements cannot be had, else None.

    `wish`: a CellInstall of process_spec.ts.
    """
    missing = [one for one in wish["modules"] if is_missing(one[0])]
    wanted = list(wish["requirements"])
    if not wanted and not missing:
        return None
    if wanted:
        failed = run(wish, wanted)
        if failed:
            return {
                "error": "Installing %s failed" % ", ".join(wanted),
                "failed_step": "Installing %s into the session" % ", ".join(wanted),
                "prepare_log": failed,
            }
        say(installed=wanted)
    distributions = sorted({distribution for _, distribution in missing})
    if distributions:
        failed = run(wish, distributions)
        if failed:
            say(note="%s could not be installed: %s" % (", ".join(distributions), last_line(failed)))
        else:
            say(installed=distributions)
            say(note="Installed into the session for its imports: " + ", ".join(distributions))
    return None


def is_missing(module):
    """Whether no module of this name can be found; nothing is imported."""
    if module in sys.modules:
        return False
    importlib.invalidate_caches()
    try:
        return importlib.machinery.PathFinder.find_spec(module) is None
    except (ImportError, ValueError, AttributeError):
        return True


def run(wish, requirements):
    """None, or what uv has said where it failed."""
    os.makedirs(wish["folder"], 0o700, exist_ok=True)
    constraints = os.path.join(wish["folder"], "constraints.txt")
    with open(constraints, "w", encoding="utf-8") as file:
        file.write("\n".join(sorted(installed())))
    argv = wish["argv"] + ["--target", wish["folder"], "--constraints", constraints] + requirements
    env = dict(os.environ, NO_COLOR="1")
    env.pop("PYTHONPATH", None)
    try:
        found = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=env)
    except OSError as error:
        return "uv could not be started: %s" % error
    importlib.invalidate_caches()
    return None if found.returncode == 0 else found.stdout.decode("utf-8", "replace") or "exit code %d" % found.returncode


def installed():
    """What the session has, which must not change under it."""
    from importlib import metadata

    for one in metadata.distributions():
        name = one.metadata["Name"]
        if name:
            yield "%s==%s" % (name, one.version)


def last_line(text):
    lines = [line.strip(" │╰─▶×\u276f") for line in text.strip().split("\n") if line.strip()]
    lines = [line for line in lines if not line.startswith("hint:")] or lines
    return lines[-1][:300] if lines else ""
