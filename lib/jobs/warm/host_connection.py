"""A launcher's connection to a warm host."""
import _socket
import json
import os
import struct

import slots
from learned import state_of
from request_socket import is_ours


class HostConnection:
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


def connect(path, key):
    """Connects to a host that another launcher has started; None where it is gone, not ours, or does not fit the key.

    Raises _socket.timeout where it does not answer at once.
    """
    socket = _socket.socket(_socket.AF_UNIX, _socket.SOCK_SEQPACKET)
    folder, name = os.path.split(path)
    try:
        os.chdir(folder)  # a socket's path has at most 107 bytes
        try:
            socket.settimeout(0.05)
            socket.connect(name)
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
    host = HostConnection(socket, key, path)
    host.loaded, host.modules = frozenset(answer["loaded"]), answer["modules"]
    return host


def pid_of(socket):
    return struct.unpack("3i", socket.getsockopt(_socket.SOL_SOCKET, _socket.SO_PEERCRED, 12))[0]
