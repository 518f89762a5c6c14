"""The warm hosts that a launcher knows: those that it has started, and those of other launchers of the home."""
import _socket
import json
import os
import time

import slots
from host_connection import connect
from host_memory import memory_of
from learned import Learned, state_of
from start_host import start_host

MOST_HOSTS = 4
CALM_SECONDS = 0.1  # before a host is started
RENEW_AT, ENOUGH_RUNS = 40, 50  # of a host: all its scripts have the same hash seed
ASK_AGAIN_SECONDS, FOR_EVER = 0.1, float("inf")  # a host of others that has not answered; that has said no
RETRY_SECONDS = 0.5  # while another launcher starts a host for the same interpreter
COLD_RUNS = 3  # or so many runs have wanted it


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
                host, pause = connect(path, key), FOR_EVER
            except _socket.timeout:  # it is busy, or stopped
                host, pause = None, max(2 * pause, ASK_AGAIN_SECONDS)
            if host:
                return self.add(host)
            self.strangers[path, text] = pause, time.monotonic()
        return None

    def add(self, host):
        self.hosts[host.socket.fileno()] = host
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
                self.mb = warm["mb"]
                self.make_room(None)
                self.add(start_host((self.home, self.runtime, self.folder), key, warm, lock))
            return True
        finally:
            os.close(lock)

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
