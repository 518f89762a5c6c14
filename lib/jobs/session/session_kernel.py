"""The process of a session in which its cells run, as its supervisor sees it."""
import _socket
import os
import select
import signal
import time

import memory_ceiling
import output_pipes
import process_tree
import spawn_command
from line_socket import LineSocket
from run_command import Ended
from sandboxed_command import SandboxedCommand

DEATH_SECONDS = 1.0  # in which a process that has let go of its supervisor is seen to have ended


class Kernel:
    def __init__(self, spec, commands):
        ours, theirs = _socket.socketpair()
        read, write = os.pipe()
        os.set_blocking(read, False)
        output_pipes.enlarge(write)
        self.commands, self.ended = commands, Ended()
        step = spec["run"]
        sandbox = step.get("sandbox")
        commands.main_ended = None
        commands.sandboxed = SandboxedCommand(sandbox, spawn_command.start) if sandbox else None
        own = [commands.sandboxed] if sandbox else []
        try:
            self.pid = commands.main = commands.spawn(step, commands.mark, theirs.fileno(), write, write, *own)
        finally:
            theirs.close()
            os.close(write)
        memory_ceiling.offer_first(self.pid)
        self.link = LineSocket(ours)
        self.between = read  # what is printed while no cell runs
        self.is_ready = False
        self.about = {}

    def register(self, poll):
        if self.link.is_open:
            poll.register(self.link.descriptor, select.POLLIN | (select.POLLOUT if self.link.unsent else 0))

    def reap(self):
        """Collects what has ended of it and of what it started."""
        self.commands.reap(self.ended)

    def is_dead(self):
        """One that has closed its connection cannot be spoken to any more."""
        if self.commands.main_ended is None and not self.link.is_open:
            until = time.monotonic() + DEATH_SECONDS
            while self.commands.main_ended is None and time.monotonic() < until:
                self.reap()
                time.sleep(0.005)
        return self.commands.main_ended is not None or not self.link.is_open

    def interrupt(self):
        """As Ctrl-C does: its whole process group, so that what a cell has started gets it too."""
        if self.commands.sandboxed:  # whose own processes are of the same group, and would end by it
            return process_tree.send(self.commands.find_own(), signal.SIGINT)
        try:
            os.killpg(self.pid, signal.SIGINT)
        except OSError:
            pass  # it is dead, which is seen soon

    def describe_death(self, said):
        """How it ended, as the end of a sentence. `said`: the last line that it printed before it was ready."""
        if self.commands.main_ended is None:
            how = "its process has closed its connection to python-mcp"
        elif os.WIFSIGNALED(self.ended.status):
            how = BY_SIGNAL.get(os.WTERMSIG(self.ended.status), "its process was ended by %s")
            how = how.replace("%s", signal.Signals(os.WTERMSIG(self.ended.status)).name)
        else:
            how = "its process ended itself with exit code %d (os._exit)" % os.WEXITSTATUS(self.ended.status)
        if self.is_ready:
            return how
        return "The session could not start: %s%s" % (how, ": " + said if said else "")

    def close(self):
        self.link.close()
        if self.commands.sandboxed:
            self.commands.sandboxed.close()
            self.commands.sandboxed = None


BY_SIGNAL = {
    signal.SIGKILL: "its process was killed (%s): by kill -9, or by the system because memory ran out",
    signal.SIGSEGV: "its process crashed in C code (%s, a segmentation fault)",
    signal.SIGABRT: "its process aborted (%s)",
    signal.SIGBUS: "its process crashed in C code (%s)",
}
