"""What a session's process and its supervisor say to each other: JSON, one object a line.

The supervisor sends {"run": …} with the descriptors of the cell's two pipes, {"input": …}, {"variables": true} and
{"exit": true}; it hears what `Control.send` is given.
"""
import array
import json
import os
import socket
import threading

PIECE = 1 << 16  # more would be mapped anew for each message
CLOSE_ON_EXEC = getattr(socket, "MSG_CMSG_CLOEXEC", 0)  # not on macOS


def take_over_stdin():
    """The supervisor's end came as standard input; the cells find an empty one there."""
    descriptor = os.dup(0)
    read, write = os.pipe()
    os.close(write)
    os.dup2(read, 0)
    os.close(read)
    os.set_inheritable(descriptor, False)
    return Control(socket.socket(fileno=descriptor))


class Control:
    def __init__(self, connection):
        connection.setblocking(True)
        self.socket, self.pid = connection, os.getpid()
        self.lock = threading.Lock()
        self.pieces, self.lines, self.descriptors = b"", [], []
        os.register_at_fork(after_in_child=self.forget)

    def forget(self):
        """What a cell has forked is not for the supervisor to hear."""
        self.lock = threading.Lock()
        self.socket.close()

    def close(self):
        self.socket.close()

    @property
    def is_ours(self):
        return os.getpid() == self.pid

    def fileno(self):
        return self.socket.fileno()

    def send(self, message):
        if self.is_ours:
            with self.lock:
                self.socket.sendall(json.dumps(message).encode() + b"\n")

    def has_line(self):
        return bool(self.lines)

    def receive(self):
        """The next message, waiting for it; None when the supervisor is gone."""
        while not self.lines:
            if not self.fill():
                return None
        return json.loads(self.lines.pop(0))

    def fill(self):
        space = socket.CMSG_SPACE(2 * array.array("i").itemsize)
        data, ancillary, _, _ = self.socket.recvmsg(PIECE, space, CLOSE_ON_EXEC)
        for level, kind, content in ancillary:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                found = array.array("i")
                found.frombytes(content[: len(content) - len(content) % found.itemsize])
                self.descriptors += found
        if not data:
            return False
        *lines, self.pieces = (self.pieces + data).split(b"\n")
        self.lines += lines
        return True

    def take_descriptors(self):
        taken, self.descriptors = self.descriptors, []
        return taken
