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
import sandbox_mounts
import shown_paths

STATUS, ARGUMENTS, FILTER, BLOCK = 3, 4, 5, 6  # the descriptors that bubblewrap gets
MADE_SECONDS = 30.0
LOOK_SECONDS = 0.0005  # between two looks whether the mounts are made, which takes a few ms
MOST_STATUS_BYTES = 4096


class SandboxedCommand:
    def __init__(self, sandbox, start):
        """`start`: spawn_command.start, which starts any program."""
        self.sandbox, self.start = sandbox, start
        self.guard = guarded_names.Guard(sandbox)
        self.outer = self.status = None
        self.said = b""

    def spawn(self, step, env, mark, stdin, out, err, more=()):
        """As spawn_command.start, of the command that the sandbox is for. `env`: all that it is to find.

        `more`: descriptors that the command has as 7 and so on."""
        wrapper = self.sandbox["wrapper"]
        if not self.sandbox.get("filter"):  # macOS, where the program becomes the command
            return self.start(wrapper + step["argv"], env, step.get("cwd"), [stdin, out, err])
        home = os.path.dirname(self.sandbox["state"])
        shown_paths.check_links(wrapper, home)
        # Not as arguments: others read those. And not as its environment: that is for a linker to obey.
        variables = b"".join(option(b"--setenv", name, value) for name, value in env.items())
        self.guard.put_up()
        self.status, status_w = os.pipe()
        block_r, block_w = os.pipe()
        files = [in_memory(variables), in_memory(base64.b64decode(self.sandbox["filter"])), block_r]
        argv = wrapper + ["--json-status-fd", str(STATUS), "--args", str(ARGUMENTS), "--seccomp", str(FILTER)]
        argv += ["--block-fd", str(BLOCK), "--chdir", step.get("cwd") or "/", "--"] + step["argv"]
        try:
            self.outer = self.start(argv, dict([mark]), "/", [stdin, out, err, status_w, *files, *more])
            expected = sandbox_mounts.Expected(wrapper, home)
            pid = self.wait_until_made()
            expected.check(pid)
            if self.sandbox.get("hosts") is not None:
                self.open_hosts(pid)
            return self.outer
        except BaseException:
            self.kill()
            raise
        finally:
            # The end of the pipe that blocks it is what lets it go on.
            for descriptor in files + [status_w, block_w]:
                os.close(descriptor)

    def wait_until_made(self):
        """The pid of the process that becomes the command, once it has its mounts; it waits for us there."""
        until = time.monotonic() + MADE_SECONDS
        while time.monotonic() < until and not self.has_ended():
            pid = self.read_status().get("child-pid")
            if not pid:
                select.select([self.status], [], [], MADE_SECONDS)
            elif sandbox_mounts.are_made(pid):
                return pid
            else:
                time.sleep(LOOK_SECONDS)
        raise OSError("its sandbox could not be made; see stderr")

    def open_hosts(self, pid):
        """Gives the command its proxy before it starts."""
        import hosts_proxy  # takes 20 ms and a megabyte

        hosts_proxy.start(pid, self.sandbox["hosts"], self.sandbox.get("index_hosts") or ())

    def kill(self):
        for pid in self.own_processes():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass  # it has ended by itself

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

    def close_status(self):
        if self.status is not None:
            os.close(self.status)
            self.status = None

    def close(self):
        self.close_status()
        self.guard.take_down()


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

