"""The entrypoint of a job that was submitted to Ray: the outer one of its two processes.

It makes the job's folder on this node, starts the supervisor (supervise_on_node.py) and tells whoever
follows the job what comes into the folder; see frames.py. Started with `-I -S`.
"""
import json
import os
import shutil
import signal
import socket
import stat
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
CONTROL_ROOT = os.path.dirname(HERE)  # is on PYTHONPATH
sys.path.insert(0, HERE)

import frames  # noqa: E402
import job_folder  # noqa: E402
import names  # noqa: E402
import node_environment  # noqa: E402
import node_places  # noqa: E402
import process_tree  # noqa: E402
import supervise_on_node  # noqa: E402

LOOK_SECONDS = 0.05
PROGRESS_SECONDS = 0.2
PROGRESS_BYTES = 64 << 10
AT_ONCE = 4 << 20  # of a stream, before the other one has its turn
ARTIFACT_BYTES = 100 << 20  # that are sent back, of all artifacts together
MOST_ARTIFACTS = 1000
LOGS = ("stdout", names.STDOUT), ("stderr", names.STDERR), ("prepare", names.PREPARE_LOG)
# Ray's own, and what only the cluster is to know.
NOT_FOR_SCRIPTS = "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH", "PYTHONUNBUFFERED", "RAY_JOB_STOP_WAIT_TIME_S"


class NodeJob:
    def __init__(self, given):
        self.id, self.folder = given["id"], os.path.join(node_places.jobs_root(), given["id"])
        self.senders = [frames.FileSender(os.path.join(self.folder, file), name) for name, file in LOGS]
        self.progress = None
        self.has_started = False
        self.next_progress = 0.0

    def make_folder(self):
        """Makes it under another name first: one without a lock is removed by whoever comes next."""
        node_places.remove_remains(os.path.dirname(self.folder), remove)
        fresh = self.folder + ".new"
        os.makedirs(os.path.join(fresh, names.ARTIFACTS), 0o700)
        job_folder.reserve_outcome(fresh)
        self.lock = job_folder.try_lock(fresh)
        os.rename(fresh, self.folder)

    def start(self, spec, umask):
        """Forks the supervisor; returns its pid."""
        lifeline, held = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(held)
            supervise_on_node.main(spec, self.lock, lifeline, umask, remove)
        os.close(lifeline)
        return pid

    def follow(self, pid):
        """Sends what comes until the supervisor has ended."""
        has_ended = False
        while True:
            sent = sum(sender.send_new(AT_ONCE) for sender in self.senders)
            self.send_state()
            if has_ended and not sent:
                break
            if not has_ended:
                has_ended = reap(pid)
            if not sent and not has_ended:
                time.sleep(LOOK_SECONDS)
        end_remains()

    def send_state(self):
        if not self.has_started and job_folder.has(self.folder, names.STARTED):
            self.has_started = True
            frames.send("started", at=time.time())
        if time.monotonic() < self.next_progress:
            return
        self.next_progress = time.monotonic() + PROGRESS_SECONDS
        self.send_progress()

    def send_progress(self):
        progress = read_small(os.path.join(self.folder, names.PROGRESS), PROGRESS_BYTES)
        if progress != self.progress:
            self.progress = progress
            frames.send("progress", text=progress)

    def send_files(self):
        """Sends the exception and the artifacts; returns the paths of those that are too large."""
        folder = os.path.join(self.folder, names.ARTIFACTS)
        exception = os.path.join(os.path.dirname(folder), "exception")
        frames.FileSender(exception, "exception").send_new(PROGRESS_BYTES)
        left, too_many = ARTIFACT_BYTES, []
        for count, (name, size) in enumerate(find_files(folder)):
            if size > left or count >= MOST_ARTIFACTS:
                too_many.append(name)
                continue
            path = os.path.join(folder, name)
            if size == 0:
                frames.send("data", file="artifacts/" + name, at=0, data="")
            left -= frames.FileSender(path, "artifacts/" + name).send_new(size)
        return too_many

    def outcome(self):
        try:
            return json.loads(job_folder.read(self.folder, names.OUTCOME))
        except (OSError, ValueError):
            error = "The job's supervisor on the node was killed; what it had printed is kept"
            return job_folder.ended_without_run(error=error)

    def fail(self, error):
        frames.send("outcome", outcome=job_folder.ended_without_run(error=error), left_behind=[])
        remove(self.folder)
        return 1

    def end(self):
        self.send_progress()
        outcome = self.outcome()
        left_behind = self.send_files()
        frames.send("outcome", outcome=outcome, left_behind=left_behind[:20])
        remove(self.folder)
        code = outcome.get("exit_code")
        failed = outcome.get("error") or outcome.get("timed_out") or code is None
        return code or int(bool(failed))


def reap(pid):
    """Whether the supervisor has ended. Orphans of a killed one come here too."""
    while True:
        try:
            ended, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return True
        if ended == pid:
            return True
        if ended == 0:
            return False


def end_remains():
    """Ends what a killed supervisor has left."""
    while process_tree.descendants():
        process_tree.kill_all(process_tree.descendants)
        reap(0)
        time.sleep(LOOK_SECONDS)


def find_files(folder):
    """Names and sizes of the regular files below a folder, sorted."""
    found = []
    for path, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in files:
            full = os.path.join(path, name)
            info = os.lstat(full)
            if stat.S_ISREG(info.st_mode):
                found.append((os.path.relpath(full, folder), info.st_size))
    return sorted(found)


def read_small(path, most):
    """The text of a small file that the script may write; None where there is none."""
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            return file.read(most).decode("utf-8", "replace")
    except OSError:
        return None


def remove(folder):
    shutil.rmtree(folder, ignore_errors=True)


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
    frames.send("hello", node=socket.gethostname(), python=sys.version.split()[0])
    for name in NOT_FOR_SCRIPTS:
        os.environ.pop(name, None)
    prepare_for_tasks()
    process_tree.load_prctl()
    process_tree.become_subreaper()
    job = NodeJob(given)
    job.make_folder()
    places = {
        "progress": os.path.join(job.folder, names.PROGRESS),
        "artifacts": os.path.join(job.folder, names.ARTIFACTS),
        "control": HERE,
        "work": given.get("shared_directory") or sent_files(),
    }
    try:
        spec = make_spec(text, given, values, places, job.folder)
    except (node_environment.NoPython, OSError) as error:
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
    sys.exit(main())
