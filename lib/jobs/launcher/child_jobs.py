"""Jobs that scripts start with `python_mcp.run`: the launcher makes their folders.

Only servers write to the database: a file in `adopt/` waits until one of them has given the job its row.
Whoever works on a job's hand-over holds the lock of that file.
"""
import json
import os
import shlex
import time

import cancel_job
import job_folder
import job_outcome
import names
import sandbox_paths
import slots

TOOL = "python_mcp.run"
SET_BY_PYTHON = "LC_CTYPE"  # for itself, where the locale is C
LONGEST_COMMAND = 120  # characters
UUID_LENGTH, UUID_CHARACTERS = 36, frozenset("0123456789abcdef-")


class Refused(Exception):
    """Why a job is not started, for the script that asked for it."""


def make(home, launcher_id, request):
    """Makes the folder of an accepted job. Returns what its supervisor needs, environment values included.

    The request holds `id`, `parent`, `argv`, `cwd`, `label`, `timeout_seconds`, `details`, `env` (all of the
    script's environment; its values reach no file), `own_env` (what we set), and perhaps `stdin` and
    `script`, the text of the file `script.py`.
    """
    job_id, parent_folder = request["id"], folder_of(home, request["parent"])
    folder = folder_of(home, job_id)
    parent = read_parent(parent_folder)
    if "cluster" in request and parent["process"]["run"].get("sandbox"):
        raise Refused("a cluster has no sandbox, and this script runs in one")
    marker = os.path.join(home, names.ADOPT, job_id)
    held = slots.hold_own_lock(marker)
    try:
        spec = make_spec(request, folder, parent["process"])
        make_files(folder, request, stored_spec(request, spec, parent["process"]))
        # First the name, then the look: who cancels the parent does it the other way round.
        with open(os.path.join(parent_folder, names.CHILDREN), "ab") as file:
            file.write(job_id.encode() + b"\n")
        if job_folder.has(parent_folder, names.CANCEL):
            raise Refused("the job that this script runs as is being cancelled")
        if "cluster" in request:
            job_folder.open_private(os.path.join(folder, names.CLUSTER)).close()
        job_folder.accept(folder, launcher_id)
        return spec
    except BaseException:
        job_folder.remove(marker)  # the folder has no row: a server's next sweep collects it
        raise
    finally:
        os.close(held)


def folder_of(home, job_id):
    if len(job_id) != UUID_LENGTH or not UUID_CHARACTERS.issuperset(job_id):
        raise Refused("%r is no id of a job" % job_id)
    return os.path.join(home, names.JOBS, job_id)


def is_started_by(home, job_id, launcher_id):
    try:
        with open(os.path.join(folder_of(home, job_id), names.ACCEPTED), "rb") as file:
            return file.read() == launcher_id.encode()
    except FileNotFoundError:
        return False


def read_parent(folder):
    try:
        parent = json.loads(job_folder.read(folder, names.SPEC))
    except FileNotFoundError:
        raise Refused("there is no job %s in this home" % os.path.basename(folder))
    if not cancel_job.runs(folder):
        raise Refused("the job %s has ended" % os.path.basename(folder))
    return parent


def make_spec(request, folder, parent):
    env = dict.fromkeys(os.environ)  # what the script has removed stays away
    env.update(request["env"])
    env.update(request["own_env"])
    run = {"argv": request["argv"], "cwd": request["cwd"], "env": env}
    if request.get("stdin") is not None:
        run["stdin"] = request["stdin"]
    sandbox = parent["run"].get("sandbox")
    if sandbox:
        has_source = request.get("script") is not None
        run["sandbox"] = sandbox_paths.sandbox_of_child(sandbox, folder, has_source)
    return {
        "id": request["id"],
        "parent": request["parent"],
        "dir": folder,
        # Before everything that was asked for later than its parent, which may be waiting for it.
        "order": parent["order"],
        "kind": slots.BACKGROUND,
        "prepare": [],
        "run": run,
        "timeout_seconds": request["timeout_seconds"],
        "max_output_bytes": parent["max_output_bytes"],
        "max_memory_bytes": parent.get("max_memory_bytes"),
        "max_processes": parent.get("max_processes"),
    }


def stored_spec(request, spec, parent):
    """`spec.json` (see `StoredSpec` in job_record.ts): of the environment, what the parent's has too."""
    env, parent_env = request["env"], parent["run"].get("env") or {}
    shared = {name: value for name, value in env.items() if parent_env.get(name) == value}
    unknown = any(
        os.environ.get(name) != value
        for name, value in env.items()
        if name not in shared and name != SET_BY_PYTHON
    )
    run = dict(spec["run"], env=dict(shared, **request["own_env"]))
    stdin = run.pop("stdin", None)
    return {
        "kind": "ray" if "cluster" in request else "process",
        "tool": TOOL,
        "label": request["label"],
        "parent": request["parent"],
        "created_at": int(time.time() * 1000),
        "listed": True,
        "has_secrets": unknown or stdin is not None,
        "details": request["details"],
        "command": describe_command(request),
        "process": dict(spec, run=run),
    }


def describe_command(request):
    """What the job runs, in a line, as for runs that a server starts: script, arguments, folder."""
    path, arguments, cwd = request["argv"][1], request["argv"][2:], request["cwd"]
    if request.get("script") is not None:
        words = " ".join(["(inline code)"] + [shlex.quote(argument) for argument in arguments])
    else:
        below = os.path.relpath(path, cwd)
        script = path if below.startswith(os.pardir) else below
        words = " ".join(shlex.quote(word) for word in [script] + arguments)
    text = " ".join(("%s in %s" % (words, cwd)).split())
    return text if len(text) <= LONGEST_COMMAND else text[: LONGEST_COMMAND - 1] + "…"


def make_files(folder, request, stored):
    """What a server makes for a job of its own (see `create` in job_files.ts)."""
    os.makedirs(os.path.join(folder, names.ARTIFACTS), 0o700, exist_ok=True)
    job_outcome.reserve_outcome(folder)
    if request.get("script") is not None:
        with job_folder.open_private(os.path.join(folder, names.SOURCE)) as file:
            file.write(request["script"].encode("utf-8", "surrogatepass"))
    with job_folder.open_private(os.path.join(folder, names.SPEC)) as file:
        file.write(json.dumps(stored).encode())
