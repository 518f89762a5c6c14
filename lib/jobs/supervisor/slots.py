"""How many jobs of a home may run at once, and in which order; without a daemon.

A slot is a file that its supervisor keeps locked (flock(2)), so a dead supervisor frees it. A launcher
with waiting jobs announces the first of them in a file, and so does a supervisor that wants back the slot
which it has lent; only the first of all that live takes a slot.
"""
import fcntl
import os
import signal

import names

CALL, BACKGROUND = "call", "background"
RETURNS, STARTS = 0, 1  # of jobs of the same order, those that have begun come first


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

    @property
    def is_lent(self):
        return self.descriptor is None

    def move_to_background(self):
        """Gives the place of a call back once there is one for a background job."""
        if self.kind != CALL:
            return
        if self.is_lent:
            self.stop_asking()
            self.kind = BACKGROUND
            return
        descriptor = self.queue.free_slot(BACKGROUND)
        if descriptor is not None:
            os.close(self.descriptor)
            self.kind, self.descriptor = BACKGROUND, descriptor

    def lend(self, job_id):
        """Lets another job have the place. `job_id`: the job whose supervisor this process is."""
        if self.queue.owner != job_id:  # the launcher's, whose descriptors are closed here
            self.queue = Queue(self.queue.home, self.queue.limit, job_id, RETURNS)
        os.close(self.descriptor)
        self.descriptor = None
        self.queue.wake_first_elsewhere(self.kind)

    def take_back(self):
        """False when it is not this job's turn; then it is announced and to be tried again."""
        try:
            self.queue.announce(self.kind, self.order)
            slot = self.queue.take(self.kind, self.order)
            if slot is None:
                return False
            self.descriptor = slot.descriptor
            self.stop_asking()
            return True
        except OSError:
            return False  # no file can be had just now

    def stop_asking(self):
        if self.queue.rank == RETURNS:
            self.queue.announce(self.kind, None)


class Queue:
    def __init__(self, home, limit, owner, rank=STARTS):
        self.home, self.folder = home, os.path.join(home, names.QUEUE)
        self.limit, self.owner, self.rank = limit, owner, rank
        self.announced = {CALL: None, BACKGROUND: None}
        self.lock = os.open(os.path.join(self.folder, names.LOCK), os.O_RDWR | os.O_CREAT, 0o600)

    def free_slot(self, kind):
        for number in range(self.limit):
            descriptor = try_lock(os.path.join(self.home, names.SLOTS, "%s-%d" % (kind, number)))
            if descriptor is not None:
                return descriptor
        return None

    def take(self, kind, order):
        """A Slot if one is free and no job of another owner comes first, else None."""
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        try:
            descriptor = self.free_slot(kind)
            if descriptor is None:
                return None
            first = self.first_elsewhere(kind)
            if first is None or first > (order, self.rank, os.getpid()):
                return Slot(self, kind, order, descriptor)
            os.close(descriptor)
            wake(first)
            return None
        finally:
            fcntl.flock(self.lock, fcntl.LOCK_UN)

    def wake_first_elsewhere(self, kind):
        """Tells the one whose job comes next that a slot may be free."""
        try:
            wake(self.first_elsewhere(kind))
        except OSError:
            pass  # it looks by itself a little later

    def first_elsewhere(self, kind):
        """Order, rank and owner's pid of the first job that waits elsewhere, where somebody lives."""
        found = []
        folder = os.path.join(self.home, names.QUEUED)
        for name in os.listdir(folder):
            of_kind, _, owner = name.partition(".")
            if of_kind != kind or owner == self.owner:
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
        """Says which job of this owner comes first; None: none waits."""
        if self.announced[kind] == order:
            return
        path = os.path.join(self.home, names.QUEUED, "%s.%s" % (kind, self.owner))
        if order is None:
            remove(path)
        else:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
            try:
                os.pwrite(descriptor, b"%016d %d %010d" % (order, self.rank, os.getpid()), 0)
            finally:
                os.close(descriptor)
        self.announced[kind] = order


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
