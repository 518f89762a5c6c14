"""The place of a running job while its script waits for jobs of its own; see `python_mcp.run`."""
import os
import time

import cancel_job
import job_folder
import names
import slots

PASS_ON_SECONDS = 2.0  # in which a script notices that the job has ended for which it waits
LOOK_SECONDS = 0.005


class SharedSlot:
    """A slot that is lent while the script waits, and passed on to a parent that waits for this job."""

    def __init__(self, spec, slot):
        self.job_id, self.parent, self.folder = spec["id"], spec.get("parent"), spec["dir"]
        self.slot = slot

    def share(self, was_woken):
        """Lends the slot while the script waits for a job of its own, and takes one again afterwards.

        The script holds a lock on `waiting` meanwhile, then goes on when there is no `lent`: who looks
        at the other's file only after changing its own cannot miss it.
        """
        waits = self.script_waits()
        if self.slot.is_lent and waits:
            self.slot.stop_asking()
        elif self.slot.is_lent:
            if self.slot.take_back(was_woken):
                job_folder.remove(os.path.join(self.folder, names.LENT))
        elif waits:
            self.lend()

    def lend(self):
        try:
            job_folder.open_private(os.path.join(self.folder, names.LENT)).close()
            if self.script_waits():
                self.slot.lend(self.job_id)
        except OSError:
            pass  # no file can be had just now: then it keeps its slot
        if not self.slot.is_lent:
            job_folder.remove(os.path.join(self.folder, names.LENT))

    def pass_on(self):
        """Keeps the slot until the parent that waits for this job asks for it, lest a newer job take it."""
        if self.slot.is_lent or not job_folder.has(self.folder, names.AWAITED):
            return
        folder = os.path.join(self.folder, os.pardir, self.parent)
        until = time.monotonic() + PASS_ON_SECONDS
        while time.monotonic() < until and job_folder.has(folder, names.LENT) and cancel_job.runs(folder):
            if self.slot.queue.asks(self.parent):
                break
            time.sleep(LOOK_SECONDS)

    def script_waits(self):
        path = os.path.join(self.folder, names.WAITING)
        if not os.path.isfile(path):
            return False
        try:
            lock = slots.try_lock(path)
        except OSError:
            return False  # the script has put something else there
        if lock is not None:
            os.close(lock)
        return lock is None
