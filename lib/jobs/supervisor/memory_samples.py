"""What one run of a command occupies while it goes on."""
import process_tree

MOST = 400  # samples that are kept
FIRST_SHARE = 1 / 8  # of the interval: a run that is shorter than it has a profile too


class MemorySamples:
    """Samples of the processes below this one, `interval_seconds` apart; none without an interval."""

    def __init__(self, interval_seconds):
        self.interval = interval_seconds
        self.step = interval_seconds * FIRST_SHARE if interval_seconds else 0.0
        self.next = 0.0 if interval_seconds else float("inf")
        self.taken = []  # seconds since the start, resident bytes
        self.peak = 0

    def take_when_due(self, at):
        """To be called at least when `next` comes; both are seconds since the start of the run."""
        if at < self.next:
            return
        used = process_tree.resident_bytes(process_tree.descendants())
        self.peak = max(self.peak, used)
        self.taken.append((round(at, 3), used))
        if len(self.taken) > MOST:
            # Of two neighbours the larger stays, so that a peak is never thinned out.
            self.taken = [max(pair, key=lambda sample: sample[1]) for pair in zip(self.taken[::2], self.taken[1::2])]
        self.next = max(self.next + self.step, at + self.step / 2)
        self.step = min(2 * self.step, self.interval)
