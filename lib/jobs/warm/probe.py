"""Watches what an import does, in a process that is thrown away: whether it could make a difference to a script."""
import json
import os
import sys

import random_generators

MAY_READ = ("/proc/", "/sys/", "/dev/", "/etc/", "/usr/share/", "/usr/lib/", "/lib/", "/lib64/", "/usr/lib64/")
# What matplotlib has found out about the fonts of the machine; it looks itself whether that still holds.
CACHES = ("/matplotlib/fontlist-v",)
# Their threads end before a fork and begin anew when they are needed: OpenBLAS asks for that (pthread_atfork).
FORK_SAFE_THREADS = ("numpy", "scipy")
# What they keep of it is made anew in each script (see refresh_modules), or they forget it at once.
KNOWN_STATE = (
    "_frozen_importlib_external",
    "joblib._multiprocessing_helpers",  # for the name of a semaphore that it tries, and removes
    "numpy.f2py.rules",
    "numpy.testing._private.utils",
    "opentelemetry.context",  # for keys that no other process sees
    "psutil._pslinux",
    "random",
    "rich",
    "tempfile",
)
KNOWN_PACKAGES = ("importlib", "logging", "multiprocessing")
# Programs that say what the machine is: the same in every process. Python 3.8 asks one for its `platform`.
ABOUT_MACHINE = ("uname", "lscpu", "ldconfig", "/sbin/ldconfig")
STARTS = ("subprocess.Popen", "os.posix_spawn")
NEW = os.O_CREAT | os.O_EXCL
FORBIDDEN = {
    "subprocess.Popen": "starts a process",
    "os.system": "starts a process",
    "os.posix_spawn": "starts a process",
    "os.fork": "starts a process",
    "os.forkpty": "starts a process",
    "os.exec": "starts a process",
    "socket.connect": "opens a connection",
    "socket.getaddrinfo": "opens a connection",
    "os.putenv": "",
}

# As a script does: a warning may be shown only where it is `__main__` that has imported a module.
AS_SCRIPT = {"__name__": "__main__"}
exec("def import_module(name):\n    __import__(name)", AS_SCRIPT)


def import_all(names):
    for name in names:
        try:
            AS_SCRIPT["import_module"](name)
        except Exception:
            pass  # of one script only, such as a module beside it


class Probe:
    def __init__(self, pipe):
        self.pipe, self.current, self.inside = pipe, None, False
        self.allowed = tuple({os.path.realpath(path) + os.sep for path in environment_folders()})
        self.output, write = os.pipe()
        os.set_blocking(self.output, False)
        os.dup2(write, 1)
        os.dup2(write, 2)
        self.threads, self.descriptors = count_threads(), open_descriptors()
        self.made = set()  # files that imports have created
        self.before = set(sys.modules)
        self.warned = []
        import warnings

        warnings.showwarning = lambda *what: self.warned.append(what)
        sys.argv = Watched(sys.argv)
        Watched.probe = self
        for module, name, what in (
            (os, "getcwd", "asks for the working directory"),
            (os, "getcwdb", "asks for the working directory"),
            (os, "getpid", "asks for the process id"),
            (os, "getppid", "asks for the process id"),
            (os, "urandom", "asks for random numbers"),
        ):
            self.watch(module, name, what)
        import time

        for name in ("time", "time_ns"):
            self.watch(time, name, "asks for the time")
        sys.addaudithook(self.audit)

    def say(self, value):
        os.write(self.pipe, json.dumps(value).encode() + b"\n")

    def refuse(self, reason):
        """At once: what swallows an exception must not hide this one."""
        self.inside = False
        self.say([self.current, reason])
        os._exit(0)

    def finish(self):
        self.say({"states": [random_generators.state_of(one) for one in random_generators.found()]})

    def watch(self, module, name, what):
        function = getattr(module, name)

        def watched(*args, **options):
            if self.inside and not self.is_known(sys._getframe(1)):
                self.refuse("%s while it is imported (in %s)" % (what, sys._getframe(1).f_globals.get("__name__")))
            return function(*args, **options)

        setattr(module, name, watched)

    def is_known(self, frame):
        if frame.f_globals.get("__name__") == "uuid" and frame.f_back:
            frame = frame.f_back  # it asks for others
        name = frame.f_globals.get("__name__") or ""
        return name in KNOWN_STATE or name.partition(".")[0] in KNOWN_PACKAGES

    def try_import(self, names, refused):
        self.say(self.current)
        self.inside = True
        import_all(names)
        self.inside = False
        self.check(refused)

    def check(self, refused):
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        try:
            if os.read(self.output, 1):
                self.refuse("prints while it is imported")
        except BlockingIOError:
            pass
        if self.warned:
            self.refuse("warns while it is imported")
        threads = count_threads()
        if threads > self.threads and self.current not in FORK_SAFE_THREADS and not self.has_fork_safe_threads():
            self.refuse("leaves a thread")
        self.threads = threads
        if open_descriptors() != self.descriptors:
            self.refuse("leaves a file open")  # which a script would not have, or share with others
        for path in self.made:
            if os.path.lexists(path):
                self.refuse("leaves the file %s behind" % path)
        if getattr(sys.modules.get("tempfile"), "tempdir", None) and not self.made:
            self.refuse("sets tempfile.tempdir")  # and has not just asked for it
        for name in refused:
            if name in sys.modules:
                self.refuse("imports %s, which %s" % (name, refused[name]))
        self.check_places()

    def has_fork_safe_threads(self):
        import _thread

        return _thread._count() == 0 and any(name in sys.modules for name in FORK_SAFE_THREADS)

    def check_places(self):
        for name in set(sys.modules) - self.before - {"__mp_main__"}:
            module = sys.modules[name]
            path = getattr(module, "__file__", None)
            if isinstance(path, str) and not os.path.realpath(path).startswith(self.allowed):
                self.refuse("loads %s, which is not part of the environment" % path)

    def audit(self, event, args):
        if not self.inside:
            return
        if event == "open" and isinstance(args[0], str):
            path = os.path.abspath(args[0]) if args[0].startswith("/") else None
            if path is None:
                self.refuse("opens the file %s while it is imported" % args[0])
            path = os.path.realpath(path)
            # An entry of `sys.path` may be a zip file, there or not.
            may_read = path.startswith(self.allowed + MAY_READ) or path + os.sep in self.allowed
            if may_read or any(c in path for c in CACHES):
                return
            if len(args) > 2 and isinstance(args[2], int) and args[2] & NEW == NEW:
                self.made.add(path)  # it tells nothing, and is no difference once it is gone; see `check`
            else:
                self.refuse("opens the file %s while it is imported" % path)
        elif event in STARTS and args[0] in ABOUT_MACHINE:
            pass
        elif FORBIDDEN.get(event):
            self.refuse(FORBIDDEN[event] + " while it is imported")


class Watched(list):
    probe = None

    def __getitem__(self, index):
        return self.read(list.__getitem__, index)

    def __iter__(self):
        return self.read(list.__iter__)

    def __len__(self):
        return self.read(list.__len__)

    def read(self, how, *args):
        if self.probe.inside:
            self.probe.refuse("reads sys.argv while it is imported")
        return how(self, *args)


def environment_folders():
    import sysconfig  # here, in a child: it loads much

    paths = sysconfig.get_paths()
    yield from (paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib"))
    for entry in sys.path:
        if entry.startswith((sys.prefix + os.sep, sys.base_prefix + os.sep)):
            yield entry
    yield "/usr/lib/python3/dist-packages"


def open_descriptors():
    try:
        # Without that of the list itself, which is closed by now.
        return {number for number in os.listdir("/proc/self/fd") if os.path.lexists("/proc/self/fd/" + number)}
    except OSError:
        return set()


def count_threads():
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:
        return 1
