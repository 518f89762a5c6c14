"""The steps that come before a job's script, or before a session: they make its environment."""
import fcntl
import os

import job_folder
import names
from run_command import PIECE, JobEnded
from signal_name import signal_name

LOCK_SECONDS = 0.05  # between two attempts at the lock of a step


class Preparation:
    def __init__(self, steps, folder, commands, look, show):
        """`look` raises JobEnded to end it; `show` is told the progress, at last None."""
        self.steps, self.folder, self.commands, self.look, self.show = steps, folder, commands, look, show
        self.failed_step = None

    def run(self):
        if not self.steps:
            return
        log = job_folder.open_log(self.folder, names.PREPARE_LOG)
        try:
            for index, step in enumerate(self.steps):
                self.look()
                if step.get("creates") and os.path.exists(step["creates"]):
                    continue
                self.show({"current": index, "total": len(self.steps), "message": step["label"]})
                lock = self.hold(step["lock"]) if step.get("lock") else -1
                try:
                    if not (step.get("creates") and os.path.exists(step["creates"])):
                        self.run_step(step, log)
                finally:
                    if lock >= 0:
                        os.close(lock)
            self.show(None)
        finally:
            os.close(log)

    def run_step(self, step, log):
        out = job_folder.open_log(self.folder, names.STEP_OUTPUT) if step.get("save_stdout_to") else log
        self.failed_step = step["label"]
        ended = self.commands.run(step, out, log, self.look, step.get("timeout_seconds"))
        if ended.reason is not None and not ended.reason.timed_out:
            self.failed_step = None
            raise ended.reason
        if ended.status != 0 or ended.reason is not None:
            raise JobEnded(error="%s failed: %s" % (step["label"], describe(ended, step.get("timeout_seconds"))))
        if step.get("save_stdout_to"):
            job_folder.replace(step["save_stdout_to"], os.pread(out, PIECE, 0).strip())
            os.close(out)
            job_folder.remove(os.path.join(self.folder, names.STEP_OUTPUT))
        self.failed_step = None

    def hold(self, path):
        os.makedirs(os.path.dirname(path), 0o700, exist_ok=True)
        lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return lock
            except BlockingIOError:
                self.commands.sleep(LOCK_SECONDS)
                self.look()


def describe(ended, limit):
    if ended.reason is not None:
        return "it took longer than %g s" % limit
    if os.WIFSIGNALED(ended.status):
        return "it was ended by %s" % signal_name(os.WTERMSIG(ended.status))
    return "exit code %d" % os.WEXITSTATUS(ended.status)
