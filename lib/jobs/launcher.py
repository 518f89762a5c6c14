"""Forks a supervisor for every job of one server; holds the jobs that wait for a slot.

    launcher.py HOME LAUNCHER_ID MAX_RUNNING

Standard input takes one JSON object a line: {"run": spec}, {"background": id}, {"wake": folder},
{"bury": {...}}. Standard output says {"ready": id}, {"started": id} and {"ended": id}. The launcher outlives
its server until its queue is empty and its supervisors have ended.
"""
import bisect
import fcntl
import gc
import json
import os
import select
import signal
import sys

UMASK = os.umask(0o077)  # the scripts' own; here before anything is written
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import detach
import job_folder
import process_tree
import slots
import supervisor

QUEUE_SECONDS = 0.1  # how often waiting jobs look for a slot that nobody told them of
KINDS = (slots.CALL, slots.BACKGROUND)


class Job:
    """A job that waits: its spec stays text, since a launcher with many of them has to stay small."""

    __slots__ = ("id", "dir", "order", "kind", "line")

    def __init__(self, spec, line):
        self.id, self.dir, self.order, self.kind = spec["id"], spec["dir"], spec["order"], spec["kind"]
        self.line = line

    def __lt__(self, other):
        return self.order < other.order


class Launcher:
    def __init__(self, home, launcher_id, limit):
        self.id = launcher_id
        self.own_file = os.path.join(home, "owners", launcher_id)
        self.own_lock = slots.hold_own_lock(self.own_file)
        self.queue = slots.Queue(home, limit, launcher_id)
        self.waiting = {kind: [] for kind in KINDS}  # in the order of creation
        self.children = {}
        self.unsent = b""
        self.server_lives = True

    def listen(self):
        self.wake_r, wake_w = os.pipe()
        os.set_blocking(self.wake_r, False)
        os.set_blocking(wake_w, False)
        signal.set_wakeup_fd(wake_w, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGUSR1, lambda *_: None)
        os.set_blocking(0, False)
        os.set_blocking(1, False)

    def serve(self):
        rest = []
        self.tell({"ready": self.id})
        while self.server_lives or self.children or any(self.waiting.values()):
            sources = [self.wake_r] + [0] * self.server_lives
            seconds = QUEUE_SECONDS if any(self.waiting.values()) else None
            ready, writable, _ = select.select(sources, [1] if self.unsent else [], [], seconds)
            if writable:
                self.send()
            if self.wake_r in ready:
                os.read(self.wake_r, 4096)
                self.reap()
            if 0 in ready:
                self.read(rest)
            self.start_waiting()
        slots.remove(self.own_file)

    def read(self, rest):
        data = os.read(0, 1 << 20)
        if not data:
            self.server_lives = False  # an unfinished last line is not an order
            os.close(0)
            os.open(os.devnull, os.O_RDONLY)
        first, *others = data.split(b"\n")
        rest.append(first)
        for piece in others:
            self.obey(b"".join(rest))
            rest[:] = [piece]

    def obey(self, line):
        order = json.loads(line)
        if "run" in order:
            self.accept(Job(order["run"], line))
        elif "background" in order:
            self.to_background(order["background"])
        elif "wake" in order:
            wake(order["wake"])
        elif "bury" in order:
            self.bury(**order["bury"])

    def accept(self, job):
        if job.id in self.children.values() or any(job.id == one.id for one in self.waiting[job.kind]):
            return  # handed over twice while a launcher was lost
        try:
            with job_folder.open_private(os.path.join(job.dir, "accepted")) as file:
                file.write(self.id.encode())
        except FileNotFoundError:
            return self.tell({"ended": job.id})  # the folder is gone: the job was cancelled and removed
        except OSError:
            pass  # a full disk: the supervisor will say so
        bisect.insort(self.waiting[job.kind], job)

    def start_waiting(self):
        for kind in KINDS:
            jobs = self.waiting[kind]
            while jobs and self.start(jobs[0]):
                del jobs[0]
            try:
                self.queue.announce(kind, jobs[0].order if jobs else None)
            except OSError:
                pass  # a full disk: then its jobs wait their turn unannounced

    def start(self, job):
        """Starts the job's supervisor. False when it has to wait."""
        slot = lock = None
        try:
            slot = self.queue.take(job.kind, job.order)
            if slot is None:
                return False
            lock = job_folder.try_lock(job.dir)
            if lock is None:
                if not job_folder.has_begun(job.dir):
                    return False
                self.tell({"started": job.id})  # by another launcher
            elif job_folder.has_begun(job.dir):
                self.tell({"ended": job.id})
            else:
                self.fork(job.id, (lock, slot.descriptor), lambda reaps: self.supervise(job, lock, slot, reaps))
                self.tell({"started": job.id})
            return True
        except FileNotFoundError:
            self.tell({"ended": job.id})  # cancelled and removed
            return True
        except OSError:
            return False  # no process, no file or no lock can be had just now
        finally:
            if lock is not None:
                os.close(lock)
            if slot is not None:
                os.close(slot.descriptor)

    def supervise(self, job, lock, slot, reaps_orphans):
        supervisor.supervise(json.loads(job.line)["run"], lock, slot, UMASK, reaps_orphans)

    def bury(self, id, dir, error):
        if id in self.children.values():
            return
        try:
            lock = job_folder.open_lock(dir)
        except OSError:
            return  # removed meanwhile, or to be looked at once more
        try:
            self.fork(id, (lock,), lambda _: bury(dir, id, error, lock))
        except OSError:
            pass  # no process can be had just now: the server looks once more
        finally:
            os.close(lock)

    def fork(self, job_id, keep, act):
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
        self.children[pid] = job_id

    def to_background(self, job_id):
        calls = self.waiting[slots.CALL]
        for job in calls:
            if job.id == job_id:
                calls.remove(job)
                job.kind = slots.BACKGROUND
                bisect.insort(self.waiting[slots.BACKGROUND], job)
                break

    def reap(self):
        while self.children:
            pid, _status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            if pid in self.children:
                self.tell({"ended": self.children.pop(pid)})
                self.pass_slots_on()

    def pass_slots_on(self):
        """A slot is free: where no job waits here, the next one of another launcher may have it."""
        for kind in KINDS:
            if not self.waiting[kind]:
                self.queue.wake_first_elsewhere(kind)

    def tell(self, message):
        if self.server_lives:
            self.unsent += json.dumps(message).encode() + b"\n"
            self.send()

    def send(self):
        try:
            self.unsent = self.unsent[os.write(1, self.unsent) :]
        except BlockingIOError:
            pass  # the rest follows when the server reads
        except BrokenPipeError:
            self.unsent = b""


def wake(folder):
    """Makes a supervisor look at its files now."""
    try:
        with open(os.path.join(folder, "started"), "rb") as file:
            started = json.loads(file.read())
        if process_tree.born(started["pid"]) == started["born"]:
            os.kill(started["pid"], signal.SIGUSR1)
    except (OSError, ValueError, KeyError):
        pass  # not started yet: it looks before it starts


def bury(folder, job_id, error, lock):
    fcntl.flock(lock, fcntl.LOCK_EX)
    job_folder.bury(folder, job_id, error, lock)


if __name__ == "__main__":
    detach.detach()
    launcher = Launcher(sys.argv[1], sys.argv[2], int(sys.argv[3]))
    launcher.listen()
    process_tree.load_prctl()
    gc.freeze()
    launcher.serve()
