"""What a script reads from its standard input: what was given at its start, and what is sent later."""
import json
import os

PIECE = 65536
MOST_WAITING = 64 << 20  # bytes that are kept for a script that does not read


class Feed:
    """Writes to a command's standard input as fast as it reads; never waits."""

    def __init__(self, pipe, text, stays_open):
        os.set_blocking(pipe, False)
        self.pipe, self.waiting, self.stays_open = pipe, bytearray(encode(text)), stays_open
        self.close_when_done()

    def add(self, text):
        self.waiting += encode(text)

    def end(self):
        self.stays_open = False
        self.close_when_done()

    def write(self):
        try:
            del self.waiting[: os.write(self.pipe, self.waiting[:PIECE])]
        except BrokenPipeError:
            self.close()
        except BlockingIOError:
            pass
        self.close_when_done()

    def close_when_done(self):
        if not self.waiting and not self.stays_open:
            self.close()

    def close(self):
        if self.pipe is not None:
            os.close(self.pipe)
            self.pipe = None


class Inbox:
    """A named pipe in the job's folder, through which servers send input: it never comes to the disk."""

    def __init__(self, path):
        self.path, self.rest = path, b""
        os.mkfifo(path, 0o600)
        self.pipe = os.open(path, os.O_RDWR | os.O_NONBLOCK)  # with itself as a writer, it has no end

    def read(self):
        """The messages that have arrived, `{"text", "eof"}` each; what a killed server left is no message."""
        try:
            *lines, self.rest = (self.rest + os.read(self.pipe, PIECE)).split(b"\n")
        except BlockingIOError:
            return
        for line in filter(None, lines):
            try:
                yield json.loads(line)
            except ValueError:
                pass

    def close(self):
        """From here on servers find that the input has ended."""
        if self.pipe is not None:
            try:
                os.unlink(self.path)
            except OSError:
                pass  # its script has removed it, or hides the folder
            os.close(self.pipe)
            self.pipe = None


def encode(text):
    return text.encode("utf-8", "surrogatepass")
