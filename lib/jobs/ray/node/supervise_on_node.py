"""The inner one of the two processes of a job on a cluster: the supervisor of the job's script.

It is what a job on the user's own machine has, in a folder of this node. The outer process has a pipe to
it: when that closes, however the outer one ended, the script ends with all that it has started.
"""
import os
import signal
import sys
import threading

import job_outcome
import output_pipes
import process_tree
from supervisor import Supervisor

OUTER_IS_GONE = "Ray ended the job's process on the node"


class NoSlot:
    """The cluster decides how many jobs run at once."""

    is_lent = False

    def move_to_background(self):
        pass

    def lend(self, _job_id):
        pass

    def stop_asking(self):
        pass


class NodeSupervisor(Supervisor):
    outer_is_gone = False

    def end_by_signal(self, number, _frame):
        # Ray stops a job by sending SIGTERM to all of its processes.
        self.told_to_cancel = True

    def watch(self, lifeline):
        """Ends the job when nobody holds the other end of the pipe any more."""
        os.read(lifeline, 1)
        self.outer_is_gone = True
        self.told_to_end = OUTER_IS_GONE
        os.kill(os.getpid(), signal.SIGUSR1)


def supervise(spec, lock, lifeline, umask):
    """Runs the job and writes its outcome. Returns whether the outer process is gone."""
    process_tree.load_system_calls()
    reaps_orphans = process_tree.become_subreaper()
    os.setsid()
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    folder = os.open(spec["dir"], os.O_RDONLY)
    os.fchdir(folder)
    spec["dir"] = os.curdir
    pipes = output_pipes.Pipes()
    job = NodeSupervisor(spec, NoSlot(), umask, reaps_orphans, pipes, folder)
    threading.Thread(target=job.watch, args=(lifeline,), daemon=True).start()
    outcome = job.run()
    job_outcome.write_outcome(spec["dir"], outcome, lock)
    return job.outer_is_gone


def main(spec, lock, lifeline, umask, remove):
    folder = spec["dir"]
    code = 1
    try:
        if supervise(spec, lock, lifeline, umask):
            remove(folder)
        code = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stderr.flush()
        os._exit(code)
