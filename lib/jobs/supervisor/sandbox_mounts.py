"""That the mounts of a sandbox are those that the options of bubblewrap name.

A script may swap a folder for a link while bubblewrap mounts what is in it for another one, and swap it back.
What was mounted where, the kernel tells (/proc/PID/mountinfo) without a look at any path.
"""
import bisect
import collections
import os
import re

import shown_paths

Mount = collections.namedtuple("Mount", "point device root")  # where, of which file system, which part of it
DEVICES = "null", "zero", "full", "random", "urandom", "tty"  # that bubblewrap takes from outside for --dev


def are_made(pid):
    """Whether a process of bubblewrap has all its mounts: it enters the new root once that is complete."""
    try:
        # That of the sandbox is always a file system of its own.
        return os.stat("/proc/%d/root/dev" % pid).st_dev != os.stat("/dev").st_dev
    except FileNotFoundError:
        return False


def told(pid):
    with open("/proc/%s/mountinfo" % pid, "rb") as file:
        return file.read()


def read(pid="self"):
    lines = [line.split(b" ", 5) for line in told(pid).splitlines()]
    return [Mount(decoded(point), device, decoded(root)) for _, _, device, root, point, _ in lines]


def decoded(path):
    if b"\\" in path:
        path = re.sub(rb"\\([0-7]{3})", lambda found: bytes([int(found[1], 8)]), path)
    return os.fsdecode(path)


class Expected:
    """What a sandbox is to show. To be made when bubblewrap has begun, which it does not wait for."""

    def __init__(self, wrapper, home):
        self.wrapper, self.home = wrapper, home
        self.outside = read()
        self.named = named_mounts(self.outside, wrapper, lambda path: path)

    def check(self, pid):
        """Refuses a sandbox that shows something else."""
        made = read(pid)
        own = own_mounts(made, self.outside)
        strange = surplus(made, self.named, own)
        if strange:
            # A path of ours may lead through links that no script has made; a file system may have come meanwhile.
            outside = list((collections.Counter(self.outside) | collections.Counter(read())).elements())
            tops = shown_paths.written(self.wrapper, self.home)
            named = named_mounts(outside, self.wrapper, lambda path: resolved(path, tops))
            strange = surplus(made, named, own_mounts(made, outside))
        covered = {mount.point for mount in own}
        hidden = [self.wrapper[at + 1] for at, word in enumerate(self.wrapper) if word == "--tmpfs"]
        strange += [path for path in hidden if path not in covered]
        if strange:
            raise OSError(
                "its sandbox would show what it is not to show, at %s: something has put a link in the place of a "
                "folder while it was made; run it again, and keep links out of there" % strange[0]
            )


def named_mounts(outside, wrapper, resolve):
    """How often each mount is to be there, by the options and the mounts outside."""
    named = collections.Counter()
    outside = sorted(outside)
    points = [mount.point for mount in outside]
    binds = [(source, target) for _, source, target in shown_paths.binds(wrapper)]
    binds += [("/dev/" + name, "/dev/" + name) for name in DEVICES]
    for source, target in binds:
        mounts = parts(outside, points, resolve(source))
        for shown in {target, resolve(target)}:
            named.update(Mount(join(shown, mount.point), mount.device, mount.root) for mount in mounts)
    return named


def surplus(made, named, own):
    """The points of the mounts that nothing accounts for."""
    return [mount.point for mount in collections.Counter(made) - named if mount not in own]


def own_mounts(made, outside):
    """Those of file systems that are the sandbox's own: new ones, which show nothing."""
    devices = {mount.device for mount in outside}
    return {mount for mount in made if mount.device not in devices}


def parts(outside, points, path):
    """The mounts that a bind of a path makes, by where they are below it: of itself, and of what is mounted there.

    `outside`, `points`: the mounts there are and their points, sorted.
    """
    top, below = path, path.rstrip("/") + "/"
    while top not in points:
        top = os.path.dirname(top)
    inside = path[len(top) :]
    # Of several at one place one covers the others, and nothing but that can be bound.
    over = [mount for mount in outside if mount.point == top]
    found = [Mount("", mount.device, join(mount.root, inside)) for mount in over]
    for mount in outside[bisect.bisect_left(points, below) :]:
        if not mount.point.startswith(below):
            break
        if mount.point != path:
            found.append(Mount(mount.point[len(below) :], mount.device, mount.root))
    return found


def join(path, below):
    """Of what may be "/", and what may be empty."""
    return (path.rstrip("/") + "/" + below.strip("/")).rstrip("/") or "/"


def resolved(path, tops):
    """A path without the links on the way to the folder where scripts may have put some."""
    above = min((top for top in tops if path == top or path.startswith(top + "/")), key=len, default=path)
    return os.path.realpath(above) + path[len(above) :]
