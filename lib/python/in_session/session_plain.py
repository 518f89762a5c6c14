"""A shell of the standard library alone: the value of the last expression, and top-level `await`."""
import ast
import builtins
import inspect
import linecache
import os

import session_traceback
from session_display import Display

EXIT = "exit() does not end a session: py_session_end does. The variables are still there"


class PlainShell:
    kind = "plain"

    def __init__(self, module, loop):
        self.loop, self.names = loop, module.__dict__
        self.display = Display(loop)
        builtins.exit = builtins.quit = self.names["exit"] = self.names["quit"] = Exit(self)
        builtins.display = lambda *values: [self.display.show({"text/plain": repr(value)}) for value in values] and None
        os.environ.setdefault("MPLBACKEND", "module://session_backend")
        import session_backend_target

        session_backend_target.display = self.display

    def variables(self):
        return self.names

    def run(self, source, cell):
        self.display.begin()
        answer = {}
        try:
            self.execute(source, "<cell %d>" % cell)
        except BaseException as error:
            self.loop.end_fork(error)
            name, text, lines, line = session_traceback.describe(error)
            self.display.show_error(name, text, lines)
            answer["exception"] = line
        if self.loop.control.is_ours:
            self.end_figures()
            self.display.end()
        return dict(answer, result=self.display.result)

    def execute(self, source, name):
        linecache.cache[name] = (len(source), None, source.splitlines(True), name)
        tree = ast.parse(source, name)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        if tree.body:
            self.evaluate(compile(tree, name, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT))
        if last is None:
            return
        code = compile(ast.Expression(last.value), name, "eval", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        value = self.evaluate(code)
        if value is not None and self.loop.control.is_ours:
            builtins._ = value
            self.display.show_result({"text/plain": repr(value)}, None, self.loop.cell)

    def evaluate(self, code):
        value = eval(code, self.names)
        return self.loop.events.run_until_complete(value) if code.co_flags & inspect.CO_COROUTINE else value

    def end_figures(self):
        import sys

        if "session_backend" in sys.modules:
            try:
                sys.modules["session_backend"].show()
            except Exception:
                pass  # such as a formula that cannot be drawn


class Exit:
    def __init__(self, shell):
        self.shell = shell

    def __call__(self, code=None):
        print(EXIT)

    def __repr__(self):
        return EXIT
