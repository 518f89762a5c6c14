"""A cell of a session while it runs: a job whose supervisor is that of the session."""
import os
import select
import time

import job_folder
import names
import output_pipes
from cell_folder import CellFolder
from shared_slot import SharedSlot
from transcript import CellOutputs

LOOK_SECONDS = 1.0  # how often it looks at files when no signal came


class Ending:
    """Why a cell is to end before it is done, and until when it may yield."""

    def __init__(self, grace, error=None, timed_out=False, cancelled=False):
        now = time.monotonic()
        self.until, self.again = now + grace, now + grace / 2
        self.error, self.timed_out, self.cancelled = error, timed_out, cancelled


class RunningCell:
    def __init__(self, spec, number, lock, slot, tell, pipes, session, grace, stage=None):
        """`session`: its name. `grace`: seconds that it may go on after an interrupt. `stage`: see CellFolder."""
        self.grace = grace
        self.script = CellFolder(spec["dir"], stage, number)
        self.spec, self.number, self.lock, self.slot, self.tell = spec, number, lock, slot, tell
        self.id, self.folder = spec["id"], spec["dir"]
        self.session = session
        self.began, self.started_at = time.monotonic(), time.time()
        limit = spec.get("timeout_seconds")
        self.deadline = self.began + limit if limit else float("inf")
        self.next_look = self.began + LOOK_SECONDS
        self.ending = None
        self.is_told = False  # whether its server knows that it runs
        self.inbox = None
        self.shared_slot = SharedSlot(spec, slot)
        self.shown = CellOutputs()
        self.notes = []
        self.code = self.read_source()
        self.pipes, self.outputs = pipes, ()

    def note_start(self, session_id, process):
        """`process`: what identifies this one."""
        started = dict(process, at=self.started_at, pipes=self.pipes.identities(), session=session_id)
        job_folder.write_started(self.folder, started)

    def open_logs(self):
        """To be called once it has been sent: what it prints waits in the pipes."""
        self.pipes.close_writes()
        self.outputs = output_pipes.open_logs(self.folder, self.pipes.reads, self.spec["max_output_bytes"])

    def message(self):
        """What the kernel is told, with the write ends of the pipes."""
        return {
            "run": self.number,
            "job_id": self.id,
            "code": self.code,
            "progress": self.script.progress,
            "artifacts": self.script.artifacts,
            "install": self.spec["session"].get("install"),
        }

    def register(self, poll, now):
        """Returns when it is to be looked at in any case."""
        until = self.ending.again or self.ending.until if self.ending else self.deadline
        for output in self.outputs:
            if output.rests_until <= now:
                poll.register(output.pipe, select.POLLIN)
            else:
                until = min(until, output.rests_until)
        if self.inbox and self.inbox.pipe is not None:
            poll.register(self.inbox.pipe, select.POLLIN)
        return until

    def serve(self, ready, kernel):
        for output in self.outputs:
            if output.pipe in ready:
                self.move(output)
        if self.problem():
            self.interrupt(kernel, error="The cell was stopped: " + self.problem())
        if self.inbox and self.inbox.pipe in ready:
            for message in self.inbox.read():
                kernel.link.send({"input": message["text"], "eof": message["eof"]})

    def show_prompt(self, prompt):
        """Says in its folder that it waits for input; None: that it waits no more."""
        path = os.path.join(self.folder, names.PROMPT)
        try:
            if prompt is None:
                job_folder.remove(path)
            else:
                job_folder.replace(path, prompt.encode("utf-8", "replace"))
        except OSError:
            pass  # a full disk, or its folder is gone: it waits unseen

    def look(self, kernel, was_woken=True):
        """Somebody may have changed its files; a signal says so, and there may be none."""
        self.next_look = time.monotonic() + LOOK_SECONDS
        if job_folder.has(self.folder, names.CANCEL):
            self.interrupt(kernel, cancelled=True)
        try:
            if job_folder.has(self.folder, names.BACKGROUND):
                self.slot.move_to_background()
            self.shared_slot.share(was_woken)
        except OSError:
            pass  # no file can be had just now
        self.script.show_progress()

    def interrupt(self, kernel, **why):
        """Has KeyboardInterrupt raised in it, and once more when half of its grace is over."""
        if not self.ending:
            self.ending = Ending(self.grace, **why)
            kernel.interrupt()

    def check(self, now, kernel):
        """False when it has not yielded within its grace."""
        if now >= self.next_look:
            self.look(kernel, was_woken=False)
        if not self.ending and now >= self.deadline:
            self.interrupt(kernel, timed_out=True)
        if self.ending and self.ending.again and now >= self.ending.again:
            self.ending.again = None
            kernel.interrupt()
        return not self.ending or now < self.ending.until

    def move(self, output):
        self.shown.printed(output.name, output.move())

    def move_all(self):
        for output in self.outputs:
            before = output.offset
            output.move_all()
            self.shown.printed(output.name, output.offset - before)

    def problem(self):
        return next((output.problem for output in self.outputs if output.problem), None)

    def tell_start(self):
        """Not for a cell that ends soon: each message makes its server look at the files."""
        if not self.is_told:
            self.is_told = True
            self.tell({"started": self.id})

    def tell_end(self):
        """To be called once it has settled, and all else is as its caller is to find it."""
        self.tell(self.told)
        self.close()

    def read_source(self):
        try:
            return job_folder.read(self.folder, names.SOURCE).decode("utf-8-sig", "replace")
        except OSError:
            return ""

    def close(self):
        """Gives back all but the read ends of the pipes, which others may still print into."""
        if self.inbox:
            self.inbox.close()
            self.show_prompt(None)
        self.pipes.close_writes()
        for output in self.outputs:
            os.close(output.log)
        self.give_slot_back()
        os.close(self.lock)

    def give_slot_back(self):
        try:
            self.slot.stop_asking()
        except OSError:
            pass  # whoever reads it sees that nobody holds this job's lock
        if not self.slot.is_lent:
            os.close(self.slot.descriptor)
            self.slot.queue.wake_first(self.slot.kind)
