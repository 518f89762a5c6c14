"""Starts a warm host."""
import _socket
import json
import os

import spawn_command
from host_connection import HostConnection
from learned import Learned, modules_of

FOLDER = os.path.dirname(os.path.abspath(__file__))
MARKER = "/python-mcp-warm-host/" + "x" * 4096  # as in own_memory.py


def start_host(places, key, warm, lock):
    """Returns the connection to a host that is not ready yet.

    `places`: the home, its runtime, and its folder of sockets; `lock`: the host has it as descriptor 4 until
    it is ready.
    """
    home, runtime, folder = places
    environ = dict(key["environ"])
    hook = os.path.join(FOLDER, "hook")
    environ["PYTHONPATH"] = os.pathsep.join(filter(None, [hook, environ.get("PYTHONPATH")]))
    learned = Learned(home, key["python"]).read()
    modules = key["modules"] if "modules" in key else modules_of(learned)
    modules = modules if warm["mode"] == "imports" else []
    first = {"key": key, "folder": folder, "runtime": runtime, "environ": environ}
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
    host = HostConnection(ours, key)
    host.pid = pid
    return host
