"""Sockets on which both sides send JSON objects, one a line; nothing here ever waits.

`_socket` and not `socket`: what a launcher has in memory shows in the ru_maxrss of scripts.
"""
import _socket
import array
import json
import os

PIECE = 1 << 18


class LineSocket:
    def __init__(self, socket):
        socket.setblocking(False)
        self.socket, self.descriptor = socket, socket.fileno()
        self.is_open = True
        self.unsent = b""
        self.received = []  # pieces of a line

    def send(self, message, descriptors=()):
        """`descriptors` go with the message, which must then be the first of what is unsent."""
        self.send_line(json.dumps(message).encode() + b"\n", descriptors)

    def send_line(self, line, descriptors=()):
        if not self.is_open:
            return
        if descriptors and not self.unsent:
            rights = [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, array.array("i", descriptors))]
            try:
                line = line[self.socket.sendmsg([line], rights) :]
            except BlockingIOError:
                raise
            except OSError:
                self.close()
                return
        self.unsent += line
        self.flush()

    def flush(self):
        while self.unsent and self.is_open:
            try:
                self.unsent = self.unsent[self.socket.send(self.unsent) :]
            except BlockingIOError:
                return
            except OSError:
                self.close()

    def read(self):
        """The messages that have come. At the end of the other side it closes."""
        lines = []
        while self.is_open:
            try:
                piece = os.read(self.descriptor, PIECE)
            except BlockingIOError:
                break
            except OSError:
                piece = b""
            if not piece:
                self.close()
                break
            first, *others = piece.split(b"\n")
            self.received.append(first)
            for one in others:
                lines.append(b"".join(self.received))
                self.received = [one]
        return list(filter(None, map(parse, lines)))

    def close(self):
        if self.is_open:
            self.is_open = False
            self.unsent = b""
            self.socket.close()


def parse(line):
    """The object in a line; None for what nobody here has written."""
    try:
        message = json.loads(line)
    except ValueError:
        return None
    return message if isinstance(message, dict) else None


def listen(folder, name):
    """A listening socket in a folder; its path may have at most 107 bytes, which the folder's alone may have."""
    listener = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    os.chdir(folder)
    try:
        listener.bind(name)
    finally:
        os.chdir("/")
    listener.listen(64)
    listener.setblocking(False)
    return listener


def connect(folder, name):
    """A LineSocket, or None where nobody listens."""
    socket = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    try:
        os.chdir(folder)
        try:
            socket.connect(name)
        finally:
            os.chdir("/")
    except OSError:
        socket.close()
        return None
    return LineSocket(socket)
