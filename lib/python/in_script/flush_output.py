"""A part of the start-up hook, see live_output.py: finds what Python holds back, and when it first does."""
import os
import sys


def _make_flush(pipes):
    """Returns what flushes the output, or None where Python holds nothing back.

    `pipes` (`DEVICE:INODE`) are the job's: somebody empties them all the time. In others, as one to a
    parent process, flushing could block, and show what the script has not sent yet.
    """
    import io
    import stat
    from _weakref import ref

    def is_read(buffer):
        status = os.fstat(buffer.fileno())
        if stat.S_ISFIFO(status.st_mode):
            return "%d:%d" % (status.st_dev, status.st_ino) in pipes
        return stat.S_ISREG(status.st_mode)

    def held_back(stream):
        # Exact types only: the flush runs no code of the script.
        if type(stream) is not io.TextIOWrapper:
            return None
        try:
            buffer = stream.buffer
            if type(buffer) is io.BufferedWriter and is_read(buffer):
                return buffer
        except Exception:  # closed or detached
            pass
        return None

    streams = ["stdout"] if sys.version_info >= (3, 9) else ["stdout", "stderr"]
    originals = [getattr(sys, "__" + name + "__") for name in streams]
    # A script may detach the buffer and print through a writer of its own.
    buffers = [ref(buffer) for buffer in map(held_back, originals) if buffer is not None]
    if not buffers:
        return None
    failed = []

    def flush():
        if failed:
            return
        try:
            for name in streams:
                for stream in (getattr(sys, "__" + name + "__"), getattr(sys, name, None)):
                    # Kept in a variable, the buffer outlives a `detach` meanwhile.
                    buffer = held_back(stream)
                    if buffer is not None:
                        stream.flush()
            for buffer in buffers:
                buffer = buffer()
                if buffer is not None and is_read(buffer):
                    buffer.flush()
        except OSError:
            failed.append(True)  # such as a pipe that does not block: the script is to meet the error itself
        except Exception:
            pass  # closed meanwhile

    return flush


def _at_first_write(act):
    """Calls `act` when something is printed for the first time; afterwards nothing is left of it.

    Until then the process has no thread of ours: a thread changes what the system says of a process.
    Only the writing of bytes is watched, which text reaches at once for the time being: what goes wrong
    with text, such as its encoding, shows no function of ours in its traceback.
    """
    armed = []

    def arm(stream, buffer):
        write, size = buffer.write, stream._CHUNK_SIZE

        def first_write(data):
            disarm()
            act()
            return write(data)

        buffer.write = first_write
        stream._CHUNK_SIZE = 1
        armed.append((stream, size, buffer))

    def disarm():
        while armed:
            stream, size, buffer = armed.pop()
            vars(buffer).pop("write", None)
            try:
                stream._CHUNK_SIZE = size
            except ValueError:
                pass  # detached

    for stream in (sys.__stdout__, sys.__stderr__)[: 1 if sys.version_info >= (3, 9) else 2]:
        if stream is not None:
            arm(stream, stream.buffer)
