"""What the outer one of a job's two processes on a node does: the job's folder and its supervisor
(supervise_on_node.py), and what whoever follows the job is told of them; see frames.py.
"""
import json
import os
import shutil
import socket
import stat
import sys
import time

import frames
import job_folder
import job_outcome
import names
import node_places
import process_tree
import supervise_on_node

LOOK_SECONDS = 0.05
PROGRESS_SECONDS = 0.2
PROGRESS_BYTES = 64 << 10
AT_ONCE = 1 << 20  # of a stream, before the other one has its turn
CHECKPOINT_PIECES = 32
ARTIFACT_BYTES = 100 << 20  # that are sent back, of all artifacts together
MOST_ARTIFACTS = 1000
LOGS = ("stdout", names.STDOUT), ("stderr", names.STDERR), ("prepare", names.PREPARE_LOG)
HELLO = {"node": socket.gethostname(), "python": sys.version.split()[0]}


class NodeJob:
    def __init__(self, job_id):
        self.folder = os.path.join(node_places.jobs_root(), job_id)
        self.senders = [frames.FileSender(os.path.join(self.folder, file), name) for name, file in LOGS]
        self.progress = None
        self.started_at = None
        self.told_pieces = 0
        self.next_progress = 0.0

    def make_folder(self):
        """Makes it under another name first: one without a lock is removed by whoever comes next."""
        node_places.remove_remains(os.path.dirname(self.folder), remove)
        fresh = self.folder + ".new"
        os.makedirs(os.path.join(fresh, names.ARTIFACTS), 0o700)
        job_outcome.reserve_outcome(fresh)
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
            self.send_checkpoint()
            if has_ended and not sent:
                break
            if not has_ended:
                has_ended = reap(pid)
            if not sent and not has_ended:
                time.sleep(LOOK_SECONDS)
        end_remains()

    def send_state(self):
        if self.started_at is None and job_folder.has(self.folder, names.STARTED):
            self.started_at = time.time()
            frames.send("started", at=self.started_at)
        if time.monotonic() < self.next_progress:
            return
        self.next_progress = time.monotonic() + PROGRESS_SECONDS
        self.send_progress()

    def send_checkpoint(self):
        """Says all again from time to time: whoever comes later need not read the whole log."""
        pieces = sum(sender.pieces for sender in self.senders)
        if pieces - self.told_pieces < CHECKPOINT_PIECES:
            return
        self.told_pieces = pieces
        offsets = {sender.name: sender.offset for sender in self.senders}
        state = {"started_at": self.started_at, "progress": self.progress, "offsets": offsets}
        frames.send("checkpoint", **HELLO, **state)

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
            return job_outcome.ended_without_run(error=error)

    def fail(self, error):
        frames.send("outcome", outcome=job_outcome.ended_without_run(error=error), left_behind=[])
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
