"""The jobs that a launcher starts: by a warm host, by a supervisor that was forked ahead, or by a fork; and their ends."""
import json
import os

import job_folder
import job_outcome
import lesson
import names
import output_pipes
import sandbox_paths
import slots
import start_session
import supervisor
from children import Child, Children
from next_step import SETTLE, STOP_REMAINS, WAIT
from spare_supervisor import SpareSupervisors
from waiting_supervisor import BEGUN, DONE_AND_FREE


class RunningJobs:
    def __init__(self, home, umask, warm, queue, requests, tell, wait):
        """`warm`: the WarmHosts. `tell` tells the server; `wait(spec)` has a job wait for its start once more."""
        self.home, self.umask, self.warm, self.requests, self.tell, self.wait = home, umask, warm, requests, tell, wait
        self.children = Children(self.child_ended)
        self.spare = SpareSupervisors(umask, queue, requests)
        self.never_ahead = set()  # jobs that have lost what was made ahead for them

    def __bool__(self):
        return bool(self.children or self.warm.jobs)

    def sources(self):
        return self.warm.sources() + self.spare.sources()

    def serve(self, ready):
        """True where a slot may be free again."""
        are_free = [self.heard_of(child) for child in self.spare.with_news(ready)]
        ended = self.warm.serve(ready, lambda job_id: self.tell({"started": job_id}))
        for attempt in ended:
            self.warm_ended(attempt)
        return bool(ended) or any(are_free)

    def reap(self):
        self.children.reap(self.spare.hear_of)

    def of_late(self):
        """Those that a process of this launcher, or of a host, has."""
        warm = (attempt.child for attempt in self.warm.jobs.values() if not attempt.is_done)
        return [*self.children.by_pid.values(), *warm]

    def start(self, slot, spec):
        """Starts the job's supervisor. False when it has to wait."""
        lock = None
        try:
            lock = job_folder.try_lock(spec["dir"])
            step = job_outcome.step_of(spec["dir"], lock)
            if step == WAIT:
                if not job_folder.has(spec["dir"], names.STARTED):
                    return False
                self.tell({"started": spec["id"]})  # by another launcher
            elif step in (SETTLE, STOP_REMAINS):
                self.tell({"ended": spec["id"]})
            else:
                # One that is to be cancelled too: its supervisor ends what belongs to it.
                is_given = self.supervise(spec, lock, slot)
                lock = None
                if not is_given:
                    self.tell({"started": spec["id"]})
            return True
        except FileNotFoundError:
            self.tell({"ended": spec["id"]})  # cancelled and removed
            return True
        except OSError:
            return False  # no process, no file or no lock can be had just now
        finally:
            if lock is not None:
                os.close(lock)

    def supervise(self, spec, lock, slot):
        """True where what was made ahead has the job, and it is yet to be seen that it begins."""
        child = Child(spec["id"], spec["dir"], lock)
        sandbox = spec["run"].get("sandbox")
        if sandbox:
            path = self.requests.open_for(spec["id"])
            spec["run"]["sandbox"] = sandbox_paths.with_paths(sandbox, seen=[path] if path else [])
        if lesson.is_wanted(spec):
            child.lesson = spec["run"]["argv"][0], spec["warm"]
        host, reason, environ = self.warm.find(spec)
        if spec["id"] in self.never_ahead:
            self.never_ahead.discard(spec["id"])
            reason = "what was made ahead for it ended before it began"
            return self.fork_supervisor(child, spec, slot, {"cold": reason})
        if host and self.give_to_host(host, child, spec, environ, slot):
            return True
        notes = {"cold": reason or "its warm host is gone"}
        pid = self.spare.give(child, spec, slot, notes)
        if pid is None:
            return self.fork_supervisor(child, spec, slot, notes)
        self.children.by_pid[pid] = child
        return True

    def give_to_host(self, host, child, spec, environ, slot):
        child.pipes = output_pipes.Pipes()
        if self.warm.start(host, child, spec, environ, slot, child.pipes):
            child.pipes.close_writes()
            return True
        child.pipes.close()
        return False

    def fork_supervisor(self, child, spec, slot, notes):
        child.pipes = pipes = output_pipes.Pipes()
        act = lambda reaps: supervisor.supervise(spec, child.lock, slot, self.umask, reaps, pipes, None, notes)
        try:
            self.children.fork(child, [child.lock, slot.descriptor] + pipes.reads + pipes.writes, act)
        except BaseException:
            pipes.close()
            raise
        pipes.close_writes()
        return False

    def heard_of(self, child):
        """There may be news of a job whose supervisor was forked ahead. True when its slot is free again."""
        for word in self.spare.hear(child):
            if word == BEGUN:
                child.spec = None
                self.tell({"started": child.id})
            else:
                child.is_done = True
                self.requests.close_for(child.id)
                self.job_ended(child)
                if word == DONE_AND_FREE and self.children.by_pid.pop(child.pid, None):  # else it was killed since
                    self.spare.take_back(child)
                    return True
        return False

    def warm_ended(self, attempt):
        if attempt.is_done:
            return  # known since its supervisor said so
        attempt.is_done = True
        if attempt.began:
            return self.child_ended(attempt.child)
        if attempt.child.session:
            return start_session.start_cold(self, attempt)
        attempt.let_go()
        self.start_once_more(attempt.child, attempt.spec)

    def start_once_more(self, child, spec):
        """Starts a job that did not begin, since what was made ahead for it has died: by a fork, and cold."""
        child.let_go()
        self.never_ahead.add(child.id)
        if job_folder.has(child.folder, names.BACKGROUND):
            spec["kind"] = slots.BACKGROUND
        self.wait(spec)

    def mark_failed(self, id, dir):
        if not self.has(id):
            self.children.mark_failed(id, dir)

    def has(self, job_id):
        return self.children.has(job_id) or self.warm.has(job_id)

    def free_traced(self):
        self.children.free_traced([attempt.child.folder for attempt in self.warm.jobs.values()])

    def child_ended(self, child, status=0):
        if child.socket:
            self.heard_of(child)
        if child.is_done:
            return  # known since its supervisor said so
        if child.spec:
            return self.start_once_more(child, child.spec)
        self.requests.close_for(child.id)
        if child.session:
            fork = lambda act: self.children.fork(Child(child.id), [], act)
            return start_session.see_to_the_end(self.home, child.session, fork)
        if child.has_outcome or not self.children.settle(child, status):
            self.job_ended(child)

    def job_ended(self, child):
        child.let_go()
        self.tell({"ended": child.id})
        if child.lesson:
            self.warm.learn(child.id, *child.lesson)
