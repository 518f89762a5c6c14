"""Keeps one session: its kernel, a process in which one cell after the other runs; see DESIGN, "Sessions".

The only one that gives the kernel cells. Launchers hand them over, through a socket of the session; each is
a job, whose files this process writes as a job's supervisor does.
"""
import _socket
import os
import select
import signal
import time

import cell_end
import names
import output_pipes
import process_tree
import slots
from cell_queue import GIVEN_UP, CellQueue
from kernel_news import KernelNews
from late_output import LateOutput
from run_command import CommandRunner, JobEnded
from spawn_command import TO_END
from session_cell import RunningCell
from session_end import SessionEnded, note_end
from session_kernel import Kernel
from session_limits import SessionLimits
from session_preparation import SessionPreparation
from session_questions import SessionQuestions
from session_requests import SessionRequests
from session_state import SessionState
from session_stop import stop
from transcript import Transcript

CHECK_SECONDS = 1.0
RETRY_SECONDS = 0.05  # after which a cell is tried again that could not begin
VARIABLE = "PYTHON_MCP_SESSION_ID"


class SessionSupervisor:
    def __init__(self, home, spec, listener, umask, limit, reaps_orphans, spawn):
        self.home, self.spec, self.umask = home, spec, umask
        self.folder, self.id, self.name = spec["dir"], spec["id"], spec["record"]["name"]
        self.commands = CommandRunner(self.id, reaps_orphans, lambda _pids: None, spawn)
        self.commands.mark = VARIABLE, self.id
        self.transcript = Transcript(self.folder)
        self.late = LateOutput(self.transcript)
        self.queue = CellQueue(home, self.id, limit)
        self.requests = SessionRequests(listener)
        self.questions = SessionQuestions(self)
        self.news = KernelNews(self)
        self.limits = SessionLimits(self)
        self.state = SessionState(self.id, self.folder)
        self.cell = self.kernel = None
        self.cells = 0
        self.last_client = None
        self.process = {"pid": os.getpid(), "born": process_tree.born(os.getpid())}
        self.next_pipes = None  # of the next cell, made while nobody waits
        self.packages = []
        self.told_to_end = None
        for number in TO_END:
            signal.signal(number, self.end_by_signal)
        signal.signal(signal.SIGUSR2, lambda *_: None)

    def end_by_signal(self, number, _frame):
        self.told_to_end = signal.Signals(number).name

    # -- the whole of it ----------------------------------------------------------------------

    def run(self):
        os.umask(0o077)
        while True:
            end = self.run_kernel()
            self.transcript.add("end", reason=end.reason, died=end.died)
            if end.died or not self.questions.wants_restart():
                break
            self.transcript.begin()
            self.cells = 0
            self.note_state()
            self.questions.tell_end({"restarted": True})
        note_end(self.folder, end.reason, end.died, self.cells if end.died else None)
        self.questions.tell_end({"ended": True})
        self.requests.flush()
        slots.remove(os.path.join(self.home, names.SOCKETS, self.id))
        slots.remove(os.path.join(self.home, names.OWNERS, self.id))

    def run_kernel(self):
        """Runs a kernel to its end, and returns how that came: a SessionEnded."""
        preparation = SessionPreparation(self.spec, self.commands, self.queue, self.look_around)
        try:
            preparation.run()
            self.start_kernel()
            while True:
                self.step()
        except SessionEnded as ended:
            end = ended
        except JobEnded as ended:
            end = SessionEnded(ended.error, True)
        except Exception as error:
            end = SessionEnded("its supervisor failed: %s: %s" % (type(error).__name__, error), True)
        stop(self, end, preparation)
        return end

    def look_around(self, _was_woken=True):
        """While the environment is made: cells arrive, and somebody may want it to end."""
        self.requests.serve_all(self.obey)
        self.limits.check_orders()

    def start_kernel(self):
        os.umask(self.umask)
        try:
            self.kernel = Kernel(self.spec, self.commands)
        finally:
            os.umask(0o077)
        self.late.watch(self.kernel.between, 0)
        self.note_state()

    def step(self):
        """One round: what has come is dealt with, then the next cell begins if it can."""
        ready = self.wait()
        if self.commands.wake_r in ready:
            os.read(self.commands.wake_r, 4096)
            self.kernel.reap()
            self.queue.is_hindered = False
            if self.cell:
                self.cell.look(self.kernel)
        self.requests.serve(ready, self.obey)
        self.news.serve(ready)
        if self.cell:
            self.cell.serve(ready, self.kernel)
        for pipe in [one for one in self.late.pipes if one in ready]:
            self.late.read(pipe)
        if self.kernel.is_dead():
            self.hear_of_death()
        self.limits.check()
        self.begin_next()

    def wait(self):
        poll = select.poll()
        poll.register(self.commands.wake_r, select.POLLIN)
        self.requests.register(poll)
        self.kernel.register(poll)
        for pipe in self.late.pipes:
            poll.register(pipe, select.POLLIN)
        now = time.monotonic()
        until = now + (RETRY_SECONDS if self.can_begin() and self.queue.is_hindered else CHECK_SECONDS)
        until = min(until, self.limits.next())
        if self.cell:
            until = min(until, self.cell.register(poll, now))
        return {descriptor for descriptor, _ in poll.poll(max(0.0, until - now) * 1000)}

    def obey(self, message, connection):
        if "session" in message.get("run", ()):
            spec = message["run"]
            if self.cell and self.cell.id == spec["id"]:
                self.cell.tell = connection.send  # handed over once more, since a launcher was lost
                connection.send({"started": spec["id"]})
            elif self.queue.add(spec, connection.send, self.is_free()) and (self.cell or len(self.queue.cells) > 1):
                self.note_state()
        elif "ask" in message:
            self.questions.hear(message["ask"], connection)
        else:
            connection.send({"elsewhere": True})  # a script that runs as a job looks for a launcher

    def hear_of_death(self):
        self.news.read()
        for pipe in list(self.late.pipes):
            self.late.read(pipe)
        said = self.late.texts.get(0, "").strip().split("\n")[-1]
        raise SessionEnded(self.kernel.describe_death(said), True)

    # -- the next cell ------------------------------------------------------------------------

    def is_free(self):
        return not self.cell and self.kernel and self.kernel.is_ready and not self.questions.are_open()

    def can_begin(self):
        return self.queue.cells and self.is_free()

    def begin_next(self):
        if not self.can_begin():
            return
        taken = self.queue.take()
        if taken:
            first, lock, slot = taken
            grace = self.spec["grace_seconds"]
            number, stage = self.cells + 1, self.spec.get("stage")
            pipes, self.next_pipes = self.next_pipes or output_pipes.Pipes(), None
            self.begin(RunningCell(first.spec, number, lock, slot, first.tell, pipes, self.name, grace, stage))

    def begin(self, cell):
        client = cell.spec["session"].get("client")
        late = self.late.take()
        if late:
            cell.notes.append(late)
        if self.last_client not in (None, client):
            cell.notes.append("Another client ran the cell before this one")
        self.last_client = client
        cell.note_start(self.id, self.process)
        self.cells += 1
        self.cell = cell
        self.state.last_job, self.state.last_used = cell.id, time.time()
        self.kernel.link.send(cell.message(), cell.pipes.writes)
        cell.open_logs()
        # What is true once it has ended; one that takes longer is told as running. Its caller waits less than at its end.
        self.state.write(self.kernel, None, self.cells, self.queue.ids(), self.packages)

    def finish(self, outcome, result=None, exception=None):
        """The cell that runs has ended."""
        cell, self.cell = self.cell, None
        for output in cell.outputs:
            self.late.watch(output.pipe, cell.number)
            self.late.read(output.pipe)
        self.state.last_used = time.time()
        has_succeeded = cell_end.settle(cell, outcome, self.transcript, result, exception)
        if not self.state.says(self.kernel, None, self.cells, self.queue.ids(), self.packages):
            self.note_state()
        cell.tell_end()
        self.prepare_next()
        if not has_succeeded:
            self.queue.give_up(cell.spec, GIVEN_UP % (cell.number, cell.id))

    def prepare_next(self):
        try:
            self.next_pipes = self.next_pipes or output_pipes.Pipes()
        except OSError:
            pass  # then they are made when they are needed

    def drop_next(self):
        if self.next_pipes:
            self.next_pipes.close()
            self.next_pipes = None

    def note_state(self):
        if self.cell:
            self.cell.tell_start()
        self.state.write(self.kernel, self.cell, self.cells, self.queue.ids(), self.packages)


def supervise(home, spec, listener, umask, limit, reaps_orphans, spawn=None):
    """`listener`: the descriptor of its socket. `spawn`: see CommandRunner; that of a warm host has begun a kernel."""
    listener = _socket.socket(fileno=listener)
    listener.setblocking(False)
    SessionSupervisor(home, spec, listener, umask, limit, reaps_orphans, spawn).run()
