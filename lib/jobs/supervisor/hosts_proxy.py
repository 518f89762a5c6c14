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

PORT = 3128
NEW_USER, NEW_NET = 0x10000000, 0x40000000  # CLONE_NEWUSER, CLONE_NEWNET; linux/sched.h
GET_USER_NAMESPACE = 0xB701  # NS_GET_USERNS, linux/nsfs.h
MOST_CONNECTIONS = 128
MOST_HEAD_BYTES = 8192
HEAD_SECONDS, DIAL_SECONDS = 20, 30
PIECE = 65536


class Refused(Exception):
    pass


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


class Hosts:
    """What may be reached: `name`, `*.name`, an address, each perhaps with `:port`.

    The names of `index_hosts` may have any address: companies have an index in their own networks."""

    def __init__(self, entries, index_hosts=()):
        self.names, self.addresses = set(), set()
        self.anywhere = {split_entry(entry) for entry in index_hosts}
        for entry in [*entries, *index_hosts]:
            host, port = split_entry(entry)
            address = literal(host)
            if address is None:
                self.names.add((host.lower().rstrip("."), port))
            else:
                self.addresses.add((address, port))

    def dial(self, host, port):
        """A connection to a host. Raises Refused, and OSError when it does not answer."""
        host = host.lower().rstrip(".")
        address = literal(host)
        if address is not None:
            if not self.has_address(address, port):
                raise Refused("the address %s is not in PYTHON_MCP_SANDBOX_HOSTS" % host[:200])
            return connect((str(address), port))
        if not self.has_name(host, port):
            raise Refused("the host %s is not in PYTHON_MCP_SANDBOX_HOSTS" % host[:200])
        found = [entry[4][:2] for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        checked = [where for where in found if self.may_dial(host, where[0], port)]
        if not checked:
            raise Refused(
                "the host %s has an address inside a network, which PYTHON_MCP_SANDBOX_HOSTS would have to name"
                % host[:200]
            )
        for where in checked[:-1]:
            try:
                return connect(where)
            except OSError:
                pass  # the next one may answer
        return connect(checked[-1])

    def has_name(self, host, port):
        above = host.split(".")
        patterns = [host] + ["*." + ".".join(above[index:]) for index in range(1, len(above))]
        return any((name, one) in self.names for name in patterns for one in (None, port))

    def has_address(self, address, port):
        return (address, None) in self.addresses or (address, port) in self.addresses

    def may_dial(self, host, text, port):
        address = literal(text)
        if address is None:
            return False
        if (host, port) in self.anywhere:
            return True
        if address.is_loopback and host == "localhost":
            return True
        return (address.is_global and not address.is_multicast) or self.has_address(address, port)


def connect(where):
    return socket.create_connection(where, DIAL_SECONDS)


def split_entry(entry):
    """`[::1]:443`, `::1`, `name:443`, `name`."""
    if entry.startswith("["):
        host, _, rest = entry[1:].partition("]")
        return host, int(rest[1:]) if rest[1:].isdigit() else None
    host, colon, port = entry.rpartition(":")
    if colon and port.isdigit() and ":" not in host:
        return host, int(port)
    return entry, None


def literal(host):
    """The address that a text is, in any form that the system takes for one (`0x7f.1`); None for a name."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        try:
            address = ipaddress.ip_address(socket.inet_aton(host))
        except (OSError, ValueError, UnicodeError):
            return None
    return getattr(address, "ipv4_mapped", None) or address
