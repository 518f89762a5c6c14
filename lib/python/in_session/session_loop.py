"""Waits for what the supervisor wants, and does it. asyncio's tasks go on meanwhile."""
import asyncio
import os
import resource
import signal
import sys
import threading
import time

import session_install
import session_process
import session_streams
import session_traceback
import session_variables
from session_input import Input
from session_shell import make_shell

LONGEST_END_SECONDS = 10.0


class Loop:
    def __init__(self, control):
        self.control = control
        self.streams = session_streams.Streams(control)
        self.events = asyncio.new_event_loop()
        self.is_busy = False
        module = session_process.new_main()
        self.take_interrupts()
        self.shell = make_shell(module, self)
        self.input = Input(self)
        self.cell = None
        self.ready_message = {
            "python": sys.executable,
            "python_version": "%d.%d.%d" % sys.version_info[:3],
            "shell": self.shell.kind,
        }

    def take_interrupts(self):
        """At each cell: one before may have left its own handler, as pdb does that goes on with `continue`."""
        signal.signal(signal.SIGINT, self.interrupt)

    def interrupt(self, _number, _frame):
        """Only what runs can be interrupted: a signal that comes too late is dropped."""
        if self.is_busy:
            raise KeyboardInterrupt

    def serve(self):
        start_ticks(self.streams.tick)
        self.control.send({"ready": self.ready_message})
        while True:
            message = self.wait()
            if message is None:
                os._exit(0)  # the supervisor is gone
            if "run" in message:
                try:
                    self.run(message)
                except OSError:
                    self.give_up()
            elif "variables" in message:
                self.tell_variables()
            elif "exit" in message:
                break
        self.events.close()

    def wait(self):
        """The next message; tasks of earlier cells go on until it comes."""
        if self.control.has_line():
            return self.control.receive()
        pending = asyncio.all_tasks(self.events)
        if not pending:
            return self.receive()
        come = self.events.create_future()
        self.events.add_reader(self.control.fileno(), lambda: come.done() or come.set_result(None))
        try:
            self.events.run_until_complete(come)
        except BaseException:
            pass  # of a task: asyncio has reported it
        finally:
            self.events.remove_reader(self.control.fileno())
        return self.receive()

    def receive(self):
        try:
            return self.control.receive()
        except OSError:
            return None

    def run(self, message):
        self.cell = cell = message["run"]
        os.environ.update(
            PYTHON_MCP_JOB_ID=message["job_id"],
            PYTHON_MCP_PROGRESS_FILE=message["progress"],
            PYTHON_MCP_ARTIFACTS=message["artifacts"],
        )
        self.take_interrupts()
        asyncio.set_event_loop(self.events)  # which `asyncio.run` takes away
        self.streams.begin(cell, self.control.take_descriptors())
        before = resource.getrusage(resource.RUSAGE_SELF)
        done = {"done": True, "cell": cell}
        try:
            done.update(self.run_source(message))
        except KeyboardInterrupt:
            done["exception"] = "KeyboardInterrupt"
        except Exception as error:  # as of a cell that has broken what shows its result
            done["exception"] = session_traceback.describe(error)[3]
        finally:
            self.is_busy = False
        if not self.control.is_ours:
            self.streams.flush()
            os._exit(1 if done.get("exception") else 0)  # forked by the cell, and come to its end
        self.input.end()
        self.streams.end()
        after = resource.getrusage(resource.RUSAGE_SELF)
        done["usage"] = [after.ru_utime - before.ru_utime, after.ru_stime - before.ru_stime]
        self.control.send(done)

    def end_fork(self, error):
        """A process that a cell has forked ends by SystemExit as any other does."""
        if self.control.is_ours or not isinstance(error, SystemExit):
            return
        code = error.code
        if code is not None and not isinstance(code, int):
            print(code, file=sys.stderr)
            code = 1
        self.streams.flush()
        os._exit((code or 0) & 0xFF)

    def give_up(self):
        """A cell has closed our descriptors: the supervisor sees that, says so, and ends this process."""
        try:
            self.control.close()
        except OSError:
            pass
        time.sleep(LONGEST_END_SECONDS)
        os._exit(1)

    def run_source(self, message):
        self.is_busy = True
        if message.get("install"):
            answer = session_install.install(message["install"], self.say)
            if answer:
                return answer
        answer = self.shell.run(message["code"], self.cell)
        self.is_busy = False
        return answer

    def say(self, **message):
        """Tells the supervisor something about the cell that runs."""
        self.control.send(dict(message, cell=self.cell))

    def show(self, **message):
        """The same, and waits until what was printed before has its place before it."""
        self.say(**message)
        if self.control.is_ours and threading.get_ident() == session_streams.MAIN:
            while True:
                answer = self.control.receive()
                if answer is None or "shown" in answer:
                    return
                self.input.hear(answer)

    def tell_variables(self):
        self.is_busy = True
        try:
            found = session_variables.describe(self.shell.variables())
        except BaseException:
            found = None
        finally:
            self.is_busy = False
        self.control.send({"variables": found})


def start_ticks(tick):
    """By the thread of the scripts' own module, which is gone while the process forks."""
    try:
        import _python_mcp_ticker

        _python_mcp_ticker.add(tick)
    except ImportError:
        def run():
            while True:
                time.sleep(0.25)
                tick()

        threading.Thread(target=run, daemon=True).start()
