"""Runs commands, each to the end of everything that it started."""
import os
import resource  # noqa: F401  wait4 needs it: loaded here once, not in every supervisor
import signal
import sys
import time

import memory_ceiling
import process_tree
import spawn_command
from memory_samples import MemorySamples
from sandboxed_command import SandboxedCommand
from streams import Streams

GRACE_SECONDS = 5.0  # between SIGTERM and SIGKILL
LINGER_SECONDS = 0.1  # what a command leaves may end by itself for this long
CHECK_SECONDS = 1.0  # how often to look at files when no signal came
KILL_SECONDS = 0.05, 1.0  # between two rounds of SIGKILL, at first and at last
PIECE = 65536


class JobEnded(Exception):
    """Why the job ends now, before or instead of the script's own end."""

    def __init__(self, error=None, timed_out=False, cancelled=False, without_grace=False):
        super().__init__(error)
        self.error, self.timed_out, self.cancelled = error, timed_out, cancelled
        self.without_grace = without_grace


class Ended:
    """How a command ended: wait status, resource use, seconds."""

    status = 0
    reason = None
    seconds = user = system = 0.0
    peak = stopped = 0
    samples = MemorySamples(None)


class CommandRunner:
    """Needs a process of its own: every child of it counts as part of the command."""

    def __init__(self, job_id, reaps_orphans, tell_survivors, spawn=None):
        """`tell_survivors` is called with the pids that outlive SIGKILL, again and again; at last with none.

        `spawn`: what starts a command instead of spawn_command.spawn, with the same arguments."""
        self.spawn = spawn or spawn_command.spawn
        self.tell_survivors = tell_survivors
        self.mark = "PYTHON_MCP_JOB_ID", job_id
        self.reaps_orphans = reaps_orphans
        self.main = self.main_ended = self.sandboxed = None
        self.prepared = None  # a PreparedSandbox, for the next command or none
        self.last_sandbox = None  # of a command that has ended; see `close`
        self.streams = Streams()
        self.wake_r, self.sleep = self.streams.wake_r, self.streams.sleep

    def run(
        self,
        step,
        out,
        err,
        look,
        timeout_seconds=None,
        sample_interval_seconds=None,
        outputs=(),
        ceilings=(),
        inbox=None,
    ):
        """Runs a command. `look` is called now and then, with whether a signal came, and raises JobEnded to end it.

        `outputs`: the pipes (OutputPipe) behind `out` and `err`, where they are some. `ceilings`: a
        MemoryCeiling, a ProcessCeiling. `inbox`: an Inbox, where input may come later.
        """
        ended = Ended()
        ended.samples = MemorySamples(sample_interval_seconds)
        self.main_ended = None
        self.close()
        self.streams.begin(outputs, inbox)
        try:
            self.start(step, out, err)
        except OSError:
            self.streams.move_outputs()  # what the program that makes its sandbox says
            raise
        began = time.monotonic()  # without the time that its sandbox takes
        if ceilings:
            memory_ceiling.offer_first(self.main)
        try:
            self.wait_for_main(ended, look, began, timeout_seconds, ceilings)
            self.stop_leftovers(ended)
            self.finish_outputs()
        except JobEnded as reason:
            ended.reason = reason
            self.stop(ended, reason.without_grace)
        except BaseException:
            self.stop(ended)
            raise
        finally:
            self.streams.close_feed()
            if self.sandboxed:
                self.sandboxed.close_status()
                self.last_sandbox = self.sandboxed
            self.streams.end()
        ended.seconds = (self.main_ended or time.monotonic()) - began
        return ended

    def start(self, step, out, err):
        if self.prepared and self.start_prepared(step):
            return
        # Without input a pipe too, at its end: programs cannot wait for that of /dev/null.
        stdin_r, stdin_w = os.pipe()
        self.streams.feed_from(stdin_w, step.get("stdin"))
        sandbox = step.get("sandbox")
        self.sandboxed = SandboxedCommand(sandbox, spawn_command.start) if sandbox else None
        try:
            self.main = self.spawn(step, self.mark, stdin_r, out, err, *filter(None, [self.sandboxed]))
        except BaseException:
            self.streams.close_feed()
            if self.sandboxed:
                self.sandboxed.close()
            raise
        finally:
            os.close(stdin_r)

    def close(self):
        """Takes away what stood in folders for the last command's sandbox, for which a busy disk takes a while."""
        if self.last_sandbox:
            self.last_sandbox.close()
            self.last_sandbox = None

    def start_prepared(self, step):
        """False where the command needs a sandbox of its own, or none."""
        prepared, self.prepared = self.prepared, None
        if not prepared.begin(step, spawn_command.environment_of(step, self.mark)):
            prepared.close()
            return False
        self.streams.feed_from(prepared.stdin_w, step.get("stdin"))
        self.sandboxed, self.main = prepared.sandboxed, prepared.sandboxed.outer
        return True

    def wait_for_main(self, ended, look, began, timeout_seconds, ceilings):
        deadline = began + timeout_seconds if timeout_seconds else float("inf")
        next_look = began + CHECK_SECONDS
        next_memory = began if ceilings else float("inf")
        is_told = False
        while self.reap(ended) and not self.main_ended:
            if is_told or time.monotonic() >= next_look:
                look(is_told)
                next_look = time.monotonic() + CHECK_SECONDS
            now = time.monotonic()
            if now >= deadline:
                raise JobEnded(timed_out=True)
            ended.samples.take_when_due(now - began)
            if now >= next_memory:
                for ceiling in ceilings:
                    if ceiling.is_exceeded():
                        raise JobEnded("The script was stopped: " + ceiling.describe(), without_grace=True)
                next_memory = time.monotonic() + memory_ceiling.LOOK_SECONDS
            is_told = self.sleep(min(deadline, next_look, next_memory, began + ended.samples.next) - now)
            self.check_outputs()

    def wait_for_all(self, ended, seconds):
        until = time.monotonic() + seconds
        while self.reap(ended) and time.monotonic() < until:
            self.sleep(until - time.monotonic())

    def reap(self, ended):
        """Collects what has ended. False when nothing of the command is left."""
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return False
            if pid == 0:
                return True
            ended.user += usage.ru_utime
            ended.system += usage.ru_stime
            peak = usage.ru_maxrss * (1024 if sys.platform == "linux" else 1)
            if pid == self.main:
                self.main_ended = time.monotonic()
                ended.status = self.sandboxed.wait_status(status) if self.sandboxed else status
                ended.peak = max(ended.peak, peak)
            elif self.sandboxed:
                ended.peak = max(ended.peak, peak)  # of the command, through the one that reaped it

    def check_outputs(self):
        problem = self.streams.output_problem()
        if problem:
            raise JobEnded(error="The script was stopped: " + problem)

    def finish_outputs(self):
        """To be called when nothing of the command runs any more."""
        self.streams.move_outputs()
        self.check_outputs()

    def find(self):
        pids = process_tree.descendants()
        if not self.reaps_orphans:  # orphans went to init; their environment still names the job
            pids += set(process_tree.marked("=".join(self.mark))) - set(pids) - {os.getpid()}
        return pids

    def find_own(self):
        """Without what only makes the command's sandbox."""
        others = self.sandboxed.own_processes() if self.sandboxed else ()
        return [pid for pid in self.find() if pid not in others]

    def anything_left(self, ended):
        return self.reap(ended) or (not self.reaps_orphans and bool(self.find()))

    def stop(self, ended, without_grace=False):
        """SIGTERM, the grace, SIGKILL; returns when nothing of the command runs."""
        if not without_grace:
            pids = self.find_own()
            if not pids:
                pids = self.find()  # a sandbox that nothing runs in yet
            process_tree.send(pids, signal.SIGTERM)
            process_tree.send(pids, signal.SIGCONT)  # a stopped process must wake up to end
            self.wait_for_all(ended, GRACE_SECONDS)
        seconds, most = KILL_SECONDS
        while self.anything_left(ended):
            process_tree.kill_all(self.find)
            self.wait_for_all(ended, seconds)
            self.tell_survivors(self.find() if self.anything_left(ended) else ())
            seconds = min(2 * seconds, most)

    def stop_leftovers(self, ended):
        if not self.anything_left(ended):
            return
        self.wait_for_all(ended, LINGER_SECONDS)
        if self.anything_left(ended):
            ended.stopped = len(self.find_own())
            self.stop(ended)
