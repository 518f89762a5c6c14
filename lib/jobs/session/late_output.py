"""What threads and processes print when their cell has ended: it belongs to no later cell."""
import os

MOST = 4000  # characters that are kept until a cell can tell them
MOST_PIPES = 64


class LateOutput:
    def __init__(self, transcript):
        self.transcript = transcript
        self.pipes = {}  # number of the cell by descriptor; 0: between cells
        self.texts = {}  # by number of the cell

    def watch(self, pipe, cell):
        """Goes on reading a pipe, since whoever still prints into it must not be ended by that."""
        if len(self.pipes) >= MOST_PIPES:
            oldest = next(one for one in self.pipes if self.pipes[one])
            self.forget(oldest)
        self.pipes[pipe] = cell

    def read(self, pipe):
        try:
            data = os.read(pipe, 65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self.add(self.pipes[pipe], data.decode("utf-8", "replace"))
        else:
            self.forget(pipe)

    def forget(self, pipe):
        if self.pipes.pop(pipe, None) is not None:
            os.close(pipe)

    def add(self, cell, text):
        held = self.texts.get(cell, "")
        self.texts[cell] = held + text if len(held) < MOST else held[:MOST]

    def take(self):
        """What the next cell's note says of it, or None; the transcript has it from now on."""
        said = []
        for cell, text in sorted(self.texts.items()):
            text = text[:MOST].rstrip()
            if not text:
                continue
            self.transcript.add("late", cell=cell, text=text)
            what = "what cell %d left running" % cell if cell else "something that an earlier cell left running"
            shown = text if len(text) <= 500 else text[:500] + "…"
            said.append("Since then %s has printed: %s" % (what, shown))
        self.texts = {}
        return ". ".join(said) or None

    def close(self):
        for pipe in list(self.pipes):
            self.read(pipe)
            self.forget(pipe)
