"""Which pages of memory a process copies from its parent while it has a job, and how the next one copies them ahead.

What was forked shares the memory of its parent until it writes to it: then the system copies page after page, nine
hundred for a short run by a warm host. One that waits for its job has the time for it, and the system copies many
at once (Linux 5.14 and later; elsewhere nothing is copied ahead).
"""
import os
import struct

try:
    import _ctypes  # and not `ctypes`, which a script of a warm host imports itself
except ImportError:
    _ctypes = None

POPULATE_WRITE = 23  # linux/mman.h
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
# Of an entry of /proc/self/pagemap: present, of no file, and mapped by no other process.
MASK, IS_COPIED = 1 << 63 | 1 << 61 | 1 << 56, 1 << 63 | 1 << 56
MOST_GAP = 1  # page: one too many takes as long as one more call
MOST_PAGES = 2000
MOST_BYTES = 64 << 10  # that a pipe holds, more than so many pages take
RANGE = struct.Struct("QQ")

if _ctypes:
    _madvise = _ctypes.dlsym(_ctypes.dlopen(None, 2), "madvise")

    class Address(_ctypes._SimpleCData):
        _type_ = "P"


class CopiedPages:
    """Of processes that do the same: the first one that has had a job tells the parent by a pipe."""

    def __init__(self):
        self.before = None
        self.ranges = None if _ctypes else b""
        self.told, self.tells = os.pipe()
        os.set_blocking(self.told, False)
        os.set_blocking(self.tells, False)

    def look(self):
        """To be called in the parent before it forks one."""
        if self.ranges is None:
            try:
                self.ranges = os.read(self.told, MOST_BYTES)
            except BlockingIOError:
                pass  # none has had a job yet

    @property
    def descriptors(self):
        """What one is to keep open until it calls `tell`."""
        return [self.tells] if self.ranges is None else []

    def copy_ahead(self):
        """To be called in one that is about to wait for its job."""
        if self.ranges is None:
            try:
                self.before = copied()
            except OSError:
                pass  # this system tells nobody
            return
        try:
            for first, last in RANGE.iter_unpack(self.ranges):
                size = (last - first) * PAGE_BYTES
                _ctypes.call_function(_madvise, (Address(first * PAGE_BYTES), size, POPULATE_WRITE))
        except (struct.error, _ctypes.ArgumentError):
            pass  # a script has written to the pipe: what comes after it goes on without

    def tell(self):
        """To be called in one that has had a job, and called `copy_ahead` before it."""
        if self.ranges is not None:
            return
        try:
            if self.before is not None:
                pages, self.before = sorted(copied() - self.before), None
                os.write(self.tells, ranges_of(pages[:MOST_PAGES]))
        except OSError:
            pass  # the parent is dead, or knows it from another one
        finally:
            os.close(self.tells)


def copied():
    """The numbers of the pages of this process that are no other's."""
    pages = set()
    with open("/proc/self/pagemap", "rb", 0) as pagemap:
        for first, last in writable_regions():
            entries = os.pread(pagemap.fileno(), 8 * (last - first), 8 * first)
            found = enumerate(struct.iter_unpack("Q", entries), first)
            pages.update(page for page, (entry,) in found if entry & MASK == IS_COPIED)
    return pages


def writable_regions():
    """The first page, and the one after the last, of each region of private memory that can be written to."""
    with open("/proc/self/maps") as maps:
        lines = maps.read().splitlines()
    for line in lines:
        fields = line.split()
        if fields[1] == "rw-p":
            yield [int(number, 16) // PAGE_BYTES for number in fields[0].split("-")]


def ranges_of(pages):
    ranges = []
    for page in pages:
        if ranges and page - ranges[-1][1] <= MOST_GAP:
            ranges[-1][1] = page + 1
        else:
            ranges.append([page, page + 1])
    return b"".join(RANGE.pack(*one) for one in ranges)
