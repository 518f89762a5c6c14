"""What the proxy of a sandbox lets through; see hosts_proxy.py."""
import ipaddress
import socket

DIAL_SECONDS = 30


class Refused(Exception):
    pass


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
