"""`transcript.jsonl` of a session: what ran in it, with its outputs as nbformat has them."""
import json
import os
import time

import job_folder
import names

MOST_TEXT = 100000  # bytes of a stream in one cell, half from its beginning and half from its end
MOST_EVENTS = 2000


class Transcript:
    def __init__(self, folder):
        self.folder, self.path = folder, os.path.join(folder, names.TRANSCRIPT)

    def add(self, kind, **fields):
        line = json.dumps(dict({"type": kind, "at": time.time()}, **fields)).encode() + b"\n"
        try:
            descriptor = os.open(
                self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | job_folder.CAREFULLY, 0o600
            )
            try:
                os.write(descriptor, line)
            finally:
                os.close(descriptor)
        except OSError:
            pass  # a full disk: the session goes on

    def begin(self):
        """Puts aside what there is: a session begins anew."""
        try:
            os.replace(self.path, os.path.join(self.folder, names.PREVIOUS_TRANSCRIPT))
        except OSError:
            pass

    def keep_picture(self, artifacts, name):
        """Keeps a picture of a cell's artifacts beside the transcript; returns its path from there, or None."""
        pictures = os.path.join(self.folder, names.PICTURES)
        try:
            os.makedirs(pictures, 0o700, exist_ok=True)
            target = os.path.join(pictures, name)
            job_folder.remove(target)
            folder = open_folder(artifacts)
            try:
                os.link(name, target, src_dir_fd=folder, follow_symlinks=False)
            finally:
                os.close(folder)
            return "%s/%s" % (names.PICTURES, name)
        except OSError:
            return None


def open_folder(path):
    """Opens the folder of artifacts: neither it nor the one around it may be a link, which a cell can make."""
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
    around = os.open(os.path.dirname(path), flags)
    try:
        return os.open(os.path.basename(path), flags, dir_fd=around)
    finally:
        os.close(around)


class Printed:
    """A part of a stream; of its bytes the last `hidden` belong to an output that is shown otherwise, or was cleared."""

    __slots__ = ("stream", "count", "hidden")

    def __init__(self, stream, count):
        self.stream, self.count, self.hidden = stream, count, 0


class CellOutputs:
    """What a cell prints and shows, in its order."""

    def __init__(self):
        self.events = []  # each Printed, or an output of nbformat
        self.sizes = {}

    def printed(self, stream, count):
        if count <= 0:
            return
        self.sizes[stream] = self.sizes.get(stream, 0) + count
        last = self.events[-1] if self.events else None
        if len(self.events) >= MOST_EVENTS:
            last = self.last_of(stream)  # beyond so many their order is not worth its memory
        if type(last) is Printed and last.stream == stream and not last.hidden:
            last.count += count
        else:
            self.events.append(Printed(stream, count))

    def last_of(self, stream):
        return next((one for one in reversed(self.events) if type(one) is Printed and one.stream == stream), None)

    def show(self, output, repeated, stream):
        """`repeated`: so many bytes at the end of the stream say the same once more."""
        last = self.last_of(stream)
        if last is not None:
            last.hidden += min(repeated, last.count - last.hidden)
        if len(self.events) < MOST_EVENTS:
            self.events.append(output)

    def clear(self):
        self.events = [one for one in self.events if type(one) is Printed]
        for one in self.events:
            one.hidden = one.count

    def collect(self, logs):
        """The outputs as nbformat has them. `logs`: descriptors by stream."""
        outputs, at = [], {}
        for one in self.events:
            if type(one) is not Printed:
                outputs.append(one)
                continue
            start = at.get(one.stream, 0)
            at[one.stream] = start + one.count
            text = self.text(logs[one.stream], one.stream, start, one.count - one.hidden)
            if text:
                outputs.append({"output_type": "stream", "name": one.stream, "text": text})
        return outputs

    def text(self, log, stream, start, count):
        """What was printed there, of a long stream its beginning and its end."""
        total, half, end = self.sizes[stream], MOST_TEXT // 2, start + count
        if total <= MOST_TEXT:
            return os.pread(log, count, start).decode("utf-8", "replace")
        head = os.pread(log, max(0, min(end, half) - start), start)
        begins = max(start, total - half)
        tail = os.pread(log, max(0, end - begins), begins)
        mark = "\n… [%d bytes omitted] …\n" % (total - MOST_TEXT) if start < half < end else ""
        return head.decode("utf-8", "replace") + mark + tail.decode("utf-8", "replace")
