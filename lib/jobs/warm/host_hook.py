"""Start-up hook of a warm host, installed as `sitecustomize.py` in a folder that comes first on PYTHONPATH.

A host is started as `python MARKER`. Python asks its path hooks about the script once everything else of its
start-up is done: there the host stays and forks, with no frame below but this hook's. What is forked to become
a script goes back from here, and Python itself runs the script, as it would have run MARKER.
"""
import os
import sys

_marker = sys.argv[0]
_hook = os.path.dirname(os.path.abspath(__file__))
sys.path[:] = [entry for entry in sys.path if entry != _hook]
sys.path_importer_cache.pop(_hook, None)


def _gate(path):
    if path != _marker:
        raise ImportError
    sources = os.path.dirname(_hook)
    before = set(sys.modules)
    sys.path.insert(0, sources)
    import warm_host

    del sys.path[0]
    sys.path_importer_cache.pop(sources, None)
    # Their names are no business of a script, nor of what the host imports for it.
    for name in set(sys.modules) - before:
        if getattr(sys.modules[name], "__file__", None) and sys.modules[name].__file__.startswith(sources + "/"):
            del sys.modules[name]
    warm_host.run(_gate, before)


sys.path_hooks.insert(0, _gate)
# `site` takes this for an environment without a sitecustomize: each script has its own, after ours.
raise ImportError(name="sitecustomize")
