"""What a script in a sandbox may ask for: jobs of its own, in its own sandbox, and how these are.

It sees no folder of a job but its own `script/`, so it is told what others read in files. Each has a socket
of its own, which says whose script it is; what a request says about that does not count.
"""
import base64
import json
import os

import cancel_job
import child_jobs
import job_folder
import names

MOST_BYTES = 48 << 10  # of output in an answer
KEPT_DETAILS = ("execution_strategy", "names_python")


def answer(launcher, parent, request, start_child):
    """`start_child(launcher, request)` starts a job."""
    folder = child_jobs.folder_of(launcher.home, parent)
    if "run" in request:
        return start_child(launcher, own_request(launcher.home, parent, request["run"]))
    if "wake" in request:
        cancel_job.wake(folder)
        return {"is_lent": job_folder.has(folder, names.LENT)}
    child = request.get("cancel") or request.get("look")
    if child not in read(folder, names.CHILDREN).decode().split():
        return {"error": "%r is no job that this script has started" % (child,)}
    child_folder = child_jobs.folder_of(launcher.home, child)
    if "cancel" in request:
        cancel_job.cancel(child_folder)
        return {"cancelled": child}
    if "stream" in request:
        return output(child_folder, request)
    return look(child_folder)


def own_request(home, parent, request):
    if "cluster" in request:
        raise child_jobs.Refused("a script in a sandbox starts no jobs on a cluster, where there is none")
    if os.path.lexists(child_jobs.folder_of(home, request["id"])):
        raise child_jobs.Refused("there is a job %s" % request["id"])
    details = request.get("details") or {}
    details = {name: details[name] for name in KEPT_DETAILS if name in details}
    return dict(request, parent=parent, details=details)


def look(folder):
    """What `status_of` in _python_mcp_job_files.py reads."""
    return {
        "runs": cancel_job.runs(folder),
        "has_started": job_folder.has(folder, names.STARTED),
        "there": os.path.isdir(folder),
        "is_cancelled": job_folder.has(folder, names.CANCEL),
        "progress": read_json(folder, names.PROGRESS),
        # Last: what has ended since is then known to have ended.
        "outcome": read_json(folder, names.OUTCOME),
    }


def output(folder, request):
    name = names.STDERR if request["stream"] == "stderr" else names.STDOUT
    try:
        descriptor = os.open(os.path.join(folder, name), os.O_RDONLY | job_folder.CAREFULLY)
    except FileNotFoundError:
        return {"size": 0, "data": ""}
    try:
        data = os.pread(descriptor, MOST_BYTES, int(request["offset"]))
        return {"size": os.fstat(descriptor).st_size, "data": base64.b64encode(data).decode()}
    finally:
        os.close(descriptor)


def read(folder, name):
    try:
        return job_folder.read(folder, name)
    except OSError:
        return b""


def read_json(folder, name):
    try:
        return json.loads(read(folder, name) or b"null")
    except ValueError:
        return None  # not whole yet
