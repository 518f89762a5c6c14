"""IPython's InteractiveShell as the shell of a session."""
import os
import sys
import warnings

import IPython.core.completer  # noqa: F401  sets a filter of warnings: before ours, as in a warm process
from IPython import version_info
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Any
from traitlets.config import Config

import session_traceback
from session_display import Display
from session_plain import EXIT

INLINE = "module://matplotlib_inline.backend_inline"


class Hook(DisplayHook):
    def write_output_prompt(self):
        pass

    def write_format_data(self, format_dict, md_dict=None):
        self.shell.session_display.show_result(format_dict, md_dict, self.prompt_count)

    def log_output(self, format_dict):
        pass


class Publisher(DisplayPublisher):
    def publish(self, data, metadata=None, source=None, *, transient=None, update=False, **_):
        self.shell.session_display.publish(data, metadata, transient, update)

    def clear_output(self, wait=False):
        self.shell.session_display.clear()


class Shell(InteractiveShell):
    displayhook_class = Any(Hook)
    display_pub_class = Any(Publisher)
    session_display = session_loop = None
    session_error = None

    def init_io(self):
        pass

    def init_virtualenv(self):
        pass  # it runs in its environment's own Python

    def ask_exit(self):
        self.exit_now = False
        print(EXIT)

    def enable_gui(self, gui=None):
        """Called by %matplotlib, whose `inline` needs nothing more, and by %gui."""
        if gui not in (None, "inline"):
            raise UsageError("a session has no windows (%s): plt.show() shows figures with the answer" % gui)

    def system(self, cmd):
        self.session_loop.streams.flush()
        return self.system_raw(self.var_expand(cmd, depth=1))

    def showtraceback(self, exc_tuple=None, filename=None, tb_offset=None, exception_only=False, running_compiled_code=False):
        error = (exc_tuple or sys.exc_info())[1]
        if error is None:
            return
        self.session_loop.end_fork(error)
        if isinstance(error, UsageError):
            self.session_display.show_error("UsageError", str(error), ["UsageError: %s\n" % error])
            self.session_error = "UsageError: %s" % str(error).split("\n")[0]
            return
        sys.last_type, sys.last_value, sys.last_traceback = type(error), error, error.__traceback__
        name, text, lines, self.session_error = session_traceback.describe(error)
        self.session_display.show_error(name, text, lines)

    def showsyntaxerror(self, filename=None, running_compiled_code=False):
        self.showtraceback()

    def showindentationerror(self):
        self.showtraceback()


class IPythonShell:
    kind = "ipython"

    def __init__(self, module, loop):
        self.loop = loop
        self.display = Display(loop)
        Shell.session_display, Shell.session_loop = self.display, loop
        config = Config()
        config.HistoryManager.enabled = False
        config.InteractiveShell.colors = "nocolor" if version_info >= (9,) else "NoColor"
        config.InteractiveShell.color_info = False
        warnings.filterwarnings("ignore", "To exit: use 'exit'", UserWarning)
        self.shell = Shell.instance(config=config, user_module=module, user_ns=module.__dict__)
        self.shell.loop_runner = loop.events.run_until_complete
        self.shell.compile.get_code_name = self.name_of
        self.names = {}
        self.cell = 0
        os.environ.setdefault("MPLBACKEND", INLINE)

    def variables(self):
        hidden = self.shell.user_ns_hidden
        return {
            name: value
            for name, value in self.shell.user_ns.items()
            if not (name in hidden and hidden[name] is value)
        }

    def name_of(self, raw_code, transformed_code, number):
        """What tracebacks call the source; each text its own name, since lines are looked up by it."""
        names = self.names.setdefault(self.cell, [])
        if transformed_code not in names:
            names.append(transformed_code)
        nested = names.index(transformed_code)
        return "<cell %d%s>" % (self.cell, ".%d" % nested if nested else "")

    def run(self, source, cell):
        self.cell, self.names = cell, {}
        self.display.begin()
        self.shell.session_error = None
        if "_oh" not in self.shell.user_ns:
            self.shell.init_user_ns()  # a cell has removed IPython's own names with all others
        self.shell.execution_count = cell
        result = self.shell.run_cell(source, store_history=True)
        answer = {}
        error = result.error_before_exec or result.error_in_exec
        if self.shell.session_error:  # also of what `%run` ran, or of a result that cannot be shown
            answer["exception"] = self.shell.session_error
        elif error is not None:
            answer["exception"] = session_traceback.describe(error)[3]
        if self.loop.control.is_ours:
            self.display.end()
        return dict(answer, result=self.display.result)
