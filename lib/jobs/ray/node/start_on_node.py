"""The entrypoint of a job that was submitted to Ray: the outer one of its two processes.

It finds out what the job is to run here; node_job.py does the rest. Started with `-I -S`.
"""
import json
import os
import signal
import socket
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
CONTROL_ROOT = os.path.dirname(HERE)  # is on PYTHONPATH
sys.path.insert(0, HERE)

import frames  # noqa: E402
import job_folder  # noqa: E402
import job_outcome  # noqa: E402
import names  # noqa: E402
import node_environment  # noqa: E402
import node_job  # noqa: E402
import node_places  # noqa: E402
import node_python  # noqa: E402
import process_tree  # noqa: E402

# Ray's own, and what only the cluster is to know.
NOT_FOR_SCRIPTS = "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH", "PYTHONUNBUFFERED", "RAY_JOB_STOP_WAIT_TIME_S"


def take_values():
    """The environment values and the input that were given; they stay in no file of the node."""
    path = os.path.join(HERE, "values.json")
    try:
        with open(path, "rb") as file:
            return json.loads(file.read())
    except FileNotFoundError:
        return {}
    finally:
        job_folder.remove(path)


def sent_files():
    """The folder of the user's files, below the one that Ray has unpacked; see send_files.ts."""
    files = os.path.join(os.getcwd(), "files")
    return files if os.path.isdir(files) else os.getcwd()


def prepare_for_tasks():
    """Has the tasks that the script starts through Ray find the user's modules, and not what was sent besides."""
    try:
        config = json.loads(os.environ["RAY_JOB_CONFIG_JSON_ENV_VAR"])
        del config["runtime_env"]["py_modules"]
        config["runtime_env"]["env_vars"]["PYTHONPATH"] = sent_files()
        os.environ["RAY_JOB_CONFIG_JSON_ENV_VAR"] = json.dumps(config)
    except (KeyError, ValueError, TypeError):
        pass  # another release of Ray


def main():
    umask = os.umask(0o077)
    # Ray sends it to the supervisor as well, which ends the script; this process tells how that went.
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: None)
    values = take_values()
    with open(os.path.join(HERE, "job.json"), encoding="utf-8") as file:
        text = file.read()
    given = json.loads(text)
    frames.send("hello", **node_job.HELLO)
    for name in NOT_FOR_SCRIPTS:
        os.environ.pop(name, None)
    prepare_for_tasks()
    process_tree.load_system_calls()
    process_tree.become_subreaper()
    job = node_job.NodeJob(given["id"])
    job.make_folder()
    places = {
        "progress": os.path.join(job.folder, names.PROGRESS),
        "artifacts": os.path.join(job.folder, names.ARTIFACTS),
        "control": HERE,
        "work": given.get("shared_directory") or sent_files(),
    }
    try:
        spec = make_spec(text, given, values, places, job.folder)
    except (node_python.NoPython, OSError) as error:
        return job.fail(str(error))
    job.follow(job.start(spec, umask))
    return job.end()


def make_spec(text, given, values, places, folder):
    """What the supervisor needs to know, with the places of this node."""
    cwd = places["work"]
    if not os.path.isdir(cwd):
        raise OSError("the folder %s is not on the node %s of the cluster" % (cwd, socket.gethostname()))
    own, cache = node_places.own_python(), node_places.cache_root()
    steps, python, changes = node_environment.plan(given["environment"], HERE, cache, own)
    places["python"] = python
    spec = json.loads(node_places.fill_in(text, given["nonce"], places))["process"]
    spec["dir"] = folder
    env = spec["run"]["env"]
    env.update(changes, **values.get("env") or {})
    outside = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path != CONTROL_ROOT]
    env["PYTHONPATH"] = os.pathsep.join(filter(None, [env["PYTHONPATH"]] + outside))
    if "stdin" in values:
        spec["run"]["stdin"] = values["stdin"]
    progress = {"PYTHON_MCP_PROGRESS_FILE": places["progress"]}
    for step in steps:
        step["env"] = dict(step["env"], **dict(values.get("prepare_env") or {}, **progress))
    spec["prepare"] = steps
    return spec


if __name__ == "__main__":
    try:
        sys.exit(main())
    except OSError as error:
        said = "The job could not be run on the node %s: %s" % (socket.gethostname(), error)
        frames.send("outcome", outcome=job_outcome.ended_without_run(error=said), left_behind=[])
        raise
