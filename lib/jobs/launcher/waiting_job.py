"""A job that waits in a launcher."""
import mmap


class WaitingJob:
    """Its spec stays text, in pages that a fork leaves out: what a script's parent has in memory counts
    for the script's ru_maxrss, and environment values of others are none of its business."""

    __slots__ = ("id", "order", "pages")

    def __init__(self, spec, line):
        self.id, self.order = spec["id"], spec["order"]
        try:
            self.pages = mmap.mmap(-1, len(line), mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
            self.pages.madvise(mmap.MADV_DONTFORK)
            self.pages[:] = line
        except (AttributeError, OSError):  # not Linux, or too many mappings
            self.pages = line

    def __lt__(self, other):
        return self.order < other.order

    @property
    def line(self):
        return bytes(self.pages)
