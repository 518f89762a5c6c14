"""The warm hosts of a home, as one launcher uses and starts them; see warm_host.py."""
import _socket
import array
import json
import os
import struct
import time
import uuid

import choose_host
import job_folder
import names
import process_tree
import run_command
import slots
from learned import Learned, modules_of, state_of
from request_socket import is_ours

MOST_HOSTS = 4
ANSWER_SECONDS = 2.0  # a host that does not begin a job within them is killed
START_SECONDS = 180.0
IDLE_SECONDS = 0.1  # nothing runs for so long before a host is started
RENEW_AT = 40  # runs of a host; it ends after 50
RETRY_SECONDS = 0.5  # while another launcher starts a host for the same interpreter
COLD_RUNS = 3  # or so many runs have wanted it
FOLDER = os.path.dirname(os.path.abspath(__file__))
MARKER = "/python-mcp-warm-host/" + "x" * 4096  # as in own_memory.py


class Host:
    def __init__(self, socket, key, path=None):
        self.socket, self.key, self.path = socket, key, path
        self.pid = pid_of(socket)
        self.ready = path is not None
        self.environment = state_of(key["python"])
        self.lives = True
        self.is_renewed = False
        self.loaded = frozenset()
        self.modules = []
        self.since = time.monotonic()


class Attempt:
    """A job that a host has, and what its launcher keeps of it until its end."""

    def __init__(self, host, child, slot, spec):
        self.host, self.child, self.slot, self.spec = host, child, os.dup(slot.descriptor), spec
        self.began, self.sent = False, time.monotonic()

    def close_slot(self):
        if self.slot is not None:
            os.close(self.slot)
            self.slot = None


class WarmHosts:
    def __init__(self, home, launcher_id, limit, umask, is_in_job):
        self.home, self.owner, self.limit, self.umask = home, launcher_id, limit, umask
        self.is_in_job = is_in_job
        self.runtime = os.path.join(home, names.RUNTIME)
        self.folder = os.path.join(home, names.WARM)
        self.process = None
        self.hosts = {}  # by the descriptor of their connection
        self.jobs = {}  # an Attempt by the descriptor whose end says that its supervisor is dead
        self.strangers = {}  # keys that hosts of others do not have, by their path
        self.wanted = {}  # what hosts are to be started for: [key, warm, count, since], by the key as text
        self.unfit = {}  # why there can be no host for a key
        self.retry_at = 0.0
        self.tried = {}  # modules that a host was started for once, by interpreter
        self.idle_since = time.monotonic()

    # -- what the launcher polls ------------------------------------------------------------

    def sources(self):
        return [*self.hosts, *self.jobs]

    def rest_milliseconds(self, is_idle):
        """How long the launcher may sleep; None: until something happens."""
        waits = [attempt.sent + ANSWER_SECONDS for attempt in self.jobs.values() if not attempt.began]
        if self.wanted and is_idle and not any(not host.ready for host in self.hosts.values()):
            waits.append(max(self.idle_since + IDLE_SECONDS, self.retry_at))
        return 1000 * max(0.0, min(waits) - time.monotonic()) + 1 if waits else None

    def serve(self, ready, began):
        """Returns the attempts that are over; `began` is called with the ids of those that have begun."""
        for number in list(self.hosts):
            if number in ready:
                self.hear(number, began)
        over = []
        for number in list(self.jobs):
            attempt = self.jobs[number]
            if number in ready:
                os.close(number)
                del self.jobs[number]
                attempt.close_slot()
                over.append(attempt)
            elif attempt.host.lives and not attempt.began and time.monotonic() - attempt.sent > ANSWER_SECONDS:
                kill(attempt.host.pid)  # then its descriptors are closed, and the job is run cold
        return over

    def hear(self, number, began):
        host = self.hosts[number]
        try:
            data = host.socket.recv(1 << 20)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.hosts.pop(number).socket.close()
            host.lives = False
            if not host.ready:
                self.unfit[text_of(host.key)] = "a host for it ended before it was ready"
            return
        message = json.loads(data)
        if "began" in message:
            for attempt in self.jobs.values():
                if attempt.child.id == message["began"]:
                    self.renew(host, message["runs"], attempt.spec["warm"])
                    attempt.began, attempt.spec = True, None
                    attempt.close_slot()
                    began(attempt.child.id)
        elif "unfit" in message:
            self.unfit[text_of(host.key)] = message["unfit"]
        elif message.get("fits"):
            host.ready, host.path = True, message["path"]
            host.loaded, host.modules = frozenset(message["loaded"]), message["modules"]
            if message.get("refused"):
                Learned(self.home, host.key["python"]).refuse(message["refused"])
            self.make_room(host)

    def renew(self, host, runs, warm):
        """Has the next host be ready when this one has had its number of runs."""
        if runs >= RENEW_AT and not host.is_renewed:
            host.is_renewed = True
            self.wanted[text_of(host.key)] = [host.key, warm, COLD_RUNS]

    # -- jobs -------------------------------------------------------------------------------

    def find(self, spec):
        """A host for the job, or why there is none; and all of the script's environment."""
        warm = spec.get("warm") or {"cold": "nothing says that it may be warm"}
        if "cold" in warm:
            return None, warm["cold"], {}
        mark = "PYTHON_MCP_JOB_ID", spec["id"]
        environ = run_command.environment_of(spec["run"], mark)
        try:
            reason = choose_host.why_cold(spec, environ, self.is_in_job)
            if reason:
                return None, reason, environ
            self.process = self.process or choose_host.facts_of_process()
            key = choose_host.key_of(spec, environ, self.runtime, self.process)
            host = self.host_of(key)
            if "not_yet" in spec["warm"]:
                return None, spec["warm"]["not_yet"], environ
            if host is None:
                return None, self.want(key, spec["warm"]), environ
            path = spec["run"]["argv"][1]
            directory = environ.get("PYTHON_MCP_IMPORT_DIRECTORY") or os.path.dirname(os.path.realpath(path))
            reason = choose_host.why_shadowed(directory, spec["run"]["cwd"], host.loaded)
            if not reason and host.modules and spec["warm"].get("changes"):
                reason = "it may change what imports do: " + spec["warm"]["changes"]
            return (None if reason else host), reason, environ
        except OSError as error:
            return None, "no host can be asked: %s" % error, environ

    def host_of(self, key):
        for number, host in list(self.hosts.items()):
            if host.ready and host.key == key:
                if host.environment == state_of(key["python"]):
                    return host
                self.end(number)
        return self.look_elsewhere(key)

    def look_elsewhere(self, key):
        """A host that another launcher has started."""
        try:
            found = os.listdir(self.folder)
        except OSError:
            return None
        known = {host.path for host in self.hosts.values()}
        for name in found:
            path = os.path.join(self.folder, name)
            if not name.endswith(".sock") or path in known or key in self.strangers.get(path, ()):
                continue
            host = self.connect(path, key)
            if host:
                return host
            self.strangers.setdefault(path, []).append(key)
        return None

    def connect(self, path, key):
        socket = _socket.socket(_socket.AF_UNIX, _socket.SOCK_SEQPACKET)
        try:
            os.chdir(self.folder)  # a socket's path has at most 107 bytes
            try:
                socket.settimeout(0.05)
                socket.connect(os.path.basename(path))
            except ConnectionRefusedError:
                slots.remove(path)
                return socket.close()
            finally:
                os.chdir("/")
            if not is_ours(socket):
                return socket.close()
            socket.send(json.dumps({"key": key}).encode())
            answer = json.loads(socket.recv(1 << 20) or "{}")
        except OSError:
            return socket.close()
        if not answer.get("fits"):
            return socket.close()
        socket.setblocking(False)
        host = Host(socket, key, path)
        host.loaded, host.modules = frozenset(answer["loaded"]), answer["modules"]
        self.hosts[socket.fileno()] = host
        return host

    def start(self, host, child, spec, environ, slot, pipes):
        """Gives a job to a host. False when it cannot be given."""
        life_r, life_w = os.pipe()
        content = os.memfd_create("job")
        try:
            rest = json.dumps({"spec": spec, "environ": environ}).encode()
            while rest:
                rest = rest[os.write(content, rest) :]
            message = {"run": spec["id"], "kind": slot.kind, "umask": self.umask}
            message["queue"] = {"home": self.home, "limit": self.limit, "owner": self.owner}
            files = [content, child.lock, slot.descriptor, life_w] + pipes.reads + pipes.writes
            rights = [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, array.array("i", files))]
            host.socket.sendmsg([json.dumps(message).encode()], rights)
        except OSError:
            os.close(life_r)
            return False
        finally:
            os.close(life_w)
            os.close(content)
        os.set_blocking(life_r, False)
        self.jobs[life_r] = Attempt(host, child, slot, spec)
        return True

    def has(self, job_id):
        return any(attempt.child.id == job_id for attempt in self.jobs.values())

    # -- learning ---------------------------------------------------------------------------

    def learn(self, job_id, python, warm):
        """Takes note of what a script has imported, which its supervisor has left here. `warm`: of its spec."""
        if warm.get("mode") != "imports" or not os.path.isdir(self.folder):
            return
        lesson = os.path.join(self.folder, job_id + ".lesson")
        modules = []
        try:
            modules = job_folder.read(self.folder, job_id + ".lesson")[: 1 << 20].decode("utf-8", "replace").split()
            slots.remove(lesson)
        except OSError:
            pass
        if not modules and not warm["imports"]:
            return
        try:
            content = Learned(self.home, python).add_run(warm["imports"], modules)
        except OSError:
            return
        tried = self.tried.setdefault(python, set())
        fresh = {name for name in modules if name.partition(".")[0] not in content["never"]} - tried
        for number, host in list(self.hosts.items()):
            if host.ready and host.key["python"] == python and fresh - set(host.modules):
                self.end(number)
                self.want(host.key, warm)
        tried |= fresh

    # -- starting and ending ----------------------------------------------------------------

    def want(self, key, warm):
        """Remembers that a host is to be started; returns why there is none."""
        text = text_of(key)
        if text in self.unfit:
            return "there can be no warm host: " + self.unfit[text]
        if any(text_of(host.key) == text for host in self.hosts.values()):
            return "its warm host is being started"
        entry = self.wanted.setdefault(text, [key, warm, 0])
        entry[2] += 1
        return "there is no warm host for its environment yet"

    def start_wanted(self, is_idle):
        """To be called now and then: starts one host, once nothing runs."""
        now = time.monotonic()
        if not is_idle:
            self.idle_since = now
        if not self.wanted or any(not host.ready for host in self.hosts.values()):
            return
        text = next(iter(self.wanted))
        key, warm, count = self.wanted[text]
        if now < self.retry_at:
            return
        if now - self.idle_since >= IDLE_SECONDS or (is_idle and count >= COLD_RUNS):
            self.retry_at = now + RETRY_SECONDS
            try:
                if self.start_host_alone(key, warm):
                    del self.wanted[text]
            except (OSError, NotImplementedError) as error:
                del self.wanted[text]
                self.unfit[text] = str(error)

    def start_host_alone(self, key, warm):
        """False while another launcher is about to start one; it may be the same."""
        os.makedirs(self.folder, 0o700, exist_ok=True)
        lock = slots.try_lock(Learned(self.home, key["python"]).path + ".starting")
        if lock is None:
            return False
        try:
            known = {host.path for host in self.hosts.values() if host.key == key}
            fresh = self.look_elsewhere(key)
            if fresh is None or fresh.path in known:
                self.start_host(key, warm, lock)
            return True
        finally:
            os.close(lock)

    def start_host(self, key, warm, lock):
        """`lock`: the host has it as descriptor 4 until it is ready."""
        self.mb = warm["mb"]
        self.make_room(None)
        path = os.path.join(self.folder, uuid.uuid4().hex + ".sock")
        environ = dict(key["environ"])
        hook = os.path.join(FOLDER, "hook")
        environ["PYTHONPATH"] = os.pathsep.join(filter(None, [hook, environ.get("PYTHONPATH")]))
        learned = Learned(self.home, key["python"]).read()
        modules = modules_of(learned) if warm["mode"] == "imports" else []
        first = {"key": key, "path": path, "runtime": self.runtime, "environ": environ}
        first.update(modules=modules, never=learned["never"])
        ours, its = _socket.socketpair(_socket.AF_UNIX, _socket.SOCK_SEQPACKET)
        stdin_r, stdin_w = os.pipe()
        out_r, out_w = os.pipe()
        files = [(os.POSIX_SPAWN_DUP2, source, target) for target, source in enumerate((stdin_r, out_w, out_w, its.fileno(), lock))]
        try:
            pid = os.posix_spawn(
                key["python"], [key["python"], MARKER], environ,
                file_actions=files, setsid=True, setsigdef=run_command.HANDLED, setsigmask=(),
            )
        finally:
            for descriptor in (stdin_r, stdin_w, out_r, out_w):
                os.close(descriptor)
            its.close()
        ours.send(json.dumps(first).encode())
        ours.setblocking(False)
        host = Host(ours, key)
        host.pid = pid
        self.hosts[ours.fileno()] = host

    def make_room(self, fresh):
        """Ends hosts of the home that are too many, or have too much memory together: the longest unused first."""
        known = {}
        for name in os.listdir(self.folder):
            if name.endswith(".sock"):
                path = os.path.join(self.folder, name)
                try:
                    known[path] = os.stat(path).st_mtime
                except OSError:
                    pass
        pids = {host.path: host.pid for host in self.hosts.values() if host.path}
        order = sorted(known, key=known.get)
        sizes = {path: process_tree.proportional_bytes_of(pids[path]) for path in order if path in pids}
        while order and (
            len(order) + (fresh is None) > MOST_HOSTS or sum(sizes.get(path, 0) for path in order) > self.mb << 20
        ):
            path = order.pop(0)
            self.end_at(path)

    def end_at(self, path):
        for number, host in list(self.hosts.items()):
            if host.path == path:
                return self.end(number)
        slots.remove(path)

    def end(self, number):
        host = self.hosts.pop(number)
        try:
            host.socket.send(b'{"end": true}')
        except OSError:
            pass
        host.socket.close()
        if host.path:
            slots.remove(host.path)


def text_of(key):
    return json.dumps(key, sort_keys=True)


def pid_of(socket):
    return struct.unpack("3i", socket.getsockopt(_socket.SOL_SOCKET, _socket.SO_PEERCRED, 12))[0]


def kill(pid):
    try:
        os.kill(pid, 9)
    except OSError:
        pass
