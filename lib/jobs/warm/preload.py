"""Imports ahead what scripts of an environment import, where that makes no difference to any of them.

Each import is tried in a child first, which is then thrown away: what prints, warns, reads arguments, the
clock or files outside the environment, starts processes or threads is left to the scripts.
"""
import json
import os
import signal
import sys

import random_generators
from probe import Probe, import_all

# All imports of a host together. On a busy machine they wait for the processor, which says nothing about them.
MOST_CPU_SECONDS, LONGEST_SECONDS = 60, 300
NEVER = ("__main__", "__mp_main__", "antigravity", "idlelib", "pdb", "readline", "rlcompleter", "test", "this", "tkinter")


def preload(modules, never):
    """Imports those of the modules that may be. Returns why others may not, by their first name, and the
    random generators that are to be seeded anew in each script."""
    groups, loaded = {}, set(sys.modules)
    for name in modules:
        root = name.partition(".")[0]
        if root in loaded:
            continue  # Python's own start-up has it
        if root not in NEVER and not root.startswith("_python_mcp") and root not in never:
            groups.setdefault(root, []).append(name)
    refused, states = {}, []
    while groups:
        states, result = try_in_child(groups, dict(never, **refused))
        if result is None:
            break
        root, reason = result
        refused[root] = reason
        groups.pop(root, None)
    for names in groups.values():
        import_all(names)
    return refused, random_generators.unseeded(states)


def try_in_child(groups, refused):
    """The states of random generators then; the first of the groups that must not be imported, and why, or None."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            signal.setitimer(signal.ITIMER_PROF, MOST_CPU_SECONDS)
            signal.alarm(LONGEST_SECONDS)
            probe = Probe(write)
            for root, names in groups.items():
                probe.current = root
                probe.try_import(names, refused)
            probe.finish()
        except Exception as error:
            probe.refuse("cannot be watched while it is imported: %r" % error)
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as file:
        lines = file.read().decode("utf-8", "replace").splitlines()
    os.waitpid(pid, 0)
    if lines and lines[-1].startswith("{"):
        return json.loads(lines[-1])["states"], None
    last = json.loads(lines[-1]) if lines else next(iter(groups))
    if isinstance(last, str):
        return [], (last, "ends the process that imports it, or takes more than %d s" % MOST_CPU_SECONDS)
    return [], tuple(last)
