"""What a launcher and its server say to each other: JSON, one object a line; see messages.ts."""
import json
import os
import select

ORDERS, NEWS = 0, 1  # the descriptors
PIECE = 1 << 20


class ServerLink:
    def __init__(self):
        self.lives = True
        self.unsent = b""
        self.received = []  # pieces of a line

    def listen(self):
        os.set_blocking(ORDERS, False)
        os.set_blocking(NEWS, False)

    def register(self, poll):
        if self.lives:
            poll.register(ORDERS, select.POLLIN)
        if self.unsent:
            poll.register(NEWS, select.POLLOUT)

    def serve(self, ready, obey):
        """Sends what is left to say, and has orders obeyed, each line by a call of `obey`."""
        if self.unsent and NEWS in ready:
            self.send()
        if ORDERS in ready:
            self.read(obey)

    def read(self, obey):
        data = os.read(ORDERS, PIECE)
        if not data:
            self.lives = False  # an unfinished last line is not an order
            os.close(ORDERS)
            os.open(os.devnull, os.O_RDONLY)
        first, *others = data.split(b"\n")
        self.received.append(first)
        for piece in others:
            obey(b"".join(self.received))
            self.received = [piece]

    def tell(self, message):
        if self.lives:
            self.unsent += json.dumps(message).encode() + b"\n"
            self.send()

    def send(self):
        try:
            self.unsent = self.unsent[os.write(NEWS, self.unsent) :]
        except BlockingIOError:
            pass  # the rest follows when the server reads
        except BrokenPipeError:
            self.unsent = b""
