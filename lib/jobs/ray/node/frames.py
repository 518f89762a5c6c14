"""What a job on a cluster tells whoever follows it: lines on its standard output, which Ray keeps in a file.

Each is `@python-mcp {JSON}`. Bytes travel as base64 with their offset: the follower knows what it has
already, and whatever else comes into the file (Ray's own lines, bytes that are no text) disturbs nothing.
"""
import base64
import json
import os

PREFIX = b"@python-mcp "
PIECE = 48 << 10


def send(kind, **values):
    line = PREFIX + json.dumps(dict(values, kind=kind)).encode() + b"\n"
    while line:
        line = line[os.write(1, line) :]


class FileSender:
    """Sends what a growing file gets."""

    def __init__(self, path, name):
        self.path, self.name, self.offset, self.pieces = path, name, 0, 0

    def send_new(self, most=None):
        """Sends what is there now, `most` bytes at most; returns how many that were."""
        sent = 0
        try:
            with open(os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
                file.seek(self.offset)
                while most is None or sent < most:
                    data = file.read(PIECE if most is None else min(PIECE, most - sent))
                    if not data:
                        break
                    send("data", file=self.name, at=self.offset, data=base64.b64encode(data).decode())
                    self.offset += len(data)
                    self.pieces += 1
                    sent += len(data)
        except FileNotFoundError:
            pass  # not made yet
        except OSError:
            pass  # the script has put something else there
        return sent
