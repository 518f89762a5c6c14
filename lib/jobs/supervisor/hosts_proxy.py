"""The network of a sandbox that reaches some hosts only: a proxy on its loopback, and nothing else.

It takes CONNECT, and SOCKS 5 with host names. It runs in threads of the supervisor, so it lives as long as
the job; only the socket that it listens on is in the sandbox' network. It dials the very address that it has
checked: a name that changes its address meanwhile, or has one inside this network, leads nowhere.
"""
import array
import ctypes
import fcntl
import ipaddress
import os
import select
import socket
import struct
import threading

from allowed_hosts import Hosts, Refused

PORT = 3128
NEW_USER, NEW_NET = 0x10000000, 0x40000000  # CLONE_NEWUSER, CLONE_NEWNET; linux/sched.h
GET_USER_NAMESPACE = 0xB701  # NS_GET_USERNS, linux/nsfs.h
MOST_CONNECTIONS = 128
MOST_HEAD_BYTES = 8192
HEAD_SECONDS = 20
PIECE = 65536


def start(pid, hosts, index_hosts=()):
    """Serves the network namespace of a process."""
    listener = listen_in(pid)
    allowed = Hosts(hosts, index_hosts)
    free = threading.BoundedSemaphore(MOST_CONNECTIONS)

    def accept():
        while True:
            free.acquire()
            connection, _ = listener.accept()
            threading.Thread(target=serve, args=(connection, allowed, free), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()


def listen_in(pid):
    """A socket that listens in the namespace of another process; a child goes there to make it."""
    ours, theirs = socket.socketpair()
    child = os.fork()
    if child == 0:
        try:
            enter(pid)
            listener = socket.socket()
            listener.bind(("127.0.0.1", PORT))
            listener.listen(MOST_CONNECTIONS)
            rights = array.array("i", [listener.fileno()])
            theirs.sendmsg([b"."], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
        finally:
            os._exit(0)
    theirs.close()
    received = array.array("i")
    with ours:
        _, ancillary, _, _ = ours.recvmsg(1, socket.CMSG_SPACE(received.itemsize), socket.MSG_CMSG_CLOEXEC)
    os.waitpid(child, 0)
    if not ancillary:
        raise OSError("the proxy of its sandbox could not be started")
    received.frombytes(ancillary[0][2])
    return socket.socket(fileno=received[0])


def enter(pid):
    setns = ctypes.CDLL(None, use_errno=True).setns
    network = os.open("/proc/%d/ns/net" % pid, os.O_RDONLY)
    owner = fcntl.ioctl(network, GET_USER_NAMESPACE)
    for descriptor, kind in (owner, NEW_USER), (network, NEW_NET):
        if setns(descriptor, kind) != 0:
            raise OSError(ctypes.get_errno(), "setns")


def serve(connection, hosts, free):
    try:
        with connection:
            connection.settimeout(HEAD_SECONDS)
            first = connection.recv(1, socket.MSG_PEEK)
            if first == b"\x05":
                serve_socks(connection, hosts)
            else:
                serve_connect(connection, hosts)
    except (OSError, ValueError):
        pass  # one of both has gone
    finally:
        free.release()


def serve_connect(connection, hosts):
    head = read_head(connection)
    method, target = (head.split(b"\r\n", 1)[0].decode("latin-1").split(" ") + [""])[:2]
    if method != "CONNECT":
        return answer(connection, "405 Method Not Allowed", "This proxy takes CONNECT only: use https")
    try:
        host, port = split_target(target)
        upstream = hosts.dial(host, port)
    except Refused as error:
        return answer(connection, "403 Forbidden", str(error))
    except OSError as error:
        return answer(connection, "502 Bad Gateway", str(error))
    with upstream:
        connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        relay(connection, upstream)


def read_head(connection):
    head = b""
    while b"\r\n\r\n" not in head:
        piece = connection.recv(1)  # what follows the head is for the other side
        if not piece or len(head) > MOST_HEAD_BYTES:
            raise ValueError("no head of a request")
        head += piece
    return head


def answer(connection, status, text):
    body = text.encode() + b"\n"
    head = "HTTP/1.1 %s\r\nContent-Type: text/plain\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
    connection.sendall((head % (status, len(body))).encode() + body)


def split_target(target):
    host, colon, port = target.rpartition(":")
    if not colon or not port.isdigit():
        raise Refused("CONNECT takes HOST:PORT, not %s" % target[:200])
    return host.strip("[]"), int(port)


def serve_socks(connection, hosts):
    """RFC 1928, without a password, CONNECT to names and addresses."""
    receive(connection, receive(connection, 2)[1])
    connection.sendall(b"\x05\x00")
    _, command, _, kind = receive(connection, 4)
    if command != 1 or kind not in (1, 3, 4):
        return connection.sendall(socks_reply(7))
    if kind == 3:
        host = receive(connection, receive(connection, 1)[0]).decode("latin-1")
    else:
        host = str(ipaddress.ip_address(receive(connection, 4 if kind == 1 else 16)))
    (port,) = struct.unpack("!H", receive(connection, 2))
    try:
        upstream = hosts.dial(host, port)
    except Refused:
        return connection.sendall(socks_reply(2))
    except OSError:
        return connection.sendall(socks_reply(4))
    with upstream:
        connection.sendall(socks_reply(0))
        relay(connection, upstream)


def socks_reply(code):
    return bytes([5, code, 0, 1]) + bytes(6)


def receive(connection, count):
    data = b""
    while len(data) < count:
        piece = connection.recv(count - len(data))
        if not piece:
            raise ValueError("the request ended too early")
        data += piece
    return data


def relay(one, other):
    """Moves bytes both ways until both sides have ended."""
    for connection in one, other:
        connection.settimeout(None)
    targets = {one: other, other: one}
    while targets:
        for source in select.select(list(targets), [], [])[0]:
            data = source.recv(PIECE)
            if data:
                targets[source].sendall(data)
            else:
                targets.pop(source).shutdown(socket.SHUT_WR)
