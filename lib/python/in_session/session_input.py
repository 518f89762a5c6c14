"""`input()` in a cell: what py_send_input sends to its job."""
import builtins
import sys

ENDED = (
    "the input of this cell has ended. Send lines with py_send_input (job_id of the cell) while it waits, or assign the "
    "value in the code"
)
LONGEST_PROMPT = 200  # characters, of what its job says of it


class Input:
    def __init__(self, loop):
        self.loop = loop
        self.text, self.has_ended = "", False
        builtins.input = self.ask
        try:
            import getpass

            getpass.getpass = lambda prompt="Password: ", stream=None: self.ask(prompt)
        except ImportError:
            pass

    def ask(self, prompt=""):
        loop = self.loop
        if not loop.control.is_ours:
            raise EOFError("a process that a cell has forked has no input")
        sys.stdout.write(str(prompt))
        loop.streams.flush()
        if "\n" not in self.text and not self.has_ended:
            loop.say(input=str(prompt)[:LONGEST_PROMPT])
            try:
                self.wait()
            except KeyboardInterrupt:
                self.has_ended = True  # a debugger asks again, and comes to its end by that
                raise
            finally:
                loop.say(input=None)
        if not self.text:
            raise EOFError(ENDED)
        line, _, self.text = self.text.partition("\n")
        return line

    def wait(self):
        """Until there is a line, or the end of the input."""
        while "\n" not in self.text and not self.has_ended:
            message = self.loop.control.receive()
            if message is None:
                self.has_ended = True  # the supervisor is gone
            else:
                self.hear(message)

    def hear(self, message):
        if "input" in message:
            self.text += message["input"]
            self.has_ended = self.has_ended or message["eof"]

    def end(self):
        self.text, self.has_ended = "", False


