"""`pip` and `uv` as the cells of a notebook find them: what they install is for this run alone.

The environment is shared with other runs, and a `pip` on PATH would change the user's own Python: so
packages go into a folder of the run that the kernel imports from. Installed as the module `pip` (for
`%pip` and `python -m pip`) and run by the programs `pip`, `pip3` and `uv` in the same place.
"""
import os
import sys

UV = os.environ.get("PYTHON_MCP_NOTEBOOK_UV", "uv")
PACKAGES = os.environ.get("PYTHON_MCP_NOTEBOOK_PACKAGES", "")
# What pip knows and uv does not, or asks about: there is nobody to answer.
LEFT_OUT = {"-y", "--yes", "--user", "--no-input", "--disable-pip-version-check", "--no-warn-script-location"}


def command(arguments):
    """The command of uv for arguments of pip."""
    arguments = [one for one in arguments if one not in LEFT_OUT]
    action, rest = (arguments or ["help"])[0], arguments[1:]
    if action in ("--version", "-V"):
        return [UV, "--version"]
    where = ["--python", sys.executable]
    if action == "install":
        where += ["--target", PACKAGES]
    elif action == "uninstall":
        where += ["--target", PACKAGES]
    return [UV, "pip", action] + where + rest


def main(arguments):
    if arguments[:1] == ["uv"]:
        arguments = arguments[1:]
        argv = command(arguments[1:]) if arguments[:1] == ["pip"] else [UV] + arguments
    else:
        argv = command(arguments)
    sys.stdout.flush()
    try:
        os.execvp(argv[0], argv)
    except OSError as error:
        sys.exit("Cannot start uv (%s): %s" % (argv[0], error))


if __name__ == "__main__":
    main(sys.argv[1:])
