"""`input()` in a cell: what py_send_input sends to its job."""
import builtins
import sys

ENDED = (
    "the input of this cell has ended. Send lines with py_send_input (job_id of the cell) while it waits, or assign the "
    "value in the code"
)


class Input:
    def __init__(self, loop):
        self.loop = loop
        self.text, self.has_ended, self.has_asked = "", False, False
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
        if not self.has_asked:
            self.has_asked = True
            loop.say(input=str(prompt)[:200])
        while "\n" not in self.text:
            if self.has_ended:
                if self.text:
                    break
                raise EOFError(ENDED)
            message = loop.control.receive()
            if message is None:
                raise EOFError(ENDED)
            self.hear(message)
        line, _, self.text = self.text.partition("\n")
        return line

    def hear(self, message):
        if "input" in message:
            self.text += message["input"]
            self.has_ended = self.has_ended or message["eof"]

    def end(self):
        self.text, self.has_ended, self.has_asked = "", False, False


