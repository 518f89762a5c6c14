"""Forks a supervisor for every job of one server; holds the jobs that wait for a slot.

Standard input takes one JSON object a line: {"run": spec}, {"background": id}, {"ping": true}, {"wake": folder},
{"cancel": folder}, {"mark_failed": {...}}; standard output says {"ready": id, "pid": pid}, {"child": id}, {"started": id} and
{"ended": id} (see messages.ts). The launcher outlives its server until its queue is empty and its
supervisors have ended. Scripts ask it for jobs of their own; see request_socket.py.
"""
import gc
import json
import os
import select
import signal
import sys
import time

import cancel_job
import child_jobs
import confined_scripts
import detach
import job_folder
import killed_job
import names
import output_pipes
import process_tree
import sandbox_paths
import slots
import start_session
import supervisor
from next_step import SETTLE, STOP_REMAINS, WAIT
from request_socket import RequestSocket
from session_links import SessionLinks
from server_link import ServerLink
from waiting_jobs import WaitingJobs
from warm_hosts import WarmHosts

IS_IN_JOB = "PYTHON_MCP_JOB_ID" in os.environ
RETRY_SECONDS = 0.1
LASTING_SECONDS = 2.0  # what has run for so long may go on for hours: no reason to wait with warm hosts
PATIENCE_SECONDS = 3.0  # for a home that nobody may write to just now

NO_SERVER = (
    "only a server can submit it to the cluster, and the one of this script has ended: start python-mcp with "
    "PYTHON_MCP_RAY_ADDRESS, then start the script again"
)


class Child:
    """A process that has a job. A launcher keeps the lock and the pipes of one whose supervisor it forked:
    when that dies, nobody finds the job unattended, and what was printed is still there."""

    def __init__(self, job_id, folder=None, lock=None, pipes=None):
        self.id, self.folder, self.lock, self.pipes = job_id, folder, lock, pipes
        self.begun = time.monotonic()
        self.lesson = None  # for warm hosts
        self.marks_failed = False  # its supervisor was killed, and this process ends the job
        self.session = None  # what it supervises, where that is a session

    def let_go(self):
        if self.pipes:
            os.close(self.lock)
            self.pipes.close()


class Launcher:
    def __init__(self, umask, home, launcher_id, limit):
        self.id, self.umask, self.home = launcher_id, umask, home
        self.own_file = os.path.join(home, names.OWNERS, launcher_id)
        self.own_lock = hold_when_possible(self.own_file, PATIENCE_SECONDS)
        self.waiting = WaitingJobs(slots.Queue(home, limit, launcher_id), self.start)
        self.requests = RequestSocket(home, launcher_id)
        self.warm = WarmHosts(home, launcher_id, limit, umask, IS_IN_JOB)
        self.never_warm = set()  # jobs whose warm host has died
        self.children = {}  # by pid
        self.server = ServerLink()
        self.tell = self.server.tell
        self.limit = limit
        self.sessions = SessionLinks(home, self.tell)

    def listen(self):
        self.wake_r, wake_w = os.pipe()
        os.set_blocking(self.wake_r, False)
        os.set_blocking(wake_w, False)
        signal.set_wakeup_fd(wake_w, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGUSR1, lambda *_: None)
        self.server.listen()

    def serve(self):
        self.tell({"ready": self.id, "pid": os.getpid()})
        while self.server.lives or self.children or self.warm.jobs or self.waiting or self.sessions:
            ready = self.wait()
            if self.wake_r in ready:
                os.read(self.wake_r, 4096)
                self.waiting.hear_of_slot()
                self.reap()
            self.server.serve(ready, self.obey)
            self.requests.serve(ready, self.answer)
            self.sessions.serve(ready)
            for attempt in self.warm.serve(ready, lambda job_id: self.tell({"started": job_id})):
                self.warm_ended(attempt)
            self.waiting.start()
            self.warm.start_wanted(self.calm_from())
        self.requests.close()
        slots.remove(self.own_file)

    def wait(self):
        """The descriptors where there is something to do; select(2) knows none above 1023."""
        poll = select.poll()
        for source in [self.wake_r] + self.requests.sources() + self.warm.sources():
            poll.register(source, select.POLLIN)
        self.server.register(poll)
        self.sessions.register(poll)
        pauses = [self.waiting.rest_milliseconds, self.warm.rest_milliseconds(self.calm_from())]
        return [source for source, _ in poll.poll(min((p for p in pauses if p is not None), default=None))]

    def calm_from(self):
        """From when on, by time.monotonic(), nothing has begun here just before; None: nobody knows."""
        if not self.server.lives or self.waiting:
            return None
        warm = (attempt.child for attempt in self.warm.jobs.values() if not attempt.is_done)
        children = [*self.children.values(), *warm]
        return max((child.begun + LASTING_SECONDS for child in children), default=0.0)

    def obey(self, line):
        order = json.loads(line)
        if "run" in order and order["run"].get("session"):
            self.sessions.give(order["run"], line)
        elif "run" in order:
            self.accept(order["run"], line)
        elif "background" in order:
            self.waiting.to_background(order["background"])
        elif "ping" in order:
            self.tell({"pong": self.id})
            self.free_traced()
        elif "wake" in order:
            cancel_job.wake(order["wake"])
        elif "cancel" in order:
            cancel_job.cancel(order["cancel"])
            self.free_traced()
        elif "session" in order:
            self.start_session(order["session"])
        elif "ask" in order:
            self.sessions.ask(order["ask"])
        elif "mark_failed" in order:
            self.mark_failed(**order["mark_failed"])

    def answer(self, request, confined=None):
        """What a script is told that asks for a job of its own, or for the end of one.

        `confined`: the job whose script it is, when that runs in a sandbox."""
        if confined:
            return confined_scripts.answer(self, confined, request)
        if "cancel" in request:
            cancel_job.cancel(child_jobs.folder_of(self.home, request["cancel"]))
            return {"cancelled": request["cancel"]}
        child = request["run"]
        if IS_IN_JOB and not child_jobs.is_started_by(self.home, child["parent"], self.id):
            return {"elsewhere": True}  # this launcher ends with the job that its server is part of
        return self.start_child(child)

    def start_child(self, child):
        if "cluster" in child and not self.server.lives:
            return {"error": NO_SERVER}
        try:
            spec = child_jobs.make(self.home, self.id, child)
        except (child_jobs.Refused, OSError) as error:
            return {"error": str(error)}
        if "cluster" in child:
            self.tell({"submit": child})  # its values are nowhere else
            return {"accepted": spec["id"]}
        self.enqueue(spec, json.dumps({"run": spec}).encode())
        self.tell({"child": spec["id"]})
        return {"accepted": spec["id"]}

    def accept(self, spec, line):
        try:
            job_folder.accept(spec["dir"], self.id)
        except FileNotFoundError:
            return self.tell({"ended": spec["id"]})  # the folder is gone: the job was cancelled and removed
        except OSError:
            pass  # a full disk: the supervisor will say so
        self.enqueue(spec, line)

    def enqueue(self, spec, line):
        if not self.has_child(spec["id"]):  # else handed over twice while a launcher was lost
            self.waiting.add(spec, line)

    def start(self, slot, spec):
        """Starts the job's supervisor. False when it has to wait."""
        lock = None
        try:
            lock = job_folder.try_lock(spec["dir"])
            step = job_folder.step_of(spec["dir"], lock)
            if step == WAIT:
                if not job_folder.has(spec["dir"], names.STARTED):
                    return False
                self.tell({"started": spec["id"]})  # by another launcher
            elif step in (SETTLE, STOP_REMAINS):
                self.tell({"ended": spec["id"]})
            else:
                # One that is to be cancelled too: its supervisor ends what belongs to it.
                is_warm = self.supervise(spec, lock, slot)
                lock = None
                if not is_warm:
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
        """True where a warm host has the job, and it is yet to be seen that it begins."""
        pipes = output_pipes.Pipes()
        child = Child(spec["id"], spec["dir"], lock, pipes)
        sandbox = spec["run"].get("sandbox")
        if sandbox:
            path = self.requests.open_for(spec["id"])
            spec["run"]["sandbox"] = sandbox_paths.with_paths(sandbox, seen=[path] if path else [])
        if supervisor.learns(spec):
            child.lesson = spec["run"]["argv"][0], spec["warm"]
        host, reason, environ = self.warm.find(spec)
        if spec["id"] in self.never_warm:
            host, reason = None, "its warm host ended before it began"
        if host and self.warm.start(host, child, spec, environ, slot, pipes):
            pipes.close_writes()
            return True
        notes = {"cold": reason or "its warm host is gone"}
        act = lambda reaps: supervisor.supervise(spec, lock, slot, self.umask, reaps, pipes, None, notes)
        try:
            self.fork(child, [lock, slot.descriptor] + pipes.reads + pipes.writes, act)
        except BaseException:
            pipes.close()
            raise
        pipes.close_writes()
        self.never_warm.discard(spec["id"])
        return False

    def warm_ended(self, attempt):
        """A job that did not begin, since its host died, is to be started once more, and cold."""
        self.waiting.hear_of_slot()
        if attempt.is_done:
            return  # known since its supervisor said so
        attempt.is_done = True
        child = attempt.child
        if attempt.began:
            return self.child_ended(child)
        child.let_go()
        self.never_warm.add(child.id)
        spec = attempt.spec
        if job_folder.has(child.folder, names.BACKGROUND):
            spec["kind"] = slots.BACKGROUND
        self.waiting.add(spec, json.dumps({"run": spec}).encode())

    def start_session(self, spec):
        """Starts a session's supervisor, and says so; or that the session lives already."""
        child = Child(spec["id"])
        child.session = spec
        start = lambda keep, act: self.fork(child, keep, act)
        self.tell({"told": {"id": spec["id"], "answer": start_session.start(self, spec, start)}})

    def mark_failed(self, id, dir):
        """Ends a job once its supervisor is dead; for those of launchers that are dead themselves."""
        if self.has_child(id):
            return
        try:
            lock = job_folder.open_lock(dir)
        except OSError:
            return  # removed meanwhile, or to be looked at once more
        try:
            self.fork(Child(id), [lock], lambda _: killed_job.mark_failed(dir, id, lock))
        except OSError:
            pass  # no process can be had just now: the server looks once more
        finally:
            os.close(lock)

    def fork(self, child, keep, act):
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
        self.children[pid] = child

    def has_child(self, job_id):
        return any(child.id == job_id for child in self.children.values()) or self.warm.has(job_id)

    def free_traced(self):
        """Kills what of a job traces its supervisor: while it does, no signal, end or time limit counts there."""
        warm = [cancel_job.supervisor_of(attempt.child.folder) for attempt in self.warm.jobs.values()]
        for pid in filter(None, [*self.children, *warm]):
            tracer = process_tree.tracer(pid)
            if tracer:
                process_tree.send([tracer], signal.SIGKILL)

    def reap(self):
        while self.children:
            pid, status = os.waitpid(-1, os.WNOHANG | os.WUNTRACED)
            if pid == 0:
                return
            if os.WIFSTOPPED(status):
                os.kill(pid, signal.SIGCONT)  # as by its script: a job's limits are its supervisor's
            elif pid in self.children:
                self.child_ended(self.children.pop(pid), status)

    def child_ended(self, child, status=0):
        self.requests.close_for(child.id)
        if child.session:
            fork = lambda act: self.fork(Child(child.id), [], act)
            return start_session.see_to_the_end(self.home, child.session, fork)
        was_killed = child.pipes and (os.WIFSIGNALED(status) or not job_folder.has_outcome(child.folder))
        try:
            # What ends the job in its supervisor's place may be killed as well; else it has done what it could.
            if was_killed and (os.WIFSIGNALED(status) or not child.marks_failed):
                child.marks_failed = True
                keep = [child.lock] + child.pipes.reads
                act = lambda _: killed_job.mark_failed(child.folder, child.id, child.lock, child.pipes.reads)
                return self.fork(child, keep, act)
        except OSError:
            pass  # no process can be had just now: the server asks for it once more
        child.let_go()
        self.tell({"ended": child.id})
        if child.lesson:
            self.warm.learn(child.id, *child.lesson)


def hold_when_possible(path, seconds):
    """slots.hold_own_lock, which jobs that wait for this launcher need, as soon as the home can be written to."""
    until = time.monotonic() + seconds
    while True:
        try:
            return slots.hold_own_lock(path)
        except OSError as error:
            if error.errno not in job_folder.PASSING or time.monotonic() >= until:
                raise
            time.sleep(RETRY_SECONDS)


def main(umask, home, launcher_id, limit):
    detach.detach()
    launcher = Launcher(umask, home, launcher_id, int(limit))
    launcher.listen()
    process_tree.load_prctl()
    gc.freeze()
    detach.let_go_of_stderr()
    launcher.serve()
