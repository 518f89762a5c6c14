"""Forks a supervisor for every job of one server; holds the jobs that wait for a slot.

Standard input takes one JSON object a line: {"run": spec}, {"background": id}, {"ping": true}, {"wake": folder},
{"cancel": folder}, {"mark_failed": {...}}, {"ahead": {...}}; standard output says {"ready": id, "pid": pid}, {"child": id}, {"started": id} and
{"ended": id} (see messages.ts). The launcher outlives its server until its queue is empty and its
supervisors have ended. Scripts ask it for jobs of their own; see request_socket.py.
"""
import gc
import json
import os
import select
import signal
import time

import cancel_job
import detach
import job_folder
import names
import process_tree
import script_requests
import slots
import start_session
from children import Child
from request_socket import RequestSocket
from running_jobs import RunningJobs
from session_links import SessionLinks
from server_link import ServerLink
from waiting_jobs import WaitingJobs
from warm_hosts import WarmHosts

LASTING_SECONDS = 2.0  # what has run for so long may go on for hours: no reason to wait with warm hosts
PATIENCE_SECONDS = 3.0  # for a home that nobody may write to just now


class Launcher:
    def __init__(self, umask, home, launcher_id, limit):
        self.id, self.umask, self.home = launcher_id, umask, home
        self.own_file = os.path.join(home, names.OWNERS, launcher_id)
        self.own_lock = slots.hold_when_possible(self.own_file, PATIENCE_SECONDS, job_folder.PASSING)
        self.requests = RequestSocket(home, launcher_id)
        self.is_in_job = "PYTHON_MCP_JOB_ID" in os.environ
        self.server = ServerLink()
        self.tell = self.server.tell
        self.limit = limit
        queue = slots.Queue(home, limit, launcher_id)
        self.warm = WarmHosts(home, launcher_id, limit, umask, self.is_in_job)
        self.jobs = RunningJobs(home, umask, self.warm, queue, self.requests, self.tell, self.wait_again)
        self.waiting = WaitingJobs(queue, self.jobs.start)
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
        while self.server.lives or self.jobs or self.waiting or self.sessions:
            ready = self.wait()
            if self.wake_r in ready:
                os.read(self.wake_r, 4096)
                self.waiting.hear_of_slot()
                self.jobs.reap()
            if self.jobs.serve(ready):
                self.waiting.hear_of_slot()
            self.server.serve(ready, self.obey)
            self.requests.serve(ready, lambda *asked: script_requests.answer(self, *asked))
            self.sessions.serve(ready)
            self.waiting.start()
            calm_from = self.calm_from()
            self.warm.start_wanted(calm_from)
            if calm_from is not None and calm_from <= time.monotonic():
                self.jobs.spare.fork()
        self.jobs.spare.close()
        self.requests.close()
        slots.remove(self.own_file)

    def wait(self):
        """The descriptors where there is something to do; select(2) knows none above 1023."""
        poll = select.poll()
        for source in [self.wake_r] + self.requests.sources() + self.jobs.sources():
            poll.register(source, select.POLLIN)
        self.server.register(poll)
        self.sessions.register(poll)
        pauses = [self.waiting.rest_milliseconds, self.warm.rest_milliseconds(self.calm_from())]
        return [source for source, _ in poll.poll(min((p for p in pauses if p is not None), default=None))]

    def calm_from(self):
        """From when on, by time.monotonic(), nothing has begun here just before; None: nobody knows."""
        if not self.server.lives or self.waiting:
            return None
        return max((child.begun + LASTING_SECONDS for child in self.jobs.of_late()), default=0.0)

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
            self.jobs.free_traced()
        elif "wake" in order:
            cancel_job.wake(order["wake"])
        elif "cancel" in order:
            cancel_job.cancel(order["cancel"])
            self.jobs.free_traced()
        elif "ahead" in order:
            self.jobs.spare.expect(order["ahead"])
        elif "session" in order:
            self.start_session(order["session"])
        elif "ask" in order:
            self.sessions.ask(order["ask"])
        elif "mark_failed" in order:
            self.jobs.mark_failed(**order["mark_failed"])

    def accept(self, spec, line):
        try:
            job_folder.accept(spec["dir"], self.id)
        except FileNotFoundError:
            return self.tell({"ended": spec["id"]})  # the folder is gone: the job was cancelled and removed
        except OSError:
            pass  # a full disk: the supervisor will say so
        self.enqueue(spec, line)

    def enqueue(self, spec, line):
        if not self.jobs.has(spec["id"]):  # else handed over twice while a launcher was lost
            self.waiting.add(spec, line)

    def wait_again(self, spec):
        self.waiting.add(spec, json.dumps({"run": spec}).encode())

    def start_session(self, spec):
        """Starts a session's supervisor, and says so; or that the session lives already."""
        child = Child(spec["id"], spec["dir"])
        child.session = spec
        self.tell({"told": {"id": spec["id"], "answer": start_session.start(self.jobs, child)}})


def main(umask, home, launcher_id, limit):
    detach.detach()
    launcher = Launcher(umask, home, launcher_id, int(limit))
    launcher.listen()
    process_tree.load_system_calls()
    gc.freeze()
    detach.let_go_of_stderr()
    launcher.serve()
