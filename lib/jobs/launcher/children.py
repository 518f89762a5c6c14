"""The processes that a launcher forks for jobs: what it keeps of each, and what it does at their end."""
import os
import signal
import sys
import time

import cancel_job
import detach
import job_folder
import job_outcome
import killed_job
import process_tree


class Child:
    """A process that has a job. A launcher keeps the lock and the pipes of one whose supervisor it forked:
    when that dies, nobody finds the job unattended, and what was printed is still there."""

    def __init__(self, job_id, folder=None, lock=None, pipes=None):
        self.id, self.folder, self.lock, self.pipes = job_id, folder, lock, pipes
        self.begun = time.monotonic()
        self.lesson = None  # for warm hosts
        self.marks_failed = False  # its supervisor was killed, and this process ends the job
        self.session = None  # what it supervises, where that is a session
        self.spec = None  # of a job that a process which was forked ahead has got, and not begun
        self.socket = None  # to that process
        self.pid = None  # of that process
        self.has_outcome = False  # its warm supervisor has said so
        self.is_done = False  # its supervisor has said so; it may not have ended

    def let_go(self):
        if self.pipes:
            os.close(self.lock)
            self.pipes.close()


def forked(keep, act):
    """The pid of a process that keeps these descriptors, and calls `act` with whether it gets its orphans."""
    pid = os.fork()
    if pid == 0:
        try:
            # First of all: what is the launcher's must end with the launcher.
            signal.set_wakeup_fd(-1)
            detach.keep_only(keep)
            os.setsid()
            act(process_tree.become_subreaper())
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            os._exit(0)
    return pid


class Children:
    def __init__(self, ended):
        """`ended(child, status)` is called with each that has ended, and its wait status."""
        self.by_pid = {}
        self.ended = ended

    def __bool__(self):
        return bool(self.by_pid)

    def fork(self, child, keep, act):
        self.by_pid[forked(keep, act)] = child

    def has(self, job_id):
        return any(child.id == job_id for child in self.by_pid.values())

    def reap(self, other):
        """Collects what has ended. `other(pid, is_stopped)` is called with each that is none of these."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG | os.WUNTRACED)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid not in self.by_pid:
                other(pid, os.WIFSTOPPED(status))
            elif os.WIFSTOPPED(status):
                os.kill(pid, signal.SIGCONT)  # as by its script: a job's limits are its supervisor's
            else:
                self.ended(self.by_pid.pop(pid), status)

    def settle(self, child, status):
        """Ends the job of a supervisor that was killed. False where there is nothing more to do."""
        was_killed = child.pipes and (os.WIFSIGNALED(status) or not job_outcome.has_outcome(child.folder))
        # What ends the job in its supervisor's place may be killed as well; else it has done what it could.
        if not was_killed or (child.marks_failed and not os.WIFSIGNALED(status)):
            return False
        child.marks_failed = True
        keep = [child.lock] + child.pipes.reads
        try:
            self.fork(
                child, keep, lambda _: killed_job.mark_failed(child.folder, child.id, child.lock, child.pipes.reads)
            )
        except OSError:
            return False  # no process can be had just now: the server asks for it once more
        return True

    def mark_failed(self, job_id, folder):
        """Ends a job once its supervisor is dead; for those of launchers that are dead themselves."""
        try:
            lock = job_folder.open_lock(folder)
        except OSError:
            return  # removed meanwhile, or to be looked at once more
        try:
            self.fork(Child(job_id), [lock], lambda _: killed_job.mark_failed(folder, job_id, lock))
        except OSError:
            pass  # no process can be had just now: the server looks once more
        finally:
            os.close(lock)

    def free_traced(self, others):
        """Kills what of a job traces its supervisor: while it does, no signal, end or time limit counts there.

        `others`: the folders of jobs whose supervisors are no children of this process."""
        for pid in filter(None, [*self.by_pid, *map(cancel_job.supervisor_of, others)]):
            tracer = process_tree.tracer(pid)
            if tracer:
                process_tree.send([tracer], signal.SIGKILL)
