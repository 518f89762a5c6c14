"""A warm host: a Python that has done its start-up, and forks a supervisor and its script ahead of each job.

It is started by a launcher, with a socket as descriptor 3, and belongs to the home: any launcher whose jobs
have the same key (see choose_host.py) may use it. Messages are JSON, one a packet: to the host {"key", ...} first, then
{"run": ...} with descriptors; from it {"fits"} and {"runs"}, how many it has begun. What it learns of jobs stays in memory.
"""
import json
import os
import select
import sys
import time

import _signal
import _socket

import own_memory
import preload
import process_tree
import slots
import warm_job
from become_script import Start, is_hook
from choose_host import HOST_TITLE
from imported_files import ImportedFiles
from next_run import NextRun

FIRST_SOCKET, STARTING_LOCK = 3, 4
MOST_RUNS = 100  # launchers end it after 50, once there is another one; see known_hosts.py
IDLE_SECONDS = 600
LOOK_SECONDS = 20  # between two looks whether the host is still wanted
CALM_SECONDS = 0.003  # after a job, before it forks for the next one: its caller is answered meanwhile
AT_START = set()


class Host:
    def __init__(self):
        self.connections = {}
        self.add(_socket.socket(fileno=FIRST_SOCKET))
        first = json.loads(self.receive(FIRST_SOCKET)[0])
        self.key = first["key"]
        # Launchers find out by its name how much memory it has.
        self.path = os.path.join(first["folder"], "%d-%s.sock" % (os.getpid(), os.urandom(8).hex()))
        self.start = Start(first["runtime"], first["environ"])
        self.runs, self.used = 0, time.monotonic()
        self.next = NextRun(self.start)
        self.wake_r, wake_w = os.pipe()
        os.set_blocking(self.wake_r, False)
        os.set_blocking(wake_w, False)
        _signal.set_wakeup_fd(wake_w, warn_on_full_buffer=False)
        _signal.signal(_signal.SIGCHLD, lambda *_: None)
        process_tree._prctl = lambda *_: 0 if own_memory.become_subreaper() else 1
        loaded = set(sys.modules)
        refused, self.start.generators = preload.preload(first["modules"], first["never"])
        self.start.note_imports()
        home = os.path.dirname(first["runtime"])
        self.files = ImportedFiles(set(sys.modules) - loaded, home)
        title = [os.fsencode(part) for part in (HOST_TITLE, sys.executable or "", home)]
        if not self.start.places or not self.start.command_line.set(title, []):
            self.refuse("this system keeps a command line from being changed")
        self.listen()
        os.close(STARTING_LOCK)
        self.about = {
            "path": self.path,
            "loaded": sorted({name.partition(".")[0] for name in set(sys.modules) - AT_START}),
            "modules": sorted(set(sys.modules) - loaded),
        }
        self.send(FIRST_SOCKET, dict(self.about, fits=True, refused=refused))

    def refuse(self, reason):
        self.send(FIRST_SOCKET, {"unfit": reason})
        os._exit(1)

    # -- launchers --------------------------------------------------------------------------

    def listen(self):
        folder, name = os.path.split(self.path)
        self.listener = _socket.socket(_socket.AF_UNIX, _socket.SOCK_SEQPACKET)
        os.chdir(folder)  # a socket's path has at most 107 bytes
        self.listener.bind(name + ".new")
        self.listener.listen(16)
        os.rename(name + ".new", name)
        os.chdir("/")
        self.listener.setblocking(False)

    def accept(self):
        try:
            descriptor, _ = self.listener._accept()
        except OSError:
            return
        self.add(_socket.socket(fileno=descriptor))

    def add(self, connection):
        connection.setblocking(True)
        self.connections[connection.fileno()] = connection

    def send(self, number, message):
        try:
            self.connections[number].send(json.dumps(message).encode())
        except OSError:
            pass  # its end shows when it is read

    def receive(self, number):
        """A message as it came, and its descriptors; nothing at the end."""
        try:
            return warm_job.receive(self.connections[number], warm_job.MOST_BYTES)
        except OSError:
            return b"", []

    # -- jobs -------------------------------------------------------------------------------

    def serve(self):
        """Returns in a child that is to become a script."""
        while self.runs < MOST_RUNS:
            left = self.used + IDLE_SECONDS - time.monotonic()
            if left <= 0 or not os.path.exists(self.path):  # ended by others, or its home is gone
                break
            poll = select.poll()
            for source in [self.wake_r, self.listener.fileno(), *self.connections]:
                poll.register(source, select.POLLIN)
            is_due = self.next.is_due
            ready = [source for source, _ in poll.poll(min(left, CALM_SECONDS if is_due else LOOK_SECONDS) * 1000)]
            if is_due and not ready:
                script = self.next.fork()
                if script:
                    return script
            if self.wake_r in ready:
                os.read(self.wake_r, 4096)
                self.reap()
            if self.listener.fileno() in ready:
                self.accept()
            for number in ready:
                if number in self.connections:
                    data, descriptors = self.receive(number)
                    if not data:
                        self.connections.pop(number).close()
                        continue
                    message = json.loads(data)
                    if "run" in message:
                        script = self.start_job(number, data, descriptors)
                        if script:
                            return script
                    elif "end" in message:
                        self.runs = MOST_RUNS
                    else:
                        self.send(number, dict(self.about, fits=True) if message["key"] == self.key else {"fits": False})
        slots.remove(self.path)
        self.drain()
        os._exit(0)

    def drain(self):
        """Its supervisors are children: they are waited for, so that one that was stopped goes on."""
        self.next.drop()
        for connection in [self.listener, *self.connections.values()]:
            connection.close()
        poll = select.poll()
        poll.register(self.wake_r, select.POLLIN)
        while self.reap():
            poll.poll(1000)
            try:
                os.read(self.wake_r, 4096)
            except BlockingIOError:
                pass

    def reap(self):
        """False when no child is left."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG | os.WUNTRACED)
            except ChildProcessError:
                return False
            if pid == 0:
                return True
            if os.WIFSTOPPED(status):
                os.kill(pid, _signal.SIGCONT)  # as by its script: a job's limits are its supervisor's
            else:
                self.next.is_wanted = not self.next.is_there  # not sooner, lest it take the time of what runs

    def start_job(self, number, message, descriptors):
        """Gives the job to its supervisor; in the end returns the Script in the process that is to become it."""
        if self.files.have_changed():
            self.runs = MOST_RUNS
            return close_all(descriptors)  # that tells its launcher to run it cold
        self.runs += 1
        self.used = time.monotonic()
        for folder in self.start.hook_folders(warm_job.content_of(descriptors)["environ"]):
            if is_hook(folder) and self.start.load_hook(folder):
                self.next.drop()  # it would have to load it as well
        try:
            os.utime(self.path)  # says which host of the home has been unused for the longest time
        except OSError:
            pass  # ended by others: this is its last job
        for _ in range(2):
            script = None if self.next.is_there else self.next.fork()
            if script:
                return script
            if self.next.give(message, descriptors):
                break
        close_all(descriptors)
        self.send(number, {"runs": self.runs})
        return None


def close_all(descriptors):
    for descriptor in descriptors:
        os.close(descriptor)


def run(gate, at_start):
    """`at_start`: the names of the modules that Python has loaded for itself."""
    AT_START.update(at_start)
    script = Host().serve()
    script.return_to_python(gate)
