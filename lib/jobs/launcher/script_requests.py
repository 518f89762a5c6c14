"""What scripts ask a launcher for: jobs of their own, and the end of those."""
import json

import cancel_job
import child_jobs
import confined_scripts

NO_SERVER = (
    "only a server can submit it to the cluster, and the one of this script has ended: start python-mcp with "
    "PYTHON_MCP_RAY_ADDRESS, then start the script again"
)


def answer(launcher, request, confined=None):
    """What a script is told. `confined`: the job whose script it is, when that runs in a sandbox."""
    if confined:
        return confined_scripts.answer(launcher, confined, request, start_child)
    if "cancel" in request:
        cancel_job.cancel(child_jobs.folder_of(launcher.home, request["cancel"]))
        return {"cancelled": request["cancel"]}
    child = request["run"]
    if launcher.is_in_job and not child_jobs.is_started_by(launcher.home, child["parent"], launcher.id):
        return {"elsewhere": True}  # this launcher ends with the job that its server is part of
    return start_child(launcher, child)


def start_child(launcher, child):
    if "cluster" in child and not launcher.server.lives:
        return {"error": NO_SERVER}
    try:
        spec = child_jobs.make(launcher.home, launcher.id, child)
    except (child_jobs.Refused, OSError) as error:
        return {"error": str(error)}
    if "cluster" in child:
        launcher.tell({"submit": child})  # its values are nowhere else
        return {"accepted": spec["id"]}
    launcher.enqueue(spec, json.dumps({"run": spec}).encode())
    launcher.tell({"child": spec["id"]})
    return {"accepted": spec["id"]}
