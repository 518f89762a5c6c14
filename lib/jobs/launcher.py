"""Forks a supervisor for every job of one server; holds the jobs that wait for a slot.

    launcher.py HOME LAUNCHER_ID MAX_RUNNING

Standard input takes one JSON object a line: {"run": spec}, {"background": id}, {"wake": folder},
{"bury": {...}}. Standard output says {"ready": id}, {"started": id} and {"ended": id}. The launcher outlives
its server until its queue is empty and its supervisors have ended.
"""
import fcntl
import gc
import json
import os
import select
import signal
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import process_tree
import slots
import supervisor

QUEUE_SECONDS = 0.1  # how often waiting jobs look for a slot that another launcher's job freed
MAX_DESCRIPTOR = 256


class Job:
    """A job that waits: its spec stays text, since a launcher with many of them has to stay small."""

    def __init__(self, spec, line):
        self.id, self.dir, self.order, self.kind = spec["id"], spec["dir"], spec["order"], spec["kind"]
        self.line, self.queued = line, False


class Launcher:
    def __init__(self, home, launcher_id, limit):
        self.id = launcher_id
        self.umask = os.umask(0o077)
        self.own_lock = slots.try_lock(os.path.join(home, "owners", launcher_id))
        self.queue = slots.Queue(home, limit, launcher_id)
        self.waiting = []
        self.children = {}
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
        rest = b""
        self.tell({"ready": self.id})
        while self.server_lives or self.waiting or self.children:
            sources = [self.wake_r] + [0] * self.server_lives
            ready = select.select(sources, [], [], QUEUE_SECONDS if self.waiting else None)[0]
            if self.wake_r in ready:
                os.read(self.wake_r, 4096)
                self.reap()
            if 0 in ready:
                data = os.read(0, 1 << 20)
                if not data:
                    self.server_lives = False  # an unfinished last line is not an order
                    os.close(0)
                    os.open(os.devnull, os.O_RDONLY)
                *lines, rest = (rest + data).split(b"\n")
                for line in lines:
                    self.obey(line)
            self.start_waiting()

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
        try:
            with supervisor.open_private(os.path.join(job.dir, "accepted")) as file:
                file.write(self.id.encode())
        except OSError:
            return  # the folder is gone: the job was cancelled and removed
        if not self.start(job):
            self.queue.draw_ticket(job)
            job.queued = True
            self.waiting.append(job)

    def start_waiting(self):
        for kind in (slots.CALL, slots.BACKGROUND):
            for job in sorted((job for job in self.waiting if job.kind == kind), key=lambda job: job.order):
                if not self.start(job):
                    break
                self.waiting.remove(job)

    def start(self, job):
        """Starts the job's supervisor. False when it has to wait for a slot."""
        slot = self.queue.take(job)
        if slot is None:
            return False
        try:
            lock = os.open(os.path.join(job.dir, "lock"), os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        except FileNotFoundError:
            os.close(slot.descriptor)
            return True
        fcntl.flock(lock, fcntl.LOCK_EX)
        if any(os.path.exists(os.path.join(job.dir, name)) for name in ("outcome.json", "started")):
            self.tell({"ended": job.id})
        else:
            self.fork(job.id, (lock, slot.descriptor), lambda reaps: self.supervise(job, lock, slot, reaps))
            self.tell({"started": job.id})
        os.close(lock)
        os.close(slot.descriptor)
        return True

    def supervise(self, job, lock, slot, reaps_orphans):
        supervisor.supervise(json.loads(job.line)["run"], lock, slot, self.umask, reaps_orphans)

    def bury(self, id, dir, error):
        lock = os.open(os.path.join(dir, "lock"), os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        self.fork(id, (lock,), lambda _: bury(dir, id, error, lock))
        os.close(lock)

    def fork(self, job_id, keep, act):
        pid = os.fork()
        if pid == 0:
            try:
                # First of all: what is the launcher's must end with the launcher.
                signal.set_wakeup_fd(-1)
                keep_only(keep)
                os.setsid()
                act(process_tree.become_subreaper())
            except BaseException:
                sys.excepthook(*sys.exc_info())
            finally:
                os._exit(0)
        self.children[pid] = job_id

    def to_background(self, job_id):
        for job in self.waiting:
            if job.id == job_id:
                self.queue.drop_ticket(job)
                job.kind = slots.BACKGROUND
                self.queue.draw_ticket(job)

    def reap(self):
        while self.children:
            pid, _status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            self.tell({"ended": self.children.pop(pid, None)})

    def tell(self, message):
        if self.server_lives:
            try:
                os.write(1, json.dumps(message).encode() + b"\n")
            except (BlockingIOError, BrokenPipeError):
                pass  # the server also looks at the files


def wake(folder):
    """Makes a supervisor look at its files now. Its pid is its own for as long as its lock is held."""
    lock = slots.try_lock(os.path.join(folder, "lock"), fcntl.LOCK_SH)
    if lock is not None:
        os.close(lock)
        return
    try:
        with open(os.path.join(folder, "started"), "rb") as file:
            os.kill(json.loads(file.read())["pid"], signal.SIGUSR1)
    except (OSError, ValueError):
        pass  # not started yet: it looks before it starts


def bury(folder, job_id, error, lock):
    fcntl.flock(lock, fcntl.LOCK_EX)
    if not os.path.exists(os.path.join(folder, "outcome.json")):
        supervisor.bury(folder, job_id, error, lock)


def keep_only(keep):
    """Closes every descriptor but standard error and `keep`; standard input and output become empty."""
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    first = 3
    for descriptor in sorted(keep) + [MAX_DESCRIPTOR]:
        os.closerange(first, descriptor)
        first = descriptor + 1


def detach():
    """Leaves the server's session and process tree, so that killing the server's tree spares jobs."""
    if os.fork():
        os._exit(0)
    os.setsid()
    if os.fork():
        os._exit(0)
    os.closerange(3, MAX_DESCRIPTOR)
    os.chdir("/")
    os.environ.pop("PYTHON_MCP_TOKEN", None)
    for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP, signal.SIGPIPE, signal.SIGXFSZ}:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


if __name__ == "__main__":
    detach()
    launcher = Launcher(sys.argv[1], sys.argv[2], int(sys.argv[3]))
    launcher.listen()
    process_tree.load_prctl()
    gc.freeze()
    launcher.serve()
