"""The files of a job's folder, as launcher and supervisor write them (see job_files.ts)."""
import errno
import fcntl
import json
import os
import stat
import time

import names

PASSING = (
    errno.EROFS,
    errno.EACCES,
    errno.EPERM,
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EIO,
    errno.ENFILE,
    errno.ENOMEM,
)
PROBE_SECONDS = 0.001  # as long as a look at a lock may take
CAREFULLY = os.O_NOFOLLOW | os.O_NONBLOCK  # a script may have put anything in the place of a file


def open_private(path):
    file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | CAREFULLY, 0o600), "wb")
    # Not O_TRUNC: ext4 writes a file that was opened so to the disk when it is closed, even one that was empty.
    if os.fstat(file.fileno()).st_size:
        file.truncate()
    return file


def read(folder, name):
    """The content of a file, which a script may have replaced by anything; OSError when there is none."""
    descriptor = os.open(os.path.join(folder, name), os.O_RDONLY | CAREFULLY)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "not a regular file", name)
        return file.read()


def open_log(folder, name):
    return os.open(os.path.join(folder, name), os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)


def open_lock(folder):
    path = os.path.join(folder, names.LOCK)
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | CAREFULLY, 0o600)
    except OSError as error:
        if error.errno not in (errno.EROFS, errno.EACCES):
            raise
        return os.open(path, os.O_RDONLY | CAREFULLY)


def is_gone(folder):
    """Whether the folder was removed, though a process that is in it still sees it."""
    try:
        return os.stat(folder).st_nlink == 0
    except FileNotFoundError:
        return True
    except OSError:
        return False


def is_elsewhere(descriptor, job_id):
    """Whether another folder, or none, has the name of the job, though the home may have been moved."""
    try:
        return not os.path.samestat(os.stat(os.path.join(os.pardir, job_id)), os.fstat(descriptor))
    except FileNotFoundError:
        return True
    except OSError:
        return False


def restore_modes(descriptor, files=False):
    """Lets this user into the folder again, and at its files, whatever a script has done to the modes."""
    try:
        if os.fstat(descriptor).st_mode & 0o700 != 0o700:
            os.fchmod(descriptor, 0o700)
        for entry in os.scandir(descriptor) if files else ():
            if entry.is_file(follow_symlinks=False) and entry.stat(follow_symlinks=False).st_mode & 0o7777 != 0o600:
                os.chmod(entry.name, 0o600, dir_fd=descriptor)
    except OSError:
        pass  # it is gone, or belongs to another user


def accept(folder, launcher_id):
    """Says which launcher has the job."""
    with open_private(os.path.join(folder, names.ACCEPTED)) as file:
        file.write(launcher_id.encode())


def try_lock(folder):
    """The descriptor of the job's lock, or None when more than a passing look holds it."""
    lock = open_lock(folder)
    for _ in range(5):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return lock
        except BlockingIOError:
            time.sleep(PROBE_SECONDS)
    os.close(lock)
    return None


def remove(path):
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass


def has(folder, name):
    return os.path.exists(os.path.join(folder, name))


def replace(path, content, fresh=None):
    """Readers see the old content or the new, never a part. `fresh`: a file that was made ahead for the new one."""
    fresh = fresh or path + ".new"
    with open_private(fresh) as file:
        file.write(content)
    try:
        os.replace(fresh, path)
    except IsADirectoryError:
        clear_way(path)
        os.replace(fresh, path)


def remove_half_written(folder, name):
    """Removes what `replace` has left where files could not be renamed just then."""
    try:
        remove(os.path.join(folder, name))
    except OSError:
        pass  # nor can they now


def write_json(folder, name, value):
    replace(os.path.join(folder, name), json.dumps(value).encode())


def write_started(folder, value):
    fresh = os.path.join(folder, names.NEXT_STARTED)
    replace(os.path.join(folder, names.STARTED), json.dumps(value).encode(), fresh)


def clear_way(path):
    """Moves aside what a script has put in the place of a file."""
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):
            os.rename(path, "%s.%d" % (path, time.time_ns()))
    except FileNotFoundError:
        pass
