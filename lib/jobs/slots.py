"""How many jobs of a home may run at once, and in which order; without a daemon.

A slot is a file that its supervisor keeps locked (flock(2)), so a dead supervisor frees it. A launcher
with waiting jobs announces the first of them in a file; only the first of all living launchers takes a slot.
"""
import fcntl
import os
import signal

CALL, BACKGROUND = "call", "background"


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
    """A place among the running jobs, held until the process that has it ends."""

    def __init__(self, queue, kind, descriptor):
        self.queue, self.kind, self.descriptor = queue, kind, descriptor

    def move_to_background(self):
        """Gives the place of a call back once there is one for a background job."""
        if self.kind == CALL:
            descriptor = self.queue.free_slot(BACKGROUND)
            if descriptor is not None:
                os.close(self.descriptor)
                self.kind, self.descriptor = BACKGROUND, descriptor


class Queue:
    def __init__(self, home, limit, launcher):
        self.folder = os.path.join(home, "queue")
        self.owners = os.path.join(home, "owners")
        self.limit, self.launcher = limit, launcher
        self.announced = {CALL: None, BACKGROUND: None}
        self.lock = os.open(os.path.join(self.folder, "lock"), os.O_RDWR | os.O_CREAT, 0o600)

    def free_slot(self, kind):
        for number in range(self.limit):
            descriptor = try_lock(os.path.join(self.folder, "slots", "%s-%d" % (kind, number)))
            if descriptor is not None:
                return descriptor
        return None

    def take(self, kind, order):
        """A Slot if one is free and no job of another launcher comes first, else None."""
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        try:
            descriptor = self.free_slot(kind)
            if descriptor is None:
                return None
            first = self.first_elsewhere(kind)
            if first is None or first[0] > order:
                return Slot(self, kind, descriptor)
            os.close(descriptor)
            wake(first)
            return None
        finally:
            fcntl.flock(self.lock, fcntl.LOCK_UN)

    def wake_first_elsewhere(self, kind):
        """Tells the launcher whose job comes next that a slot may be free."""
        try:
            wake(self.first_elsewhere(kind))
        except OSError:
            pass  # it looks by itself a little later

    def first_elsewhere(self, kind):
        """Order and launcher's pid of the first job that waits at another launcher that lives."""
        found = []
        for name in os.listdir(os.path.join(self.folder, "waiting")):
            of_kind, _, launcher = name.partition(".")
            if of_kind != kind or launcher == self.launcher:
                continue
            path = os.path.join(self.folder, "waiting", name)
            if not is_locked(os.path.join(self.owners, launcher)):
                remove(path)
                continue
            try:
                with open(path, "rb") as file:
                    order, pid = file.read().split()
                found.append((int(order), int(pid)))
            except (FileNotFoundError, ValueError):
                pass  # not waiting any more, or about to be announced
        return min(found, default=None)

    def announce(self, kind, order):
        """Says which job of this launcher comes first; None: none waits."""
        if self.announced[kind] == order:
            return
        path = os.path.join(self.folder, "waiting", "%s.%s" % (kind, self.launcher))
        if order is None:
            remove(path)
        else:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
            try:
                os.pwrite(descriptor, b"%016d %010d" % (order, os.getpid()), 0)
            finally:
                os.close(descriptor)
        self.announced[kind] = order


def wake(first):
    if first is not None:
        try:
            os.kill(first[1], signal.SIGUSR1)
        except ProcessLookupError:
            pass


def remove(path):
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass
