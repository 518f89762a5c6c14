"""Says which cell of a notebook runs, and since when it has done nothing."""
import os
import threading
import time

LOOK_SECONDS = 2.0
BUSY_SECONDS = 0.02 * LOOK_SECONDS  # of processor time: what uses less waits


class CellWatch:
    def __init__(self, progress, count, limit=None):
        """`progress(current, total, message)` is told what the `count` cells do, each within `limit` seconds."""
        self.progress, self.count, self.limit = progress, count, limit or float("inf")
        self.cell = 0  # the number, from 1, of the one that runs
        self.began = self.last = time.monotonic()  # when something was last seen to happen
        self.lock = threading.Lock()
        threading.Thread(target=self.watch, daemon=True).start()

    def begin(self, cell):
        with self.lock:
            self.cell = cell
            self.began = self.last = time.monotonic()
            self.tell()

    def end(self):
        """To be called when all cells have run."""
        with self.lock:
            self.cell = 0
            self.progress(self.count, self.count)

    def hear(self):
        """To be called when the cell does something. What it does while it is ended, does not count."""
        if time.monotonic() < self.began + self.limit:
            self.last = time.monotonic()

    def idle_seconds(self):
        return int(min(time.monotonic(), self.began + self.limit) - self.last)

    def tell(self, more=""):
        self.progress(self.cell - 1, self.count, "cell %d of %d%s" % (self.cell, self.count, more))

    def watch(self):
        used, has_told = processor_seconds(), False
        while used is not None:
            time.sleep(LOOK_SECONDS)
            before, used = used, processor_seconds()
            with self.lock:
                if used - before > BUSY_SECONDS:
                    self.hear()
                is_idle = self.idle_seconds() >= LOOK_SECONDS
                if self.cell and (is_idle or has_told):
                    self.tell(", idle for %d s" % self.idle_seconds() if is_idle else "")
                has_told = is_idle


def processor_seconds():
    """Of all that this process has started; None where that cannot be told."""
    try:
        import psutil  # ipykernel needs it
    except ImportError:
        return None
    total = 0.0
    for process in psutil.Process(os.getpid()).children(recursive=True):
        try:
            total += sum(process.cpu_times()[:4])  # its own, and that of its ended children
        except psutil.Error:
            pass
    return total
