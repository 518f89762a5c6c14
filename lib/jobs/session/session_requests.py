"""The socket through which launchers give a session cells, and ask it; see session_links.py."""
import _socket
import select

from line_socket import LineSocket

LAST_WORDS_SECONDS = 1.0


class SessionRequests:
    def __init__(self, listener):
        self.listener = listener
        self.connections = {}  # by descriptor

    def register(self, poll):
        poll.register(self.listener.fileno(), select.POLLIN)
        for descriptor, connection in self.connections.items():
            poll.register(descriptor, select.POLLIN | (select.POLLOUT if connection.unsent else 0))

    def serve(self, ready, obey):
        """Has what has come obeyed, each message by a call of `obey(message, connection)`."""
        if self.listener.fileno() in ready:
            self.accept()
        for descriptor, connection in list(self.connections.items()):
            if descriptor in ready:
                connection.flush()
                self.read(descriptor, connection, obey)

    def serve_all(self, obey):
        """The same, for all that there may be."""
        self.accept()
        for descriptor, connection in list(self.connections.items()):
            self.read(descriptor, connection, obey)

    def accept(self):
        try:
            descriptor, _ = self.listener._accept()
        except OSError:
            return  # gone meanwhile, or no descriptor can be had just now
        self.connections[descriptor] = LineSocket(_socket.socket(fileno=descriptor))

    def read(self, descriptor, connection, obey):
        for message in connection.read():
            obey(message, connection)
        if not connection.is_open:
            del self.connections[descriptor]

    def flush(self):
        """Says what is left to say, before the end."""
        for connection in self.connections.values():
            if connection.is_open and connection.unsent:
                connection.socket.settimeout(LAST_WORDS_SECONDS)
                connection.flush()
