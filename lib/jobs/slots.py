"""How many jobs of a home may run at once, and in which order; without a daemon.

A slot is a file that its supervisor keeps locked (flock(2)), so a dead supervisor frees it. A ticket is
a file named after the job's place in the order of creation; only the oldest ticket takes a slot.
"""
import fcntl
import os

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
        self.lock = os.open(os.path.join(self.folder, "lock"), os.O_RDWR | os.O_CREAT, 0o600)

    def free_slot(self, kind):
        for number in range(self.limit):
            descriptor = try_lock(os.path.join(self.folder, "slots", "%s-%d" % (kind, number)))
            if descriptor is not None:
                return descriptor
        return None

    def take(self, job):
        """A Slot for the job if it is its turn, else None; its ticket then keeps its place."""
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        try:
            if not self.is_oldest(job):
                return None
            descriptor = self.free_slot(job.kind)
            if descriptor is None:
                return None
            self.drop_ticket(job)
            return Slot(self, job.kind, descriptor)
        finally:
            fcntl.flock(self.lock, fcntl.LOCK_UN)

    def is_oldest(self, job):
        mine = (job.order, job.id)
        for name in sorted(os.listdir(os.path.join(self.folder, "tickets"))):
            order, kind, launcher, job_id = name.split(".", 3)
            if (int(order), job_id) >= mine:
                return True
            if kind == job.kind and self.lives(launcher):
                return False
            if not self.lives(launcher):
                self.remove(name)
        return True

    def lives(self, launcher):
        if launcher == self.launcher:
            return True
        try:
            descriptor = os.open(os.path.join(self.owners, launcher), os.O_RDWR)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return False
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)

    def ticket(self, job, kind=None):
        return "%016d.%s.%s.%s" % (job.order, kind or job.kind, self.launcher, job.id)

    def draw_ticket(self, job):
        descriptor = os.open(
            os.path.join(self.folder, "tickets", self.ticket(job)), os.O_WRONLY | os.O_CREAT, 0o600
        )
        os.close(descriptor)

    def drop_ticket(self, job):
        for kind in (CALL, BACKGROUND):
            self.remove(self.ticket(job, kind))

    def remove(self, name):
        try:
            os.unlink(os.path.join(self.folder, "tickets", name))
        except FileNotFoundError:
            pass
