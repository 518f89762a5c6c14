"""A cell of a session while it runs: a job whose supervisor is that of the session."""
import json
import os
import select
import time

import cancel_job
import job_folder
import job_outcome
import names
import output_pipes
from cell_folder import CellFolder
from shared_slot import SharedSlot
from transcript import CellOutputs

LONGEST_RESULT = 20000  # characters
LOOK_SECONDS = 1.0  # how often it looks at files when no signal came
MOST_NOTES = 2000


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
        self.is_told = False  # that it runs
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

    def outcome(self, exit_code, error=None, failed_step=None, signal=None, stopped=0, usage=(0.0, 0.0)):
        ending = self.ending
        outcome = job_outcome.ended_without_run(error, stopped=stopped)
        seconds = time.monotonic() - self.began
        if ending:
            outcome.update(timed_out=ending.timed_out, cancelled=ending.cancelled, error=error or ending.error)
        outcome.update(
            exit_code=exit_code,
            signal=signal,
            failed_step=failed_step,
            started_at=self.started_at,
            script_started_at=self.started_at,
            elapsed_seconds=seconds,
            prepare_seconds=0.0,
        )
        run = {"wall_seconds": seconds, "user_seconds": usage[0], "system_seconds": usage[1]}
        outcome["runs"] = [dict(run, peak_rss_bytes=0)]
        return outcome

    def settle(self, outcome, transcript, result=None, exception=None):
        """Writes down how it ended; once the outcome is there, it has. Returns whether it ended well."""
        self.script.give_back()
        text = ". ".join(self.notes)[:MOST_NOTES] or None
        answer = {"session": self.session, "cell": self.number, "result": shorten(result), "exception": exception}
        answer["note"] = text
        try:
            with job_folder.open_private(os.path.join(self.folder, names.CELL)) as file:
                file.write(json.dumps(answer).encode())
            logs = {output.name: output.log for output in self.outputs}
            outputs = self.shown.collect(logs)
        except OSError as error:
            outputs = []
            outcome["error"] = outcome["error"] or "The cell's answer could not be stored: %s" % error
        status = "cancelled" if outcome["cancelled"] else "completed"
        if status == "completed" and (outcome["exit_code"] != 0 or outcome["error"] or outcome["timed_out"]):
            status = "failed"
        transcript.add(
            "cell",
            cell=self.number,
            job_id=self.id,
            code=self.code,
            elapsed_seconds=outcome["elapsed_seconds"],
            status=status,
            outputs=outputs,
        )
        if self.ending or outcome["exit_code"] is None:
            cancel_job.cancel_children(self.folder)
        self.told = {"ended": self.id}
        is_bare = self.is_bare()
        try:
            job_outcome.write_outcome(self.folder, outcome, self.lock)
            self.told["cell"] = {"outcome": outcome, "end": answer, "is_bare": is_bare}
        except OSError:
            pass  # its folder was removed
        return status == "completed"

    def tell_start(self):
        """Its server does without of a cell that has ended soon: each word has it look what there is."""
        if not self.is_told:
            self.is_told = True
            self.tell({"started": self.id})

    def tell_end(self):
        """To be called once it has settled, and all else is as its caller is to find it."""
        self.tell(self.told)
        self.close()

    def is_bare(self):
        """Whether it has neither printed nor left artifacts."""
        if any(output.offset for output in self.outputs):
            return False
        try:
            return not os.listdir(os.path.join(self.folder, names.ARTIFACTS))
        except OSError:
            return False

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


def shorten(text):
    if text is None or len(text) <= LONGEST_RESULT:
        return text
    half = LONGEST_RESULT // 2
    return "%s… [%d characters omitted] …%s" % (text[:half], len(text) - LONGEST_RESULT, text[-half:])
