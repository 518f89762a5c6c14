"""Asks a launcher of jobs for something, over its socket; see request_socket.py."""

import json
import os
import socket
import time

import _python_mcp_names as names
from _python_mcp_job_files import JobError, listed, read, server_lives

_LONGEST_REQUEST = 64 << 20
_ANSWER_SECONDS = 30
_NEXT_LAUNCHER_SECONDS = 10


def ask(folder, request, is_done):
    """Has the launcher that started this job, or another one that lives, do something; returns its answer."""
    home = os.path.dirname(os.path.dirname(folder))
    sockets = os.path.join(home, names.SOCKETS)
    line = json.dumps(request).encode() + b"\n"
    if len(line) > _LONGEST_REQUEST:
        raise ValueError("The job's stdin and environment have more than 64 MB: put the data into a file")
    own = (read(os.path.join(folder, names.ACCEPTED)) or b"none").decode()
    until = time.monotonic() + _NEXT_LAUNCHER_SECONDS
    while True:
        for name in [own] + [other for other in listed(sockets) if other != own]:
            try:
                answer = _talk(sockets, name, line)
            except OSError:
                answer = {}  # its launcher is dead, or died over this
            if "error" in answer:
                raise JobError("The job was not started: " + answer["error"])
            if "elsewhere" not in answer and (answer or is_done()):
                return answer
        if time.monotonic() > until or not server_lives(home):
            break
        time.sleep(0.1)  # until the server has started another launcher
    raise JobError(
        "The job was not started: no launcher of jobs answers in %s; those of this job's server were killed. "
        "Start a python-mcp server with PYTHON_MCP_HOME=%s, or start this script again" % (sockets, home)
    )


def _talk(sockets, name, line):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(_ANSWER_SECONDS)
        _connect(connection, sockets, name)
        connection.sendall(line)
        with connection.makefile("rb") as answer:
            return json.loads(answer.readline() or b"{}")


def _connect(connection, sockets, name):
    path = os.path.join(sockets, name)
    if len(os.fsencode(path)) < 100:
        return connection.connect(path)
    folder = os.open(sockets, os.O_RDONLY)  # a socket's path has at most 107 bytes
    try:
        connection.connect("/proc/self/fd/%d/%s" % (folder, name))
    finally:
        os.close(folder)
