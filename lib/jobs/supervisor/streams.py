"""What moves while a command runs: its output and its input; and the signals that come meanwhile."""
import os
import select
import signal
import time

from standard_input import MOST_WAITING, Feed


class Streams:
    def __init__(self):
        self.outputs, self.feed, self.inbox = (), None, None
        self.wake_r, wake_w = os.pipe()
        os.set_blocking(self.wake_r, False)
        os.set_blocking(wake_w, False)
        signal.set_wakeup_fd(wake_w, warn_on_full_buffer=False)
        for number in (signal.SIGCHLD, signal.SIGUSR1):
            signal.signal(number, lambda *_: None)

    def begin(self, outputs, inbox):
        self.outputs, self.inbox = outputs, inbox

    def end(self):
        self.move_outputs()
        self.outputs, self.inbox = (), None

    def feed_from(self, pipe, text):
        """`text`: what the command reads from the pipe, before what comes later."""
        is_open = self.inbox is not None and self.inbox.pipe is not None
        self.feed = Feed(pipe, text or "", is_open)

    def move_outputs(self):
        for output in self.outputs:
            output.move_all()

    def sleep(self, seconds):
        """Waits for a signal; moves input and output meanwhile. True when a signal came."""
        until = time.monotonic() + seconds
        had_problem = self.output_problem()
        while True:
            now = time.monotonic()
            ready = self.poll(now, until)
            for output in self.outputs:
                if output.pipe in ready:
                    output.move_on()
            if self.feed and self.feed.pipe in ready:
                self.feed.write()
            if self.inbox and self.inbox.pipe in ready:
                self.take_input()
            if self.wake_r in ready:
                os.read(self.wake_r, 4096)
                return True
            if now >= until or self.output_problem() != had_problem:
                return False

    def poll(self, now, until):
        """The descriptors where there is something to do before `until`; select(2) knows none above 1023."""
        poll = select.poll()
        poll.register(self.wake_r, select.POLLIN)
        if self.feed and self.feed.pipe is not None and self.feed.waiting:
            poll.register(self.feed.pipe, select.POLLOUT)
        if self.inbox and self.inbox.pipe is not None and len(self.feed.waiting) < MOST_WAITING:
            poll.register(self.inbox.pipe, select.POLLIN)
        for output in self.outputs:
            if output.rests_until <= now:
                poll.register(output.pipe, select.POLLIN)
            else:
                until = min(until, output.rests_until)
        return [descriptor for descriptor, _ in poll.poll(max(0.0, until - now) * 1000)]

    def output_problem(self):
        return next((output.problem for output in self.outputs if output.problem), None)

    def take_input(self):
        for message in self.inbox.read():
            self.feed.add(message["text"])
            if message["eof"]:
                self.feed.end()
        if not self.feed.stays_open or self.feed.pipe is None:
            self.inbox.close()

    def close_feed(self):
        if self.feed:
            self.feed.close()
