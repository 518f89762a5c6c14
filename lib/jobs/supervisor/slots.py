"""How many jobs of a home may run at once, and in which order; without a daemon.

A slot is a file that its supervisor keeps locked (flock(2)), so a dead supervisor frees it. A launcher
with waiting jobs announces the first of them in a file, and so does a supervisor that wants back the slot
which it has lent; only the first of all that live takes a slot.

Whoever frees a slot wakes the first that is announced, and whoever was woken and needs no slot, or no
more, wakes the next. Where nobody is left to do that (the launcher of a killed supervisor was killed
too), those that wait find the slot by themselves: a few at a time, however many there are.
"""
import fcntl
import os
import signal
import time

import names

KINDS = CALL, BACKGROUND = "call", "background"
RETURNS, STARTS = 0, 1  # of jobs of the same order, those that have begun come first
RETRY_SECONDS = 0.1
A_FEW = 8  # slots, which are looked at when nobody has told of a free one


def try_lock(path, mode=fcntl.LOCK_EX):
    """The descriptor of the locked file, or None when another process holds it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, mode | fcntl.LOCK_NB)
        return descriptor
    except BlockingIOError:
        os.close(descriptor)
        return None


def hold_own_lock(path):
    """Creates a file and keeps it locked. A sweep may remove it before it is locked: then once more."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        try:
            if os.path.samestat(os.stat(path), os.fstat(descriptor)):
                return descriptor
        except FileNotFoundError:
            pass
        os.close(descriptor)


def hold_when_possible(path, seconds, passing):
    """The same, as soon as the home can be written to. `passing`: errors that may be gone a little later."""
    until = time.monotonic() + seconds
    while True:
        try:
            return hold_own_lock(path)
        except OSError as error:
            if error.errno not in passing or time.monotonic() >= until:
                raise
            time.sleep(RETRY_SECONDS)


def is_locked(path):
    """Whether a process holds the exclusive lock. Probes share, so two do not see each other."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return False
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)


class Slot:
    """A place among the running jobs, held until the process that has it ends or lends it."""

    def __init__(self, queue, kind, order, descriptor):
        self.queue, self.kind, self.order, self.descriptor = queue, kind, order, descriptor
        self.launcher = queue.owner

    @property
    def is_lent(self):
        return self.descriptor is None

    @property
    def was_lent(self):
        return self.queue.rank == RETURNS

    def move_to_background(self):
        """Gives the place of a call back once there is one for a background job."""
        if self.kind != CALL:
            return
        if self.is_lent:
            self.stop_asking()
            self.kind = BACKGROUND
            return
        descriptor = self.queue.free_slot(BACKGROUND, A_FEW)
        if descriptor is not None:
            os.close(self.descriptor)
            self.queue.wake_first(CALL)
            self.kind, self.descriptor = BACKGROUND, descriptor

    def lend(self, job_id):
        """Lets another job have the place. `job_id`: the job whose supervisor this process is."""
        if self.queue.owner != job_id:  # the launcher's, whose descriptors are closed here
            self.queue = Queue(self.queue.home, self.queue.limit, job_id, RETURNS)
        os.close(self.descriptor)
        self.descriptor = None
        self.queue.wake_first(self.kind)

    def take_back(self, was_woken):
        """False when it is not this job's turn; then it is announced and to be tried again."""
        try:
            is_known = not self.queue.announce(self.kind, self.order)
            slot = self.queue.take(self.kind, self.order, is_known and not was_woken)
            if slot is None:
                return False
            self.descriptor = slot.descriptor
            self.stop_asking()
            return True
        except OSError:
            return False  # no file can be had just now

    def stop_asking(self):
        if self.queue.rank == RETURNS and self.queue.announce(self.kind, None):
            self.queue.wake_first(self.kind)

    def leave(self):
        """Gives the place up for good. A launcher that lives sees the end of the job's supervisor itself."""
        if not self.is_lent and not self.queue.lives(self.launcher):
            os.close(self.descriptor)
            self.queue.wake_first(self.kind)


class Queue:
    def __init__(self, home, limit, owner, rank=STARTS):
        self.home, self.folder = home, os.path.join(home, names.QUEUE)
        self.limit, self.owner, self.rank = limit, owner, rank
        self.announced = {CALL: None, BACKGROUND: None}
        self.next = {CALL: 0, BACKGROUND: 0}  # the slots to look at next
        self.lock = os.open(os.path.join(self.folder, names.LOCK), os.O_RDWR | os.O_CREAT, 0o600)

    def free_slot(self, kind, at_most):
        """The descriptor of a free slot, or None where at most that many, from the next one on, are taken."""
        for _ in range(min(at_most, self.limit)):
            path = os.path.join(self.home, names.SLOTS, "%s-%d" % (kind, self.next[kind]))
            descriptor = try_lock(path)
            if descriptor is not None:
                return descriptor
            self.next[kind] = (self.next[kind] + 1) % self.limit
        return None

    def take(self, kind, order, only_a_few=False):
        """A Slot if one is found free and no job of another owner comes first, else None."""
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        try:
            descriptor = self.free_slot(kind, A_FEW if only_a_few else self.limit)
            if descriptor is None:
                return None
            first = self.first_announced(kind, self.owner)
            if first is None or first > (order, self.rank, os.getpid()):
                return Slot(self, kind, order, descriptor)
            os.close(descriptor)
            wake(first)
            return None
        finally:
            fcntl.flock(self.lock, fcntl.LOCK_UN)

    def wake_first(self, kind):
        """Tells the one whose job comes next that a slot may be free."""
        try:
            wake(self.first_announced(kind))
        except OSError:
            pass  # it looks by itself a little later

    def first_announced(self, kind, but_not_of=None):
        """Order, rank and owner's pid of the first job that waits where somebody lives, but of one owner."""
        found = []
        folder = os.path.join(self.home, names.QUEUED)
        for name in os.listdir(folder):
            of_kind, _, owner = name.partition(".")
            if of_kind != kind or owner == but_not_of:
                continue
            path = os.path.join(folder, name)
            if not self.lives(owner):
                remove(path)
                continue
            try:
                with open(path, "rb") as file:
                    order, rank, pid = map(int, file.read().split())
                found.append((order, rank, pid))
            except (FileNotFoundError, ValueError):
                pass  # not waiting any more, or about to be announced
        return min(found, default=None)

    def asks(self, owner):
        """Whether the launcher or the job with this id waits for a slot."""
        queued = ("%s.%s" % (kind, owner) for kind in (CALL, BACKGROUND))
        return any(os.path.exists(os.path.join(self.home, names.QUEUED, name)) for name in queued)

    def lives(self, owner):
        """Whether the launcher, or the supervisor of the job, with this id lives."""
        return is_locked(os.path.join(self.home, names.OWNERS, owner)) or is_locked(
            os.path.join(self.home, names.JOBS, owner, names.LOCK)
        )

    def announce(self, kind, order):
        """Says which job of this owner comes first; None: none waits. True when that is news whether any does."""
        if self.announced[kind] == order:
            return False
        path = os.path.join(self.home, names.QUEUED, "%s.%s" % (kind, self.owner))
        if order is None:
            remove(path)
        else:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
            try:
                os.pwrite(descriptor, b"%016d %d %010d" % (order, self.rank, os.getpid()), 0)
            finally:
                os.close(descriptor)
        is_news = (self.announced[kind] is None) != (order is None)
        self.announced[kind] = order
        return is_news


def wake(first):
    if first is not None:
        try:
            os.kill(first[2], signal.SIGUSR1)
        except ProcessLookupError:
            pass


def remove(path):
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass
