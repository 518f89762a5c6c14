"""Starts a job for a script: `python_mcp.run`."""

import os
import sys
import uuid

import _python_mcp_names as names
from _python_mcp_ask import ask
from _python_mcp_job_files import OURS, JobError, own_job, read_json
from _python_mcp_jobs import Job, seconds

_LONGEST_SCRIPT = 5 << 20


def run(script, args=(), *, env=None, stdin=None, cwd=None, timeout_seconds=86400, label=None, run_on="local", ray=None):
    """Starts Python code as a job of its own and returns it, a `Job`, at once.

    script: the path of a file (an `os.PathLike`, or a text that ends in ".py" or names a file; relative
        to `cwd`), or else Python source, which can import what lies in `cwd`.
    args: its arguments, texts or paths.
    env: a dict of changes to this script's `os.environ`; None as a value removes a variable.
    stdin: text for its standard input; without it that is empty.
    cwd: its working directory; this script's by default.
    timeout_seconds: how long it may run; 0 for ever, a day by default.
    label: what lists call it; at most 200 characters.
    run_on: "ray" for the Ray cluster of this script's server (PYTHON_MCP_RAY_ADDRESS), where it takes none
        of the places of this machine; its environment is that of its node, changed by `env`.
    ray: what its node must have, and what is sent there: a dict with some of `cpus`, `gpus`, `custom`,
        `labels`, `include` and `shared_directory`, as for the tools.

    It runs with this script's interpreter, and so with the same packages. It waits its turn like every
    job, before those that came after this script. It goes on when this script ends, and is cancelled
    when this script's job is stopped: cancelled, or at its time or output limit.

    Raises JobError outside a job and when nothing can start it, TypeError and ValueError for arguments
    that make no sense, FileNotFoundError and NotADirectoryError for what is not there.
    """
    job_id, folder = own_job()
    child = os.path.join(os.path.dirname(folder), str(uuid.uuid4()))
    where = os.path.abspath(os.fspath(cwd)) if cwd is not None else os.getcwd()
    if not os.path.isdir(where):
        raise NotADirectoryError("Cannot run in cwd=%s: there is no such folder. Create it first" % where)
    path, source = _script(script, where)
    environ, ours = _environment(env, child, None if source is None else where)
    cluster = _cluster(run_on, ray, env)
    details = (read_json(os.path.join(folder, names.SPEC)) or {}).get("details") or {}
    request = {
        "id": os.path.basename(child),
        "parent": job_id,
        "argv": [_interpreter(), path or os.path.join(child, names.SOURCE)] + _arguments(args),
        "cwd": where,
        "env": environ,
        "own_env": ours,
        "script": source,
        "stdin": _text("stdin", stdin),
        "label": _label(label),
        "timeout_seconds": seconds("timeout_seconds", timeout_seconds),
        "details": {k: details[k] for k in ("execution_strategy", "names_python") if k in details},
    }
    if cluster is not None:
        request.update(argv=["python", path or names.SOURCE] + request["argv"][2:], env={}, own_env={}, cluster=cluster)
    ask(folder, {"run": request}, lambda: os.path.exists(os.path.join(child, names.ACCEPTED)))
    return Job(child)


def _script(script, where):
    """Path and source of what is to run; one of them is None."""
    if not isinstance(script, (str, os.PathLike)):
        raise TypeError("script is a path or Python source as str, not %s" % type(script).__name__)
    text = os.fspath(script)
    if not isinstance(text, str):
        raise TypeError("script is a path as str, not as bytes: use os.fsdecode")
    if "\0" in text:
        raise ValueError("script holds a NUL character, which neither a path nor a Python source may hold")
    if not isinstance(script, os.PathLike) and ("\n" in text or not _names_file(text, where)):
        if not text.strip():
            raise ValueError("script is empty: pass the path of a file, or Python source")
        if len(text.encode("utf-8", "surrogatepass")) > _LONGEST_SCRIPT:
            raise ValueError("script has more than 5 MB of source: read its data from a file")
        return None, text
    path = os.path.abspath(os.path.join(where, os.path.expanduser(text)))
    if not os.path.isfile(path):
        raise FileNotFoundError("Cannot run script %s: there is no such file" % path)
    return path, None


def _names_file(text, where):
    try:
        return text.endswith(".py") or os.path.isfile(os.path.join(where, os.path.expanduser(text)))
    except (OSError, ValueError):
        return False


def _interpreter():
    if not sys.executable:
        raise JobError("Cannot start a job: this interpreter does not know its own path (sys.executable)")
    return sys.executable


def _arguments(args):
    if isinstance(args, (str, bytes)):
        raise TypeError("args is a list of strings, not one string: pass [%r]" % args)
    arguments = [os.fspath(a) if isinstance(a, os.PathLike) else a for a in args]
    for argument in arguments:
        if not isinstance(argument, str):
            raise TypeError("args holds %r, which is not a string: pass str(...) of it" % (argument,))
        if "\0" in argument:
            raise ValueError("args holds %r: an argument has no NUL character" % argument)
    return arguments


def _text(name, value):
    if value is not None and not isinstance(value, str):
        raise TypeError("%s is a str, not %s" % (name, type(value).__name__))
    return value


def _cluster(run_on, ray, env):
    """What is asked of the cluster; None for a job of this machine."""
    if run_on not in ("local", "ray"):
        raise ValueError('run_on is "local" or "ray", not %r' % (run_on,))
    if run_on == "local":
        return None
    known = {"cpus", "gpus", "custom", "labels", "include", "shared_directory"}
    unknown = set(ray or {}) - known
    if unknown:
        raise ValueError("ray has %s, and may have %s" % (", ".join(sorted(unknown)), ", ".join(sorted(known))))
    given = {name: value for name, value in dict(env or {}).items() if value is not None}
    return {"ray": dict(ray or {}), "env": given}


def _label(label):
    if _text("label", label) is not None and len(label) > 200:
        raise ValueError("label has %d characters, and at most 200 are allowed" % len(label))
    return label


def _environment(changes, child, directory):
    """The job's environment, and which of it we set; only those values may reach a file."""
    environ = dict(os.environ)
    for name, value in dict(changes or {}).items():
        if not isinstance(name, str) or not (value is None or isinstance(value, str)):
            raise TypeError("env maps names to strings, or to None; it holds %r: %s" % (name, type(value).__name__))
        if not name or "=" in name or "\0" in name + (value or ""):
            raise ValueError("env holds %r: a name has no '=', and neither it nor its value a NUL" % name)
        if value is None:
            environ.pop(name, None)
        else:
            environ[name] = value
    for name in OURS:
        environ.pop(name, None)
    progress = os.path.join(child, names.PROGRESS)
    ours = dict(zip(OURS, (os.path.basename(child), progress, os.path.join(child, names.ARTIFACTS))))
    # This script does not see the start-up hooks that it has had itself.
    runtime = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    hooks = [os.path.join(runtime, "hook")]
    if directory is not None:
        hooks.insert(0, os.path.join(runtime, "directory"))
        ours["PYTHON_MCP_IMPORT_DIRECTORY"] = directory
    if environ.get("PYTHONPATH"):
        environ["PYTHONPATH"] = os.pathsep.join(hooks + [environ["PYTHONPATH"]])
    else:
        ours["PYTHONPATH"] = os.pathsep.join(hooks)
    return environ, ours
