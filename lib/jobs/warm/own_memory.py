"""What Python and Linux remember of the command line that started this process, and how to change that.

Linux only. `_ctypes` and not `ctypes`: a script that imports the latter gets a fresh one.
"""
import _ctypes
import os
import struct

# Python keeps the path of the script, and its argument, as wide strings as long as this one: a shorter one can
# be written over it in place. The longest path has 4095 bytes.
MARKER = "/python-mcp-warm-host/" + "x" * 4096
LONGEST = len(MARKER)
SET_MM, SET_MM_MAP, NO_FILE = 35, 14, 0xFFFFFFFF  # linux/prctl.h
SET_CHILD_SUBREAPER = 36
BYTES_HEAD = bytes.__basicsize__ - 1
REGION_BYTES = 64 << 20  # what is larger holds data, not Python's configuration
COUNT = struct.Struct("N")

library = _ctypes.dlopen(None, 2)
_prctl = _ctypes.dlsym(library, "prctl")
_sbrk = _ctypes.dlsym(library, "sbrk")


def become_subreaper():
    return _ctypes.call_function(_prctl, (SET_CHILD_SUBREAPER, 1, 0, 0, 0)) == 0


def wide(text):
    return text.encode("utf-32-le", "surrogatepass") + b"\0\0\0\0"


def places_of_marker():
    """The addresses of Python's copies of MARKER. Found by a child, whose memory may fill up with more of them."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.write(write, struct.pack("8N", *(_search(wide(MARKER)) + [0] * 8)[:8]))
        finally:
            os._exit(0)
    os.close(write)
    found = os.read(read, 1024)
    os.close(read)
    os.waitpid(pid, 0)
    if not found:
        return []
    with open("/proc/self/mem", "rb", 0) as memory:
        whole = LONGEST * 4
        # The child's own copies are none of this process; the pattern here is not in one piece.
        return [
            place
            for place in struct.unpack("8N", found)
            if place and os.pread(memory.fileno(), whole + 4, place) == wide(MARKER)
        ]


def _search(pattern):
    own, found = id(pattern) + BYTES_HEAD, []
    with open("/proc/self/maps") as maps:
        lines = maps.read().splitlines()
    with open("/proc/self/mem", "rb", 0) as memory:
        for line in lines:
            fields = line.split()
            first, last = (int(number, 16) for number in fields[0].split("-"))
            if not fields[1].startswith("rw") or last - first > REGION_BYTES or fields[4] != "0":
                continue
            try:
                region = os.pread(memory.fileno(), last - first, first)
            except OSError:
                continue
            at = region.find(pattern)
            while at >= 0:
                if first + at != own:
                    found.append(first + at)
                at = region.find(pattern, at + 4)
            del region
    return found


def write_wide(places, text):
    """Writes over copies of MARKER, but for those that Python had freed, where imports now have something else."""
    data, marker = wide(text), wide(MARKER)
    memory = os.open("/proc/self/mem", os.O_RDWR)
    for place in places:
        if os.pread(memory, len(marker), place) == marker:
            os.pwrite(memory, data, place)
    os.close(memory)


class CommandLine:
    """What `ps` shows of this process, and /proc/self/cmdline and environ."""

    def __init__(self):
        with open("/proc/self/stat", "rb") as stat:
            fields = stat.read().rpartition(b")")[2].split()
        field = lambda number: int(fields[number - 3])  # see proc(5)
        self.code = field(26), field(27), field(45), field(46)
        self.heap, self.stack = field(47), field(28)

    def set(self, argv, environ):
        """Both are lists of bytes. False where the system does not allow it."""
        arguments = b"".join(part + b"\0" for part in argv)
        text = arguments + b"".join(part + b"\0" for part in environ)
        first = id(text) + BYTES_HEAD
        if not keep_for_ever(text):
            return False
        low = _ctypes.call_function(_sbrk, (0,)) & 0xFFFFFFFF  # call_function knows only int
        end = self.heap & ~0xFFFFFFFF | low
        end += (end < self.heap) << 32
        middle = first + len(arguments)
        areas = self.code + (self.heap, end, self.stack, first, middle, middle, first + len(text))
        table = struct.pack("<12Q2I", *(areas + (0, 0, NO_FILE)))
        return _ctypes.call_function(_prctl, (SET_MM, SET_MM_MAP, table, len(table), 0)) == 0


def keep_for_ever(thing):
    """Has Python never free an object: the system reads it as long as the process lives."""
    memory = os.open("/proc/self/mem", os.O_RDWR)
    try:
        count = COUNT.unpack(os.pread(memory, COUNT.size, id(thing)))[0]
        if count & 0xFFFFFFFF > 1000:
            return False  # no count of references as it is known
        os.pwrite(memory, COUNT.pack(count + (1 << 20)), id(thing))
        return True
    finally:
        os.close(memory)
