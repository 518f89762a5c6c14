"""The jobs of one launcher that wait for a slot."""
import bisect
import json
import os

import slots
from waiting_job import WaitingJob

LOOK_SECONDS = 1.0  # how often they look for a slot that nobody told them of
RETRY_SECONDS = 0.1  # how often one is tried again that could not start though it had a slot


class WaitingJobs:
    def __init__(self, queue, start):
        """`start(slot, spec)` starts a job; False when that has to wait."""
        self.queue, self.start_job = queue, start
        self.jobs = {kind: [] for kind in slots.KINDS}  # in the order of creation
        self.is_hindered = self.has_heard = False

    def __bool__(self):
        return any(self.jobs.values())

    @property
    def rest_milliseconds(self):
        """After which `start` is to be called even if nothing happens; None: never."""
        return 1000 * (RETRY_SECONDS if self.is_hindered else LOOK_SECONDS) if self else None

    def add(self, spec, line):
        jobs = self.jobs[spec["kind"]]
        if not any(job.id == spec["id"] for job in jobs):
            bisect.insort(jobs, WaitingJob(spec, line))

    def to_background(self, job_id):
        calls = self.jobs[slots.CALL]
        for job in calls:
            if job.id == job_id:
                calls.remove(job)
                bisect.insort(self.jobs[slots.BACKGROUND], job)
                break

    def hear_of_slot(self):
        """Says that one may be free; at the next `start` it is looked for, or left to others that wait."""
        self.has_heard = True

    def start(self):
        """Starts the jobs whose turn it is."""
        was_woken, self.has_heard, self.is_hindered = self.has_heard, False, False
        for kind, jobs in self.jobs.items():
            had_jobs = bool(jobs)
            self.start_first(kind, only_a_few=self.queue.announced[kind] is not None and not was_woken)
            if self.announce(kind) and jobs:
                # What became free before others knew of these jobs, nobody has told of.
                self.start_first(kind)
                self.announce(kind)
            if not jobs and (had_jobs or was_woken):
                self.queue.wake_first(kind)

    def start_first(self, kind, only_a_few=False):
        jobs = self.jobs[kind]
        while jobs and self.start_one(kind, jobs[0], only_a_few):
            del jobs[0]

    def start_one(self, kind, job, only_a_few):
        try:
            slot = self.queue.take(kind, job.order, only_a_few)
        except OSError:
            self.is_hindered = True  # no file can be had just now
            return False
        if slot is None:
            return False
        try:
            is_done = self.start_job(slot, json.loads(job.line)["run"])
            self.is_hindered |= not is_done
            return is_done
        finally:
            os.close(slot.descriptor)

    def announce(self, kind):
        """True when others have not known whether jobs wait here."""
        jobs = self.jobs[kind]
        try:
            return self.queue.announce(kind, jobs[0].order if jobs else None)
        except OSError:
            return False  # a full disk: then they wait their turn unannounced
