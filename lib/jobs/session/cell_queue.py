"""The cells of a session that wait for their turn."""
import os
import time

import job_folder
import job_outcome
import names
import slots
from next_step import CANCEL, START, WAIT

GIVEN_UP = "It was not run: cell %d (job %s), which came before it, did not end well"
RESTARTED = "It was not run: its session was restarted"
BEFORE = "The session %s has ended before this cell could run: %s. Send the cell again"


class Waiting:
    def __init__(self, spec, tell):
        self.spec, self.tell = spec, tell
        self.is_accepted = False


class CellQueue:
    def __init__(self, home, session_id, limit):
        self.session_id = session_id
        self.queue = slots.Queue(home, limit, session_id)
        self.cells = []  # in the order of their arrival
        self.is_hindered = False  # the first could not begin just now
        self.given_up = {}  # series of which nothing more is to run, each with the reason

    def ids(self):
        return [one.spec["id"] for one in self.cells]

    def add(self, spec, tell, is_free=False):
        """False for one that has ended, or is here already. `is_free`: it may begin at once."""
        for one in self.cells:
            if one.spec["id"] == spec["id"]:
                one.tell = tell  # handed over once more, since a launcher was lost
                return False
        if job_outcome.has_outcome(spec["dir"]):
            tell({"ended": spec["id"]})
            return False
        one = Waiting(spec, tell)
        if self.cells or not is_free:
            self.accept(one)
        self.cells.append(one)
        return True

    def accept(self, one):
        """Says where a cell waits; one that begins at once says so itself."""
        if one.is_accepted:
            return
        one.is_accepted = True
        try:
            job_folder.accept(one.spec["dir"], self.session_id)
        except OSError:
            pass  # a full disk; or it was cancelled and removed, which is seen when its turn comes

    def take(self):
        """The next cell with its lock and slot, or None where none can begin now."""
        while self.cells:
            first = self.cells[0]
            taken = self.try_first(first)
            if taken is None:
                self.is_hindered = True
                self.accept(first)
                return None
            self.cells.pop(0)
            if taken:
                self.is_hindered = False
                return (first,) + taken
        self.is_hindered = False
        self.announce(None)
        return None

    def try_first(self, first):
        """Lock and slot; () where it has ended without a run, None where it has to wait."""
        spec, lock, slot = first.spec, None, None
        if self.series_of(spec) in self.given_up:
            fail(spec["dir"], self.given_up[self.series_of(spec)])
            first.tell({"ended": spec["id"]})
            return ()
        try:
            kind = slots.BACKGROUND if job_folder.has(spec["dir"], names.BACKGROUND) else spec["kind"]
            slot = self.queue.take(kind, spec["order"])
            if slot is None:
                self.announce((kind, spec["order"]))
                return None
            lock = job_folder.try_lock(spec["dir"])
            step = job_outcome.step_of(spec["dir"], lock)
            if step == WAIT:
                return None
            if step == START:
                taken, lock, slot = (lock, slot), None, None
                return taken
            if step == CANCEL:
                outcome = job_outcome.ended_without_run(cancelled=True)
                job_outcome.write_outcome(spec["dir"], outcome, lock, waits=False)
            first.tell({"ended": spec["id"]})
            return ()
        except FileNotFoundError:
            first.tell({"ended": spec["id"]})
            return ()
        except OSError:
            return None  # no file can be had just now
        finally:
            if lock is not None:
                os.close(lock)
            if slot is not None:
                os.close(slot.descriptor)

    def series_of(self, spec):
        return spec["session"].get("series")

    def give_up(self, spec, reason):
        """What came with this cell, and after it, is not to run."""
        if self.series_of(spec) is not None:
            self.given_up.setdefault(self.series_of(spec), reason)

    def give_up_series(self):
        """No cell of a series is to run in another Python than those before it."""
        for one in self.cells:
            self.give_up(one.spec, RESTARTED)

    def announce(self, first):
        for kind in slots.KINDS:
            try:
                if self.queue.announced[kind] is not None or first:
                    self.queue.announce(kind, first[1] if first and first[0] == kind else None)
            except OSError:
                pass  # a full disk: then it waits unannounced

    def fail_all(self, error, failed_step=None, prepare_log=None):
        for one in self.cells:
            fail(one.spec["dir"], error, failed_step, prepare_log)
            one.tell({"ended": one.spec["id"]})
        self.cells = []
        self.announce(None)


def fail(folder, error, failed_step=None, prepare_log=None):
    """Ends a cell that has not begun; whoever looks at it just now is waited for."""
    try:
        lock = job_folder.try_lock(folder)
        while lock is None and not job_folder.is_gone(folder):
            time.sleep(job_folder.PROBE_SECONDS)
            lock = job_folder.try_lock(folder)
        try:
            if not job_outcome.has_outcome(folder):
                if prepare_log:
                    with job_folder.open_private(os.path.join(folder, names.PREPARE_LOG)) as file:
                        file.write(prepare_log)
                outcome = job_outcome.ended_without_run(error, job_folder.has(folder, names.CANCEL))
                outcome["failed_step"] = failed_step
                job_outcome.write_outcome(folder, outcome, lock, waits=False)
        finally:
            if lock is not None:
                os.close(lock)
    except OSError:
        pass  # it was removed
