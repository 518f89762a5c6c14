"""A command in a sandbox: its spec says which program makes that (see `Sandbox` in command.ts).

What bubblewrap starts has two processes of bubblewrap above it. They are no part of the command: nobody
signals or counts them, and the exit status of the outer one is what the inner one has made of the command's.
"""
import base64
import json
import os
import select
import signal
import time

import guarded_names

STATUS, ARGUMENTS, FILTER, BLOCK = 3, 4, 5, 6  # the descriptors that bubblewrap gets
BINDS = "--bind", "--ro-bind", "--ro-bind-try"
MADE_SECONDS = 30.0
MOST_STATUS_BYTES = 4096


class SandboxedCommand:
    def __init__(self, sandbox, start):
        """`start`: spawn_command.start, which starts any program."""
        self.sandbox, self.start = sandbox, start
        self.guard = guarded_names.Guard(sandbox)
        self.outer = self.status = None
        self.said = b""

    def spawn(self, step, env, mark, stdin, out, err):
        """As spawn_command.start, of the command that the sandbox is for. `env`: all that it is to find."""
        wrapper = self.sandbox["wrapper"]
        if not self.sandbox.get("filter"):  # macOS, where the program becomes the command
            return self.start(wrapper + step["argv"], env, step.get("cwd"), [stdin, out, err])
        check_links(wrapper, os.path.dirname(self.sandbox["state"]))
        # Not as arguments: others read those. And not as its environment: that is for a linker to obey.
        variables = b"".join(option(b"--setenv", name, value) for name, value in env.items())
        self.guard.put_up()
        files = [in_memory(variables), in_memory(base64.b64decode(self.sandbox["filter"]))]
        self.status, status_w = os.pipe()
        hosts = self.sandbox.get("hosts")
        block_r, block_w = (-1, -1) if hosts is None else os.pipe()
        argv = wrapper + ["--json-status-fd", str(STATUS), "--args", str(ARGUMENTS), "--seccomp", str(FILTER)]
        if hosts is not None:
            argv += ["--block-fd", str(BLOCK)]
            files.append(block_r)
        argv += ["--chdir", step.get("cwd") or "/", "--"] + step["argv"]
        try:
            self.outer = self.start(argv, dict([mark]), "/", [stdin, out, err, status_w] + files)
            if hosts is not None:
                self.open_hosts(hosts)
            return self.outer
        except BaseException:
            for pid in self.own_processes():
                os.kill(pid, signal.SIGKILL)
            raise
        finally:
            # The end of the pipe that blocks it is what lets it go on.
            for descriptor in files + [status_w] + ([block_w] if block_w >= 0 else []):
                os.close(descriptor)

    def open_hosts(self, hosts):
        """Gives the command its proxy before it starts."""
        import hosts_proxy  # takes 20 ms and a megabyte

        until = time.monotonic() + MADE_SECONDS
        while "child-pid" not in self.read_status() and time.monotonic() < until:
            if select.select([self.status], [], [], MADE_SECONDS)[0] and self.has_ended():
                raise OSError("its sandbox could not be made; see stderr")
        hosts_proxy.start(self.read_status()["child-pid"], hosts, self.sandbox.get("index_hosts") or ())

    def has_ended(self):
        return os.waitid(os.P_PID, self.outer, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def own_processes(self):
        """The pids of bubblewrap."""
        inner = self.read_status().get("child-pid")
        return {pid for pid in (self.outer, inner) if pid}

    def wait_status(self, status):
        """What wait(2) would have said of the command, when it says `status` of the process that was started."""
        if self.status is None or os.WIFSIGNALED(status):
            return status
        code = self.read_status().get("exit-code")
        if code is None:
            raise OSError("its sandbox could not be made, or the script not started in it; see stderr")
        # Which of both it was, an exit code above 128 does not tell.
        return code - 128 if 128 < code <= 128 + 64 else code << 8

    def read_status(self):
        if self.status is None:
            return {}
        os.set_blocking(self.status, False)
        try:
            while len(self.said) < MOST_STATUS_BYTES:
                piece = os.read(self.status, MOST_STATUS_BYTES)
                if not piece:
                    break
                self.said += piece
        except BlockingIOError:
            pass
        found = {}
        for line in self.said.splitlines():
            try:
                found.update(json.loads(line))
            except ValueError:
                pass  # not whole yet
        return found

    def close(self):
        if self.status is not None:
            os.close(self.status)
            self.status = None
        self.guard.take_down()


def check_links(wrapper, home):
    """Refuses what is shown by a path on which a script has put a link, since bubblewrap follows it."""
    shown = [(wrapper[at], wrapper[at + 1]) for at in range(len(wrapper) - 2) if wrapper[at] in BINDS]
    # What scripts can write to, or packages that are built.
    tops = {home, *(path for option, path in shown if option == "--bind")}
    for _, path in shown:
        for top in tops:
            here = path
            while here.startswith(top + "/"):
                if os.path.islink(here):
                    raise OSError("its sandbox would show what a link in the place of %s leads to; remove that" % here)
                here = os.path.dirname(here)


def option(name, *values):
    """An argument of bubblewrap, as it reads them from a file: one that held a NUL would be several."""
    words = [name, *map(os.fsencode, values)]
    if any(b"\0" in word for word in words):
        raise OSError("the environment variable %r holds a NUL character" % values[0])
    return b"".join(word + b"\0" for word in words)


def in_memory(content):
    descriptor = os.memfd_create("sandbox")
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


def passing(environ, names):
    """The variables of an environment that reach a sandbox; `LC_*` stands for many names."""
    starts = tuple(name[:-1] for name in names if name.endswith("*"))
    return {name: value for name, value in environ.items() if name in names or (starts and name.startswith(starts))}

