"""What the options of bubblewrap show of the file system.

Scripts, and packages that are built, may write to some of it, and could put a link in the place of what another
sandbox is to show: bubblewrap follows it. One that stands there is refused here, before anything is mounted; one
that was there for a moment only, sandbox_mounts.py finds.
"""
import os

BINDS = "--bind", "--ro-bind", "--ro-bind-try"


def binds(wrapper):
    """The binds of a wrapper: each the option, what is shown, and where."""
    return [(wrapper[at], wrapper[at + 1], wrapper[at + 2]) for at in range(len(wrapper) - 2) if wrapper[at] in BINDS]


def written(wrapper, home):
    """The folders in which scripts, or packages that are built, may have put links."""
    return {home, *(path for option, path, _ in binds(wrapper) if option == "--bind")}


def check_links(wrapper, home):
    """Refuses what is shown by a path on which a script has put a link."""
    tops = written(wrapper, home)
    for _, path, _ in binds(wrapper):
        for top in tops:
            here = path
            while here.startswith(top + "/"):
                if os.path.islink(here):
                    raise OSError("its sandbox would show what a link in the place of %s leads to; remove that" % here)
                here = os.path.dirname(here)
