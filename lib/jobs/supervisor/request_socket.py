"""Takes requests of scripts: one JSON line each over a Unix-domain socket, answered by one line.

`<home>/sockets/<launcher id>`, and for a script in a sandbox, which sees no other, the same with `.<job id>`
behind it; what is said there reaches no file. `_socket` and not `socket`: what a
launcher has in memory shows in the ru_maxrss of scripts.
"""
import _socket
import json
import os
import struct

import names
import slots

MOST_BYTES = 64 << 20  # of a request; see _python_mcp_jobs.py
MOST_CONNECTIONS = 32
PIECE = 1 << 20


class RequestSocket:
    def __init__(self, home, launcher_id):
        self.folder, self.name = os.path.join(home, names.SOCKETS), launcher_id
        self.received = {}  # pieces of a request, by connection
        self.connections = {}
        self.askers = {}  # the job of the only script that can be at the other end, by connection
        self.listeners = {}  # with that job's id, by descriptor
        try:
            self.listen(self.name, None)
        except OSError:
            pass  # a file system without sockets: scripts are told that nobody answers

    def open_for(self, job_id):
        """Makes the socket of a script in a sandbox, unless it is there; returns its path, None where none can be had."""
        name = "%s.%s" % (self.name, job_id)
        path = os.path.join(self.folder, name)
        if any(owner == job_id for _, owner in self.listeners.values()) and os.path.lexists(path):
            return path
        self.close_for(job_id)
        try:
            self.listen(name, job_id)
        except OSError:
            return None
        return path

    def close_for(self, job_id):
        for descriptor, (listener, owner) in list(self.listeners.items()):
            if owner == job_id:
                listener.close()
                del self.listeners[descriptor]
                slots.remove(os.path.join(self.folder, "%s.%s" % (self.name, job_id)))

    def listen(self, name, job_id):
        listener = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
        os.chdir(self.folder)  # a socket's path has at most 107 bytes
        try:
            listener.bind(name)
        finally:
            os.chdir("/")
        listener.listen(MOST_CONNECTIONS)
        listener.setblocking(False)
        self.listeners[listener.fileno()] = listener, job_id

    def sources(self):
        return [*self.listeners, *self.connections]

    def serve(self, ready, handle):
        """Answers with what `handle` makes of a request and of the job whose script sent it, where that is known."""
        for descriptor in list(self.connections):
            if descriptor in ready:
                self.read(descriptor, handle)
        for descriptor, (listener, job_id) in self.listeners.items():
            if descriptor in ready:
                self.accept(listener, job_id)

    def accept(self, listener, job_id):
        try:
            descriptor, _ = listener._accept()
        except OSError:
            return  # gone meanwhile, or no descriptor can be had just now
        connection = _socket.socket(fileno=descriptor)
        connection.setblocking(False)
        if not is_ours(connection):
            return connection.close()
        if len(self.connections) == MOST_CONNECTIONS:
            self.drop(next(iter(self.connections)))
        self.connections[descriptor] = connection
        self.received[descriptor] = []
        self.askers[descriptor] = job_id

    def read(self, descriptor, handle):
        pieces = self.received[descriptor]
        try:
            piece = os.read(descriptor, PIECE)
        except OSError:
            piece = b""
        pieces.append(piece)
        if piece.endswith(b"\n"):
            self.answer(descriptor, b"".join(pieces), handle)
        elif piece and sum(map(len, pieces)) <= MOST_BYTES:
            return
        self.drop(descriptor)

    def answer(self, descriptor, line, handle):
        try:
            answer = handle(json.loads(line), self.askers[descriptor])
        except Exception as error:  # what one script asks for must not end the jobs of others
            answer = {"error": "%s: %s" % (type(error).__name__, error)}
        try:
            os.write(descriptor, json.dumps(answer).encode() + b"\n")
        except OSError:
            pass  # who asked is gone

    def drop(self, descriptor):
        del self.received[descriptor], self.askers[descriptor]
        self.connections.pop(descriptor).close()

    def close(self):
        if self.listeners:
            slots.remove(os.path.join(self.folder, self.name))


def is_ours(connection):
    """Whether a process of the same user is at the other end; the folder lets in no other."""
    option = getattr(_socket, "SO_PEERCRED", None)
    if option is None:
        return True
    size = struct.calcsize("3i")
    _pid, uid, _gid = struct.unpack("3i", connection.getsockopt(_socket.SOL_SOCKET, option, size))
    return uid == os.geteuid()
