"""The warm hosts that a launcher knows: those that it has started, and those of other launchers of the home."""
import _socket
import json
import os
import struct
import time

import spawn_command
import slots
from host_memory import memory_of
from learned import Learned, modules_of, state_of
from request_socket import is_ours

MOST_HOSTS = 4
CALM_SECONDS = 0.1  # before a host is started
RENEW_AT, ENOUGH_RUNS = 40, 50  # of a host: all its scripts have the same hash seed
ASK_AGAIN_SECONDS, FOR_EVER = 0.1, float("inf")  # a host of others that has not answered; that has said no
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
        self.runs = 0
        self.loaded = frozenset()
        self.modules = []
        self.warm = None  # of the last job that it was given

    @property
    def is_known(self):
        """Whether its end would be seen."""
        return self.socket.fileno() >= 0


class KnownHosts:
    def __init__(self, home, runtime, folder):
        """`runtime`: where our hooks are; `folder`: where the hosts of the home have their sockets."""
        self.home, self.runtime, self.folder = home, runtime, folder
        self.hosts = {}  # by the descriptor of their connection
        self.strangers = {}  # for how long hosts of others are not asked again, and since when, by their path and a key
        self.wanted = {}  # what hosts are to be started for: [key, warm, count], by the key as text
        self.unfit = {}  # why there can be no host for a key
        self.retry_at = 0.0
        self.calm_since = time.monotonic()

    @property
    def is_starting_one(self):
        return any(not host.ready for host in self.hosts.values())

    def hear(self, number):
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
        if "runs" in message:
            host.runs = message["runs"]
            self.renew(host)
        elif "unfit" in message:
            self.unfit[text_of(host.key)] = message["unfit"]
        elif message.get("fits"):
            host.ready, host.path = True, message["path"]
            host.loaded, host.modules = frozenset(message["loaded"]), message["modules"]
            if message.get("refused"):
                Learned(self.home, host.key["python"]).refuse(message["refused"])
            self.make_room(host)
            if not host.is_known:
                self.unfit[text_of(host.key)] = "one needs more memory than PYTHON_MCP_WARM_MB allows"

    # -- finding ----------------------------------------------------------------------------

    def find(self, key):
        state, found = None, None
        for number, host in sorted(self.hosts.items(), key=lambda item: item[1].runs):
            if host.ready and host.key == key:
                state = state or state_of(key["python"])
                if host.environment != state or (found and host.runs >= ENOUGH_RUNS):
                    self.end(number)
                else:
                    found = found or host
        return found or self.look_elsewhere(key)

    def look_elsewhere(self, key):
        """A host that another launcher has started."""
        try:
            found = os.listdir(self.folder)
        except OSError:
            return None
        known, text = {host.path for host in self.hosts.values()}, text_of(key)
        for name in found:
            path = os.path.join(self.folder, name)
            pause, since = self.strangers.get((path, text), (0, 0))
            if not name.endswith(".sock") or path in known or time.monotonic() < since + pause:
                continue
            try:
                host, pause = self.connect(path, key), FOR_EVER
            except _socket.timeout:  # it is busy, or stopped
                host, pause = None, max(2 * pause, ASK_AGAIN_SECONDS)
            if host:
                return host
            self.strangers[path, text] = pause, time.monotonic()
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
        except _socket.timeout:
            socket.close()
            raise
        except OSError:
            return socket.close()
        if not answer.get("fits"):
            return socket.close()
        socket.setblocking(False)
        host = Host(socket, key, path)
        host.loaded, host.modules = frozenset(answer["loaded"]), answer["modules"]
        self.hosts[socket.fileno()] = host
        return host

    # -- starting ---------------------------------------------------------------------------

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

    def renew(self, host):
        """Has the next host be ready when this one has had its number of runs."""
        if host.runs >= RENEW_AT and not host.is_renewed:
            host.is_renewed = True
            self.wanted[text_of(host.key)] = [host.key, host.warm, COLD_RUNS]

    def wake_at(self, calm_from):
        """When `start_wanted` is to be called next, by time.monotonic(); None: not before something happens."""
        if self.wanted and calm_from is not None and not self.is_starting_one:
            return max(self.calm_since + CALM_SECONDS, self.retry_at, calm_from)
        return None

    def start_wanted(self, calm_from):
        """To be called now and then: starts one host, once it is in nobody's way.

        `calm_from`: when nothing will have begun just before, by time.monotonic(), unless something does; or None.
        """
        now = time.monotonic()
        is_calm = calm_from is not None and now >= calm_from
        if not is_calm:
            self.calm_since = now
        if not self.wanted or self.is_starting_one:
            return
        text = next(iter(self.wanted))
        key, warm, count = self.wanted[text]
        if now < self.retry_at:
            return
        if now - self.calm_since >= CALM_SECONDS or (is_calm and count >= COLD_RUNS):
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
        environ = dict(key["environ"])
        hook = os.path.join(FOLDER, "hook")
        environ["PYTHONPATH"] = os.pathsep.join(filter(None, [hook, environ.get("PYTHONPATH")]))
        learned = Learned(self.home, key["python"]).read()
        modules = key["modules"] if "modules" in key else modules_of(learned)
        modules = modules if warm["mode"] == "imports" else []
        first = {"key": key, "folder": self.folder, "runtime": self.runtime, "environ": environ}
        first.update(modules=modules, never=learned["never"])
        ours, its = _socket.socketpair(_socket.AF_UNIX, _socket.SOCK_SEQPACKET)
        stdin_r, stdin_w = os.pipe()
        out_r, out_w = os.pipe()
        files = [(os.POSIX_SPAWN_DUP2, source, target) for target, source in enumerate((stdin_r, out_w, out_w, its.fileno(), lock))]
        try:
            pid = os.posix_spawn(
                key["python"], [key["python"], MARKER], environ,
                file_actions=files, setsid=True, setsigdef=spawn_command.HANDLED, setsigmask=(),
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

    # -- ending -----------------------------------------------------------------------------

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
        order = sorted(known, key=known.get)
        sizes = {path: memory_of(path) for path in order}
        while order and (
            len(order) + (fresh is None) > MOST_HOSTS or sum(map(sizes.get, order)) > self.mb << 20
        ):
            path = order.pop(0)
            self.end_at(path)

    def end_at(self, path):
        for number, host in list(self.hosts.items()):
            if host.path == path:
                return self.end(number)
        slots.remove(path)

    def replace_those_without(self, python, modules, warm):
        """Has hosts of an interpreter that have not imported all of `modules` started anew."""
        for number, host in list(self.hosts.items()):
            is_its = host.key["python"] == python and "modules" not in host.key
            if host.ready and is_its and modules - set(host.modules):
                self.end(number)
                self.want(host.key, warm)

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
