"""Standard output and error of a session: they go to the cell that runs, wherever else it may have left them."""
import io
import os
import sys
import threading

MAIN = threading.main_thread().ident
ATTRIBUTE = "_python_mcp_cell"
NUMBERS = {"stdout": 1, "stderr": 2}
SHARED = "IPython.core.magics.script"  # its one thread prints what `%%bash` says, in whichever cell


class Stream(io.TextIOWrapper):
    """Text of the main thread, and of threads that the running cell has started, goes to the cell's pipe.

    What threads of earlier cells print is told to the supervisor, who knows whose it is.
    """

    streams = None

    def write(self, text):
        if threading.get_ident() != MAIN and self.streams is not None:
            cell = getattr(threading.current_thread(), ATTRIBUTE, self.streams.cell)
            if cell != self.streams.cell or not self.streams.running:
                self.streams.control.send({"late": cell or 0, "text": text})
                return len(text)
        return super().write(text)


class Streams:
    def __init__(self, control):
        self.control, self.cell, self.running = control, None, False
        # Where the text goes that is printed between cells: pipes of the session, kept at hand.
        self.between = [self.keep(one) for one in (1, 2)]
        self.made = {}
        self.renew()
        watch_threads(self)

    @staticmethod
    def keep(descriptor):
        import fcntl

        return fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 10)

    def renew(self):
        """A cell may have closed or replaced them."""
        for name in NUMBERS:
            made = self.usable(name)
            setattr(sys, name, made)
            setattr(sys, "__%s__" % name, made)

    def usable(self, name):
        """Ours, made again where a cell has closed it; `sys` keeps what the cell has put there."""
        number, made = NUMBERS[name], self.made.get(name)
        try:
            if made is not None and not made.closed and made.fileno() == number:
                return made
        except (ValueError, io.UnsupportedOperation):
            pass  # detached
        file = io.FileIO(number, "w", closefd=False)
        made = Stream(io.BufferedWriter(file), encoding="utf-8", errors="backslashreplace", line_buffering=False)
        made.streams = self
        made.mode = "w"
        self.made[name] = made
        return made

    def begin(self, cell, descriptors):
        for number, descriptor in enumerate(descriptors, 1):
            os.dup2(descriptor, number)
            os.close(descriptor)
        self.cell, self.running = cell, True
        self.renew()

    def end(self):
        self.flush()
        self.drop_unwritten()
        self.running = False
        for number, descriptor in enumerate(self.between, 1):
            os.dup2(descriptor, number)

    def flush(self):
        for name in ("stdout", "stderr"):
            for one in {id(s): s for s in (self.made[name], getattr(sys, name, None))}.values():
                try:
                    one.flush()
                except Exception:
                    pass  # closed, or something else that a cell has put there

    def drop_unwritten(self):
        """What a cell printed after it closed the descriptor must not come out with the next cell."""
        for made in self.made.values():
            try:
                made.flush()
            except OSError:
                made.buffer.raw.close()
            except ValueError:
                pass  # closed or detached

    def tick(self):
        """What was printed can be read soon, flushed or not."""
        if self.running:
            for one in self.made.values():
                try:
                    if not one.closed:
                        one.flush()
                except Exception:
                    pass


def watch_threads(streams):
    """A thread belongs to the cell that has started it, or that of the thread which did."""
    start = threading.Thread.start

    def start_noted(self):
        current = threading.current_thread()
        if sys._getframe(1).f_globals.get("__name__") != SHARED:
            setattr(self, ATTRIBUTE, getattr(current, ATTRIBUTE, streams.cell))
        return start(self)

    start_noted.__name__, start_noted.__qualname__ = start.__name__, start.__qualname__
    start_noted.__doc__, start_noted.__wrapped__ = start.__doc__, start
    threading.Thread.start = start_noted
