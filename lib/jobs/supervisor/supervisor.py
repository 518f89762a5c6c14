"""Runs one job: its steps, its time limit, its end. Forked by the launcher; see DESIGN, "A run".

Everything it knows comes from `spec`; everything it learns goes into files of the job's folder:
`started` before the script starts, `outcome.json` when nothing of the job runs any more.
"""
import functools
import os
import signal
import time

import cancel_job
import job_folder
import job_outcome
import lesson
import names
import output_pipes
import process_tree
from memory_ceiling import MemoryCeiling
from preparation import Preparation
from process_ceiling import ProcessCeiling
from run_command import CommandRunner, JobEnded
from shared_slot import SharedSlot
from spawn_command import TO_END
from standard_input import Inbox

NOT_PLAIN = "prepare", "parent", "max_memory_bytes", "max_processes", "sample_interval_seconds"


class Supervisor:
    def __init__(self, spec, slot, umask, reaps_orphans, pipes, descriptor, spawn=None, prepared=None):
        """`descriptor`: of the job's folder."""
        self.spec, self.slot, self.umask, self.pipes = spec, slot, umask, pipes
        self.shared_slot = SharedSlot(spec, slot)
        self.folder, self.descriptor = spec["dir"], descriptor
        self.told_to_end = self.failed_step = self.ceiling = None
        self.told_to_cancel = False
        self.began = time.monotonic()
        self.before_script = None
        self.runs = []
        self.survivors = []
        self.commands = CommandRunner(spec["id"], reaps_orphans, self.tell_survivors, spawn)
        self.commands.prepared = prepared
        for number in TO_END:
            signal.signal(number, self.end_by_signal)
        signal.signal(signal.SIGUSR2, self.cancel_by_signal)

    def end_by_signal(self, number, _frame):
        self.told_to_end = signal.Signals(number).name

    def cancel_by_signal(self, _number, _frame):
        self.told_to_cancel = True

    def is_cancelled(self):
        return self.told_to_cancel or job_folder.has(self.folder, names.CANCEL)

    def tell_survivors(self, pids):
        """Keeps a file with the names of what could not be stopped, for whoever waits for that."""
        survivors = ["%d (%s)" % (pid, process_tree.name(pid)) for pid in pids]
        if survivors != self.survivors:
            self.survivors = survivors
            try:
                job_folder.write_json(self.folder, names.SURVIVORS, survivors)
            except OSError:
                pass  # a full disk, or the folder is gone

    def look(self, was_woken=True):
        """Does what is to be done now and then while the job runs."""
        wake_launcher()
        self.check(was_woken)

    def check(self, was_woken=True):
        """Raises JobEnded when somebody wants the job to end; gives its slot to whom it belongs."""
        job_folder.restore_modes(self.descriptor)
        if self.is_cancelled():
            raise JobEnded(cancelled=True)
        if job_folder.is_gone(self.folder) or job_folder.is_elsewhere(self.descriptor, self.spec["id"]):
            raise JobEnded(error="The job's folder was removed")
        if self.told_to_end:
            raise JobEnded(error="The job's supervisor was told to end (%s)" % self.told_to_end)
        try:
            if job_folder.has(self.folder, names.BACKGROUND):
                self.slot.move_to_background()
            self.shared_slot.share(was_woken)
        except OSError:
            pass  # nothing in the home can be changed just now: the next look tries again

    def run(self):
        """The whole job; returns its outcome."""
        outcome = {"error": None, "timed_out": False, "cancelled": False, "started_at": time.time()}
        was_stopped = False
        try:
            os.umask(0o077)
            self.check()
            job_folder.write_started(self.folder, self.describe_self(outcome["started_at"]))
            self.prepare()
            os.umask(self.umask)
            outcome["script_started_at"] = time.time()
            self.before_script = time.monotonic() - self.began
            self.run_script()
        except JobEnded as end:
            was_stopped = True
            outcome.update(error=end.error, timed_out=end.timed_out, cancelled=end.cancelled)
        except Exception as error:
            outcome["error"] = "The job could not be run: %s" % error
        os.umask(0o077)
        job_folder.restore_modes(self.descriptor, files=True)
        if self.is_cancelled():
            was_stopped = outcome["cancelled"] = True
        try:
            self.slot.stop_asking()
        except OSError:
            pass  # whoever reads it sees that nobody holds this job's lock
        if was_stopped:
            cancel_job.end_children(self.folder)
        outcome.update(job_outcome.measure(self.runs), failed_step=self.failed_step, ended_at=time.time())
        if self.runs and self.runs[-1].samples.taken:
            outcome["samples"] = self.runs[-1].samples.taken
        if self.ceiling and self.ceiling.table:
            outcome["memory"] = self.ceiling.table
        total = time.monotonic() - self.began
        outcome["prepare_seconds"] = total if self.before_script is None else self.before_script
        return outcome

    def was_plain(self, outcome):
        return (
            self.commands.reaps_orphans
            and not any(self.spec.get(name) for name in NOT_PLAIN)
            and not any(self.spec["run"].get(name) for name in ("sandbox", "stdin_open"))
            and (self.spec.get("repeat") or 1) == 1
            and outcome["exit_code"] is not None
            and not any(outcome[name] for name in ("error", "cancelled", "timed_out", "stopped", "signal"))
            and not (self.survivors or self.slot.was_lent)
            and not job_folder.has(self.folder, names.CHILDREN)
        )

    def describe_self(self, now):
        pid = os.getpid()
        return {"at": now, "pid": pid, "born": born(pid), "pipes": self.pipes.identities()}

    def run_script(self):
        outputs = output_pipes.open_logs(self.folder, self.pipes.reads, self.spec["max_output_bytes"])
        for output in outputs:
            output.rest(output_pipes.FIRST_REST_SECONDS)
        env = {output_pipes.VARIABLE: ",".join(self.pipes.identities())}
        step = dict(self.spec["run"], env=dict(self.spec["run"].get("env") or {}, **env))
        limits = self.spec.get("timeout_seconds"), self.spec.get("sample_interval_seconds")
        if self.spec.get("max_memory_bytes"):
            self.ceiling = MemoryCeiling(self.spec["max_memory_bytes"])
        ceilings = [self.ceiling] if self.ceiling else []
        if self.spec.get("max_processes"):
            ceilings.append(ProcessCeiling(self.spec["max_processes"], self.commands.find_own))
        inbox = Inbox(os.path.join(self.folder, names.INPUT)) if step.get("stdin_open") else None
        try:
            for _ in range(self.spec.get("repeat") or 1):
                self.pipes.prepare_writes()
                ended = self.commands.run(
                    step, *self.pipes.writes, self.look, *limits, outputs, ceilings, inbox
                )
                self.runs.append(ended)
                if ended.reason is not None:
                    raise ended.reason
                if ended.status != 0:
                    break
        finally:
            if inbox:
                inbox.close()

    def prepare(self):
        preparation = Preparation(
            self.spec.get("prepare") or (), self.folder, self.commands, self.look, self.show_step
        )
        try:
            preparation.run()
        finally:
            self.failed_step = preparation.failed_step

    def show_step(self, progress):
        """Keeps the progress of the preparation for people, where that can be written."""
        try:
            if progress is None:
                job_folder.remove(os.path.join(self.folder, names.PROGRESS))
            else:
                job_folder.write_json(self.folder, names.PROGRESS, progress)
        except OSError:
            pass


@functools.lru_cache(maxsize=1)
def born(pid):
    """Of this process, which may have several jobs."""
    return process_tree.born(pid)


def wake_launcher():
    """A script may have stopped it, and other jobs wait for it. Where it is gone, this reaches init, which ignores it."""
    try:
        os.kill(os.getppid(), signal.SIGCONT)
    except OSError:
        pass


def supervise(spec, lock, slot, umask, reaps_orphans, pipes, spawn=None, notes=(), prepared=None):
    """Runs the job and writes its outcome; it stays in the job's folder, wherever that is moved to.

    Returns whether the job was plain: this process is then as it was, but for descriptors, folder and signals.
    `spawn`: see CommandRunner. `notes`: what the outcome is to hold besides. `prepared`: see CommandRunner; whoever made
    it closes it, once everybody knows of the end.
    """
    descriptor = os.open(spec["dir"], os.O_RDONLY)
    os.fchdir(descriptor)
    spec["dir"] = os.curdir
    supervisor = Supervisor(spec, slot, umask, reaps_orphans, pipes, descriptor, spawn, prepared)
    if lesson.is_wanted(spec):
        lesson.ask_for(spec["dir"])
    outcome = dict(supervisor.run(), **dict(notes))
    if lesson.is_wanted(spec):
        lesson.hand_in(spec)
    is_plain = supervisor.was_plain(outcome)
    job_outcome.write_outcome(spec["dir"], outcome, lock)
    if not prepared or supervisor.commands.last_sandbox is not prepared.sandboxed:
        supervisor.commands.close()
    if not outcome["runs"]:
        job_folder.remove_half_written(spec["dir"], names.NEXT_STARTED)
    wake_launcher()
    supervisor.shared_slot.pass_on()
    slot.leave()
    return is_plain and not (supervisor.told_to_end or supervisor.told_to_cancel)
