"""The pipes that a script prints into, and the logs that its supervisor moves their content to.

The log files themselves would not do for a script's stdout and stderr: whatever opens /dev/stdout for
writing truncates a file, and some programs insist on a pipe.
"""
import errno
import fcntl
import os
import sys
import time

import names

VARIABLE = "PYTHON_MCP_OUTPUT_PIPES"  # tells live_output.py which pipes are the job's
STREAMS = ("stdout", names.STDOUT), ("stderr", names.STDERR)
PIPE_BYTES = 256 << 10  # what a script may print ahead; a user without privileges has 64 MiB for all pipes
SET_PIPE_SIZE = 1031  # linux/fcntl.h; in `fcntl` since Python 3.10
REST_SECONDS = 0.004  # after few bytes: a flushed line is not worth a wake-up
FIRST_REST_SECONDS = 0.03  # after a script's start: short ones end within them, and the pipe holds what they print
FEW_BYTES = 4096  # what programs print at once when they do not flush
MOST_MOVES = 16  # between two looks at all else
PIECE = 65536
REFUSED = (errno.EROFS, errno.EPERM, errno.EACCES)  # of a home that can only be read, perhaps for a while
RETRY_SECONDS = 0.5


class Pipes:
    """The two pipes of a job. Read ends never block; write ends do, as a script expects."""

    def __init__(self):
        self.reads, self.writes = [], []
        try:
            for _ in STREAMS:
                read, write = os.pipe()
                self.reads.append(read)
                self.writes.append(write)
                os.set_blocking(read, False)
                enlarge(write)
        except BaseException:
            self.close()
            raise

    @classmethod
    def of(cls, reads, writes):
        """Pipes that another process has made."""
        pipes = cls.__new__(cls)
        pipes.reads, pipes.writes = list(reads), list(writes)
        return pipes

    def prepare_writes(self):
        """Undoes what an earlier run may have done to what it shared with this one."""
        for write in self.writes:
            os.set_blocking(write, True)

    def identities(self):
        return [identity(read) for read in self.reads]

    def close_writes(self):
        while self.writes:
            os.close(self.writes.pop())

    def close(self):
        self.close_writes()
        while self.reads:
            os.close(self.reads.pop())


class OutputPipe:
    """Moves what comes out of a pipe to the end of a log that nobody else writes to."""

    def __init__(self, name, pipe, log, limit=0):
        """`limit`: the most that the log may hold, in bytes; 0: no limit."""
        self.name, self.pipe, self.log, self.limit = name, pipe, log, int(limit)
        self.offset = os.fstat(log).st_size
        self.splices = hasattr(os, "splice")
        self.rests_until = 0.0
        self.pending = b""  # read from the pipe and not in the log yet
        self.is_refused = False
        self.problem = None  # why the rest is not kept, as the end of a sentence

    def move(self):
        """Moves what is there now, and returns how many bytes: 0 when the pipe is empty, or the log refuses them."""
        self.is_refused = False
        try:
            if self.problem is None and not (self.limit and self.offset >= self.limit):
                count = self._move(min(PIPE_BYTES, self.limit - self.offset if self.limit else PIPE_BYTES))
            else:
                count = self._drop()
        except BlockingIOError:
            count = 0
        if count < FEW_BYTES:
            self.rest(RETRY_SECONDS if self.is_refused else REST_SECONDS)
        return count

    def rest(self, seconds):
        self.rests_until = time.monotonic() + seconds

    def move_on(self):
        """Moves what is there, and what comes while that is done: to wait for it costs more than to move it."""
        if self.move() < FEW_BYTES:
            return
        for _ in range(MOST_MOVES):
            if self.move() < FEW_BYTES:
                if not self.is_refused:
                    self.rests_until = 0.0  # a script that prints so much is not to wait
                return

    def move_all(self):
        """Moves all that the pipe holds, once the log takes it; to be called when nobody prints any more."""
        while (self.move() or self.is_refused) and self.problem is None:
            if self.is_refused:
                time.sleep(RETRY_SECONDS)

    def _move(self, most):
        try:
            count = self._splice(most) if self.splices else self._copy(most)
        except BlockingIOError:
            raise
        except OSError as error:
            if error.errno in REFUSED:
                self.is_refused = True
                return 0
            self.problem = "its %s could not be stored: %s" % (self.name, os.strerror(error.errno))
            return self._drop()
        self.offset += count
        return count

    def _splice(self, most):
        # Inside the kernel: nothing is lost when this process is killed meanwhile.
        try:
            return os.splice(self.pipe, self.log, most, offset_dst=self.offset, flags=os.SPLICE_F_NONBLOCK)
        except BlockingIOError:
            raise
        except OSError as error:
            if error.errno in REFUSED:
                raise
            self.splices = False  # not every file system can; what is really wrong shows now
            return self._copy(most)

    def _copy(self, most):
        self.pending = self.pending or os.read(self.pipe, min(most, PIECE))
        written = os.pwrite(self.log, self.pending, self.offset) if self.pending else 0
        self.pending = self.pending[written:]
        return written

    def _drop(self):
        count = len(os.read(self.pipe, PIECE))
        if count and self.problem is None:
            limit = "%d MB (PYTHON_MCP_MAX_OUTPUT_MB)" % (self.limit >> 20)
            self.problem = "its %s exceeded the limit of %s" % (self.name, limit)
        return count


def enlarge(pipe):
    if sys.platform == "linux":
        try:
            fcntl.fcntl(pipe, SET_PIPE_SIZE, PIPE_BYTES)
        except OSError:
            pass  # the user has many pipes: then one of the usual size


def identity(descriptor):
    stat = os.fstat(descriptor)
    return "%d:%d" % (stat.st_dev, stat.st_ino)


def open_logs(folder, reads, limit=0):
    """The pipes that there are, each with the log that it goes to."""
    outputs = []
    for (name, file), read in zip(STREAMS, reads):
        if read is None:
            continue
        # Without O_APPEND, which splice(2) refuses.
        log = os.open(os.path.join(folder, file), os.O_RDWR | os.O_CREAT, 0o600)
        outputs.append(OutputPipe(name, read, log, limit))
    return outputs


def reopen(pids, identities):
    """Read ends of pipes that some of these processes have open; None for one that none has."""
    found = {}
    for _, known, path in open_ends(pids):
        if known in identities and known not in found:
            try:
                found[known] = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
            except OSError:
                pass  # closed meanwhile
    return [found.get(known) for known in identities]


def writers(pids, identities):
    """Those of the processes that can write to one of the pipes."""
    return {pid for pid, known, path in open_ends(pids) if known in identities and is_writable(path)}


def open_ends(pids):
    """Process, identity and path of what processes have open; only where there is /proc."""
    for pid in pids:
        try:
            names = os.listdir("/proc/%d/fd" % pid)
        except OSError:
            continue  # gone, or no /proc
        for name in names:
            path = "/proc/%d/fd/%s" % (pid, name)
            try:
                if os.readlink(path).startswith("pipe:"):
                    stat = os.stat(path)
                    yield pid, "%d:%d" % (stat.st_dev, stat.st_ino), path
            except OSError:
                pass  # closed meanwhile


def is_writable(path):
    try:
        with open(path.replace("/fd/", "/fdinfo/")) as info:
            flags = next(line for line in info if line.startswith("flags:"))
        return int(flags.split()[1], 8) & os.O_ACCMODE != os.O_RDONLY
    except (OSError, StopIteration):
        return False
