"""Names in folders that a sandbox lets scripts write to, and that scripts must not make: `.git`, `.envrc`.

What has such a name is mounted read-only over itself. Where nothing has it, an empty file or folder takes
the place for as long as jobs run that must not; `placeholders` names those that are to go again.
"""
import fcntl
import os


class Guard:
    def __init__(self, sandbox):
        self.names, self.state = sandbox.get("placeholders") or (), sandbox["state"]
        self.lock = None

    def put_up(self):
        if not self.names or self.lock is not None:
            return
        self.lock = os.open(os.path.join(self.state, "placeholders.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self.lock, fcntl.LOCK_SH)
        made = [name["path"] for name in self.names if make(**name)]
        with open(os.path.join(self.state, "placeholders"), "ab") as file:
            file.write(b"".join(os.fsencode(path) + b"\0" for path in made))

    def take_down(self):
        """The last of the jobs that need them removes all that are still empty."""
        if self.lock is None:
            return
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            remove_all(os.path.join(self.state, "placeholders"))
        except OSError:
            pass  # others run
        os.close(self.lock)
        self.lock = None


def make(path, is_folder):
    """True where it was made; what is there meanwhile is not ours, and what cannot be made nobody makes."""
    try:
        if is_folder:
            os.mkdir(path, 0o700)
        else:
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        return True
    except OSError:
        return False


def remove_all(file):
    with open(file, "r+b") as placeholders:
        for path in placeholders.read().split(b"\0"):
            remove_if_empty(path)
        placeholders.truncate(0)


def remove_if_empty(path):
    try:
        if os.path.isdir(path):
            os.rmdir(path)
        elif path and os.lstat(path).st_size == 0:
            os.unlink(path)
    except OSError:
        pass  # gone, or no longer empty
