"""Keeps one session: its kernel, a process in which one cell after the other runs; see DESIGN, "Sessions".

The only one that gives the kernel cells. Launchers hand them over, through a socket of the session; each is
a job, whose files this process writes as a job's supervisor does.
"""
import os
import select
import signal
import time

import job_folder
import names
import process_tree
import slots
from next_step import CANCEL, START, WAIT
from late_output import LateOutput
from line_socket import LineSocket
from memory_ceiling import LOOK_SECONDS as MEMORY_SECONDS
from memory_ceiling import MemoryCeiling
from preparation import Preparation
from run_command import CommandRunner, Ended, JobEnded
from session_cell import Ending, RunningCell, fail_waiting
from session_end import note_end
from session_kernel import Kernel
from standard_input import Inbox
from transcript import Transcript

CHECK_SECONDS = 1.0
RETRY_SECONDS = 0.05
EXIT_SECONDS = 5.0  # in which an idle kernel may end by itself
ANSWER_SECONDS = 3.0  # in which it says what its variables are
MEMORY_NOTE_SECONDS = 5.0
VARIABLE = "PYTHON_MCP_SESSION_ID"
BEFORE = "The session %s has ended before this cell could run: %s. Send the cell again"


class SessionEnded(Exception):
    def __init__(self, reason, died, failed_step=None):
        super().__init__(reason)
        self.reason, self.died, self.failed_step = reason, died, failed_step


class Waiting:
    """A cell that waits for its turn."""

    def __init__(self, spec, connection):
        self.spec, self.connection = spec, connection


class SessionSupervisor:
    def __init__(self, home, spec, lock, listener, umask, limit, reaps_orphans):
        self.home, self.spec, self.lock, self.listener, self.umask = home, spec, lock, listener, umask
        self.folder, self.id, self.name = spec["dir"], spec["id"], spec["record"]["name"]
        self.commands = CommandRunner(self.id, reaps_orphans, lambda _pids: None)
        self.commands.mark = VARIABLE, self.id
        self.queue = slots.Queue(home, limit, self.id)
        self.transcript = Transcript(self.folder)
        self.late = LateOutput(self.transcript)
        self.connections = {}
        self.waiting = []
        self.cell = self.kernel = None
        self.cells = 0
        self.last_job = None
        self.last_client = None
        self.packages = []
        self.questions = []  # [connection, id of the ask, until] that the kernel has yet to answer
        self.ends = []  # who asked for the end, or a restart
        self.told_to_end = None
        self.began = self.last_used = time.time()
        self.memory, self.memory_at = 0, 0.0
        self.next_memory = 0.0
        limit_bytes = spec.get("max_memory_bytes")
        self.ceiling = MemoryCeiling(limit_bytes) if limit_bytes else None
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self.end_by_signal)
        signal.signal(signal.SIGUSR2, lambda *_: None)

    def end_by_signal(self, number, _frame):
        self.told_to_end = signal.Signals(number).name

    # -- the whole of it ----------------------------------------------------------------------

    def run(self):
        os.umask(0o077)
        while True:
            end = self.run_kernel()
            again = next((message for _, message in self.ends if message.get("restart")), None)
            if again is None or end.died:
                break
            self.transcript.add("end", reason=end.reason, died=False)
            self.transcript.begin()
            self.cells = 0
            self.note_state()
            self.answer_ends({"restarted": True})
        note_end(self.folder, end.reason, end.died, self.cells if end.died else None)
        self.transcript.add("end", reason=end.reason, died=end.died)
        self.answer_ends({"ended": True})
        self.flush_all()
        slots.remove(os.path.join(self.home, names.SOCKETS, self.id))
        slots.remove(os.path.join(self.home, names.OWNERS, self.id))

    def run_kernel(self):
        """Runs a kernel to its end, and returns how that came: a SessionEnded."""
        self.prepare_log = b""
        try:
            self.prepare()
            self.start_kernel()
            while True:
                self.step()
        except SessionEnded as ended:
            end = ended
        except JobEnded as ended:
            end = SessionEnded(ended.error, True, self.preparation.failed_step)
            self.prepare_log = self.read_prepare_log()
        except Exception as error:
            end = SessionEnded("its supervisor failed: %s: %s" % (type(error).__name__, error), True)
        self.stop(end)
        return end

    def prepare(self):
        job_folder.remove(os.path.join(self.folder, names.PREPARE_LOG))
        steps = self.spec.get("prepare") or ()
        self.preparation = Preparation(steps, self.folder, self.commands, self.look_around, self.show_step)
        self.preparation.run()

    def look_around(self, _was_woken=True):
        """While the environment is made: cells arrive, and somebody may want it to end."""
        self.accept()
        for descriptor, connection in list(self.connections.items()):
            for message in connection.read():
                self.obey(message, connection)
            if not connection.is_open:
                self.connections.pop(descriptor, None)
        if self.told_to_end:
            raise SessionEnded("it was told to end (%s)" % self.told_to_end, False)

    def show_step(self, progress):
        """The progress of the cells that wait for it."""
        for one in self.waiting:
            try:
                if progress is None:
                    job_folder.remove(os.path.join(one.spec["dir"], names.PROGRESS))
                else:
                    job_folder.write_json(one.spec["dir"], names.PROGRESS, progress)
            except OSError:
                pass

    def read_prepare_log(self):
        try:
            return job_folder.read(self.folder, names.PREPARE_LOG)
        except OSError:
            return b""

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
        now = time.monotonic()
        if self.commands.wake_r in ready:
            os.read(self.commands.wake_r, 4096)
            self.kernel.reap()
            self.look()
        self.serve_sockets(ready)
        self.serve_kernel(ready)
        self.serve_cell(ready, now)
        for pipe in [one for one in self.late.pipes if one in ready]:
            self.late.read(pipe)
        if self.kernel.is_dead():
            self.hear_of_death()
        self.check(now)
        self.begin_next()

    def wait(self):
        poll = select.poll()
        poll.register(self.commands.wake_r, select.POLLIN)
        poll.register(self.listener.fileno(), select.POLLIN)
        for one in [self.kernel.link] + list(self.connections.values()):
            if one.is_open:
                poll.register(one.descriptor, select.POLLIN | (select.POLLOUT if one.unsent else 0))
        for pipe in self.late.pipes:
            poll.register(pipe, select.POLLIN)
        now = time.monotonic()
        until = now + (RETRY_SECONDS if self.can_begin() and self.is_hindered else CHECK_SECONDS)
        if self.ceiling:
            until = min(until, self.next_memory)
        if self.cell:
            for output in self.cell.outputs:
                if output.rests_until <= now:
                    poll.register(output.pipe, select.POLLIN)
                else:
                    until = min(until, output.rests_until)
            ending = self.cell.ending
            until = min(until, self.cell.deadline if ending is None else ending.until)
            if self.cell.inbox and self.cell.inbox.pipe is not None:
                poll.register(self.cell.inbox.pipe, select.POLLIN)
        return {descriptor for descriptor, _ in poll.poll(max(0.0, until - now) * 1000)}

    is_hindered = False

    # -- what comes in ------------------------------------------------------------------------

    def serve_sockets(self, ready):
        if self.listener.fileno() in ready:
            self.accept()
        for descriptor, connection in list(self.connections.items()):
            if descriptor not in ready:
                continue
            connection.flush()
            for message in connection.read():
                self.obey(message, connection)
            if not connection.is_open:
                self.connections.pop(descriptor, None)

    def accept(self):
        import _socket

        try:
            descriptor, _ = self.listener._accept()
        except OSError:
            return
        connection = LineSocket(_socket.socket(fileno=descriptor))
        self.connections[connection.descriptor] = connection

    def obey(self, message, connection):
        if "run" in message:
            self.take(message["run"], connection)
        elif "ask" in message:
            ask = message["ask"]
            self.answer(ask["id"], ask["request"], connection)

    def take(self, spec, connection):
        """A cell that has arrived; one that was handed over twice is told of here alone."""
        try:
            job_folder.accept(spec["dir"], self.id)
        except FileNotFoundError:
            return connection.send({"ended": spec["id"]})
        except OSError:
            pass
        if job_folder.has_outcome(spec["dir"]):
            return connection.send({"ended": spec["id"]})
        if self.cell and self.cell.id == spec["id"]:
            self.cell.tell = connection.send
            return connection.send({"started": spec["id"]})
        for one in self.waiting:
            if one.spec["id"] == spec["id"]:
                one.connection = connection
                return
        self.waiting.append(Waiting(spec, connection))
        if self.cell or len(self.waiting) > 1:
            self.note_state()

    def answer(self, ask, request, connection):
        def tell(answer):
            connection.send({"told": {"id": ask, "answer": answer}})

        if "variables" in request:
            if self.cell or not self.kernel or not self.kernel.is_ready:
                return tell({"variables": None})
            self.questions.append((connection, ask, time.monotonic() + ANSWER_SECONDS))
            self.kernel.link.send({"variables": True})
        elif "has_env" in request:
            env = self.spec["run"].get("env") or {}
            tell({"has_env": all(env.get(name) == value for name, value in request["has_env"].items())})
        elif "interrupt" in request:
            if not self.cell:
                return tell({"interrupted": None})
            tell({"interrupted": self.cell.number, "job_id": self.cell.id})
            self.interrupt(cancelled=True)
        elif "end" in request or "restart" in request:
            self.ends.append((tell, request))
            if not self.kernel:
                self.told_to_end = "py_session_end"

    def answer_ends(self, answer):
        for tell, _ in self.ends:
            tell(answer)
        self.ends = []

    def flush_all(self):
        for connection in self.connections.values():
            if connection.unsent:
                connection.socket.setblocking(True)
                connection.socket.settimeout(1.0)
            connection.flush()

    # -- what the kernel says -----------------------------------------------------------------

    def serve_kernel(self, ready):
        if self.kernel.link.descriptor not in ready or not self.kernel.link.is_open:
            return
        self.kernel.link.flush()
        for message in self.kernel.link.read():
            self.hear(message)

    def hear(self, message):
        if "ready" in message:
            self.kernel.is_ready = True
            self.kernel.about = message["ready"]
            record = self.spec["record"]
            self.transcript.add(
                "session",
                id=self.id,
                python=message["ready"]["python"],
                python_version=message["ready"]["python_version"],
                directory=record.get("directory"),
                dependencies=record.get("dependencies"),
            )
            self.note_state()
        elif "variables" in message:
            connection, ask, _ = self.questions.pop(0) if self.questions else (None, None, None)
            if connection:
                connection.send({"told": {"id": ask, "answer": message}})
        elif "late" in message:
            self.late.add(message["late"], message["text"])
        elif self.cell is None or message.get("cell") != self.cell.number:
            pass  # of a forked child that outlived its cell
        elif "display" in message:
            self.cell.move_all()
            self.show(message)
            self.kernel.link.send({"shown": True})
        elif "clear" in message:
            self.cell.move_all()
            self.cell.shown.clear()
        elif "note" in message:
            self.cell.notes.append(message["note"])
        elif "installed" in message:
            self.packages += message["installed"]
            self.transcript.add("packages", packages=message["installed"])
        elif "input" in message:
            self.open_input()
        elif "done" in message:
            self.finish(message)

    def show(self, message):
        output, picture = message["display"], message.get("picture")
        if picture:
            name = os.path.basename(picture["name"])
            kept = self.transcript.keep_picture(os.path.join(self.cell.folder, names.ARTIFACTS, name), name)
            if kept:
                output["data"][picture["mime"]] = {"path": kept}
        self.cell.shown.show(output, message.get("printed", 0), message.get("stream", "stdout"))

    def open_input(self):
        if self.cell.inbox is None:
            try:
                self.cell.inbox = Inbox(os.path.join(self.cell.folder, names.INPUT))
            except OSError:
                self.kernel.link.send({"input": "", "eof": True})

    def finish(self, done):
        cell, self.cell = self.cell, None
        cell.move_all()
        error = None
        if done.get("error"):
            error = done["error"]
        if done.get("prepare_log"):
            self.write_prepare_log(cell.folder, done["prepare_log"])
        raised = done.get("exception") is not None
        outcome = cell.outcome(1 if raised or error else 0, error, done.get("failed_step"), usage=done["usage"])
        self.keep_reading(cell)
        self.last_used = time.time()
        cell.settle(outcome, self.transcript, done.get("result"), done.get("exception"))
        self.note_state()

    def write_prepare_log(self, folder, text):
        try:
            with job_folder.open_private(os.path.join(folder, names.PREPARE_LOG)) as file:
                file.write(text.encode("utf-8", "replace"))
        except OSError:
            pass

    def keep_reading(self, cell):
        for output in cell.outputs:
            self.late.watch(output.pipe, cell.number)
            self.late.read(output.pipe)

    # -- the cell that runs -------------------------------------------------------------------

    def serve_cell(self, ready, now):
        if not self.cell:
            return
        for output in self.cell.outputs:
            if output.pipe in ready:
                self.cell.move(output)
        problem = self.cell.problem()
        if problem and not self.cell.ending:
            self.interrupt(error="The cell was stopped: " + problem)
        if self.cell.inbox and self.cell.inbox.pipe in ready:
            for message in self.cell.inbox.read():
                self.kernel.link.send({"input": message["text"], "eof": message["eof"]})
        if not self.cell.ending and now >= self.cell.deadline:
            self.interrupt(timed_out=True)

    def interrupt(self, **why):
        """Has KeyboardInterrupt raised in the cell, once, and once more when half of its grace is over."""
        if self.cell.ending:
            return
        now, grace = time.monotonic(), self.spec["grace_seconds"]
        self.cell.ending = Ending(now + grace, **why)
        self.cell.ending.again = now + grace / 2
        self.kernel.interrupt()

    def check(self, now):
        """What is due: limits, idleness, orders to end."""
        cell = self.cell
        if cell and cell.ending:
            if now >= cell.ending.until:
                raise SessionEnded(
                    "its cell %d did not stop within %g s of being interrupted, so that it was ended with all its "
                    "processes" % (cell.number, self.spec["grace_seconds"]),
                    True,
                )
            if cell.ending.again and now >= cell.ending.again:
                cell.ending.again = None
                self.kernel.interrupt()
        while self.questions and now >= self.questions[0][2]:
            connection, ask, _ = self.questions.pop(0)
            connection.send({"told": {"id": ask, "answer": {"variables": None}}})
            self.kernel.interrupt()
        if self.told_to_end:
            raise SessionEnded("it was told to end (%s)" % self.told_to_end, False)
        if self.ends:
            raise SessionEnded("it was ended with py_session_end", False)
        if job_folder.is_gone(self.folder):
            raise SessionEnded("its folder was removed", True)
        idle = self.spec.get("idle_seconds")
        if idle and not cell and not self.waiting and time.time() - self.last_used >= idle:
            raise SessionEnded("nobody had used it for %g h (PYTHON_MCP_SESSION_IDLE_HOURS)" % (idle / 3600), False)
        if self.ceiling and now >= self.next_memory:
            if self.ceiling.is_exceeded():
                raise SessionEnded(self.ceiling.describe(), True)
            self.next_memory = time.monotonic() + (MEMORY_SECONDS if cell else CHECK_SECONDS)
        if cell and now >= self.memory_at + MEMORY_NOTE_SECONDS:
            self.note_state()

    def look(self):
        """A signal has come: somebody has changed a file of a cell."""
        if self.cell:
            if job_folder.has(self.cell.folder, names.CANCEL):
                self.interrupt(cancelled=True)
            if job_folder.has(self.cell.folder, names.BACKGROUND):
                try:
                    self.cell.slot.move_to_background()
                except OSError:
                    pass
        self.is_hindered = False

    def hear_of_death(self):
        for message in self.kernel.link.read():
            self.hear(message)
        for pipe in list(self.late.pipes):
            self.late.read(pipe)
        said = self.late.texts.get(0, "").strip().split("\n")[-1]
        raise SessionEnded(self.kernel.describe_death(said), True)

    # -- the next one -------------------------------------------------------------------------

    def can_begin(self):
        return self.waiting and not self.cell and self.kernel.is_ready and not self.questions

    def begin_next(self):
        while self.can_begin():
            first = self.waiting[0]
            if not self.begin(first.spec, first.connection):
                self.is_hindered = True
                return
            self.waiting.pop(0)
        self.is_hindered = False
        if not self.waiting:
            self.announce(None)

    def begin(self, spec, connection):
        """False when it has to wait still; True also for one that has ended without a run."""
        lock = None
        try:
            kind = slots.BACKGROUND if job_folder.has(spec["dir"], names.BACKGROUND) else spec["kind"]
            slot = self.queue.take(kind, spec["order"])
            if slot is None:
                self.announce((kind, spec["order"]))
                return False
        except OSError:
            return False
        try:
            lock = job_folder.try_lock(spec["dir"])
            step = job_folder.step_of(spec["dir"], lock)
            if step == WAIT and not job_folder.has(spec["dir"], names.STARTED):
                return False
            if step != START:
                if step == CANCEL:
                    outcome = job_folder.ended_without_run(cancelled=True)
                    job_folder.write_outcome(spec["dir"], outcome, lock, waits=False)
                connection.send({"ended": spec["id"]})
                return True
            cell = RunningCell(spec, self.cells + 1, lock, slot, connection.send, self.name)
            lock = slot = None
            self.start_cell(cell)
            return True
        except FileNotFoundError:
            connection.send({"ended": spec["id"]})
            return True
        except OSError:
            return False
        finally:
            if lock is not None:
                os.close(lock)
            if slot is not None:
                os.close(slot.descriptor)

    def start_cell(self, cell):
        late = self.late.take()
        if late:
            cell.notes.append(late)
        client = cell.spec["session"].get("client")
        if self.last_client not in (None, client):
            cell.notes.append("Another client ran the cell before this one")
        self.last_client = client
        cell.note_start(self.id)
        self.cells += 1
        self.last_job = cell.id
        self.cell = cell
        self.last_used = time.time()
        self.kernel.link.send(cell.message(), cell.pipes.writes)
        cell.pipes.close_writes()
        cell.tell({"started": cell.id})
        self.note_state()

    def announce(self, first):
        for kind in slots.KINDS:
            try:
                if self.queue.announced[kind] is not None or first:
                    self.queue.announce(kind, first[1] if first and first[0] == kind else None)
            except OSError:
                pass

    # -- the end ------------------------------------------------------------------------------

    def stop(self, end):
        """Ends the kernel, with all that it has started, then what was to run in it."""
        if self.kernel and not end.died and not self.cell and self.kernel.link.is_open:
            self.kernel.link.send({"exit": True})
            self.wait_for_exit()
        before_cell = self.cell
        self.commands.stop(Ended(), without_grace=end.died or before_cell is not None)
        if before_cell:
            self.cell = None
            before_cell.move_all()
            asked = before_cell.ending
            cancelled = not end.died or bool(asked and asked.cancelled)
            error = "The session %s has ended: %s. Its variables are gone" % (self.name, end.reason)
            outcome = before_cell.outcome(None, error)
            outcome["cancelled"] = cancelled
            self.keep_reading(before_cell)
            before_cell.settle(outcome, self.transcript)
        for one in self.waiting:
            if end.died and self.cells == 0:
                fail_waiting(one.spec, end.reason, end.failed_step, self.prepare_log)
            else:
                fail_waiting(one.spec, BEFORE % (self.name, end.reason))
            one.connection.send({"ended": one.spec["id"]})
        self.waiting = []
        for connection, ask, _ in self.questions:
            connection.send({"told": {"id": ask, "answer": {"variables": None}}})
        self.questions = []
        self.late.take()
        self.late.close()
        if self.kernel:
            self.kernel.close()
            self.kernel = None

    def wait_for_exit(self):
        until = time.monotonic() + EXIT_SECONDS
        ended = Ended()
        while not self.commands.main_ended and time.monotonic() < until:
            if not self.commands.reap(ended):
                break
            self.commands.sleep(0.05)
        self.late.texts.pop(0, None)

    def note_state(self):
        """`state.json`, for everybody who lists sessions."""
        self.memory_at = time.monotonic()
        try:
            if self.kernel:
                self.memory = process_tree.resident_bytes([self.kernel.pid])
        except OSError:
            pass
        about = self.kernel.about if self.kernel else {}
        is_starting = not self.kernel or not self.kernel.is_ready
        state = {
            "id": self.id,
            "state": "starting" if is_starting else "busy" if self.cell else "idle",
            "started_at": self.began,
            "last_used_at": self.last_used,
            "cells": self.cells,
            "running": {"cell": self.cell.number, "job_id": self.cell.id} if self.cell else None,
            "last_job_id": self.last_job,
            "queued": [one.spec["id"] for one in self.waiting],
            "python_version": about.get("python_version"),
            "shell": about.get("shell"),
            "kernel_pid": self.kernel.pid if self.kernel else None,
            "supervisor_pid": os.getpid(),
            "memory_bytes": self.memory,
            "packages": self.packages,
        }
        try:
            job_folder.write_json(self.folder, names.SESSION_STATE, state)
        except OSError:
            pass


def supervise(home, spec, lock, listener, umask, limit, reaps_orphans):
    process_tree.load_prctl()
    SessionSupervisor(home, spec, lock, listener, umask, limit, reaps_orphans).run()
