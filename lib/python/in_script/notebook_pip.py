"""`pip` and `uv` as the cells of a notebook find them: what they install is for this run alone.

The environment is shared with other runs, and a `pip` on PATH would change the user's own Python: so
packages go into a folder of the run that the kernel imports from. In an environment of the user's own,
they go into that one, as the user's own pip would have it. Installed as the modules `pip` and `uv` (for
`%pip`, `%uv` and `python -m pip`) and run by the programs of those names in the same place.
"""
import os
import subprocess
import sys

UV = os.environ.get("PYTHON_MCP_NOTEBOOK_UV", "uv")
PACKAGES = os.environ.get("PYTHON_MCP_NOTEBOOK_PACKAGES")  # of this run; none: the environment's
# What pip knows and uv does not, what it asks (there is nobody to answer), and what names other places.
LEFT_OUT = {
    "-y", "--yes", "--user", "--no-input", "--no-warn-script-location", "--no-warn-conflicts",
    "--prefer-binary", "--use-pep517", "--require-virtualenv", "--no-python-version-warning",
    "--system", "--break-system-packages",
}  # fmt: skip
LEFT_OUT_WITH_VALUE = {
    "--progress-bar", "--root-user-action", "--upgrade-strategy", "--timeout", "--default-timeout",
    "--retries", "--log", "--exists-action",
}  # fmt: skip
INSTEAD = {"-I": "--reinstall", "--ignore-installed": "--reinstall"}
PLACES = {"--target", "-t", "--prefix", "--root"}
LOOKS = ("show", "list", "freeze")


def command(arguments):
    """The command of uv for arguments of pip."""
    arguments = list(for_uv(arguments))
    action, rest = (arguments or ["help"])[0], arguments[1:]
    if action in ("--version", "-V"):
        return [UV, "--version"]
    names = {one.split("=")[0] for one in rest}
    where = [] if names & {"--python", "-p"} else ["--python", sys.executable]
    if PACKAGES and action in ("install", "uninstall") and not names & PLACES:
        where += ["--target", PACKAGES]
        # No file there tells Python of a folder elsewhere.
        rest = [one for one in rest if one not in ("-e", "--editable")]
    return [UV, "pip", action] + where + rest


def for_uv(arguments):
    left = iter(arguments)
    for one in left:
        if one in LEFT_OUT_WITH_VALUE:
            next(left, None)
        elif one not in LEFT_OUT and one.split("=")[0] not in LEFT_OUT_WITH_VALUE:
            yield INSTEAD.get(one, one)


def main(arguments):
    if arguments[:1] == ["uv"]:
        arguments = arguments[1:]
        argv = command(arguments[1:]) if arguments[:1] == ["pip"] else [UV] + arguments
    else:
        argv = command(arguments)
    os.environ.setdefault("NO_COLOR", "1")  # as pip: cells read what it lists
    sys.stdout.flush()
    try:
        if PACKAGES and argv[1:2] == ["pip"] and argv[2] in LOOKS and not PLACES & set(argv):
            # What is in two places is looked for in both, as pip would.
            hush = {"stderr": subprocess.DEVNULL} if argv[2] == "show" else {}
            found = subprocess.call(argv + ["--target", PACKAGES], **hush) == 0
            if found and argv[2] == "show":
                return
        os.execvp(argv[0], argv)
    except OSError as error:
        sys.exit("Cannot start uv (%s): %s" % (argv[0], error))


if __name__ == "__main__":
    main(sys.argv[1:])
