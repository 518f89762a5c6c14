"""Makes pictures of what scripts show in windows or save: figures of matplotlib, pages of plotly.

Loaded by the start-up hook once a script has imported one of these libraries. Pictures go to the
folder PYTHON_MCP_ARTIFACTS; of one too large for a result, a smaller one goes to `previews` beside it.
"""
import atexit
import functools
import itertools
import os
import sys
import types

from _python_mcp_pictures import Pictures, new_file

_pictures = None


def patch(module, artifacts):
    """Changes a freshly imported module."""
    global _pictures
    if module.__name__ == "matplotlib.backend_bases":
        canvas = module.FigureCanvasBase
        _pictures = Pictures(artifacts, canvas.print_figure)
        canvas.print_figure = _followed(canvas.print_figure, _after_print)
    elif module.__name__ == "matplotlib.pyplot":
        _Pyplot(module).patch()
    elif module.__name__.endswith("loky.backend.fork_exec"):
        _pass_hook_on(module)
    else:
        _patch_plotly(module, artifacts)


def _followed(function, act):
    """The function, after which `act` is called with the same arguments.

    It counts as one of the function's own module: by that a warning finds the line of the script that
    it is about. No traceback shows it; before Python 3.11 it shows the function's first line.
    """

    def both(*args, **kwargs):
        try:
            result = function(*args, **kwargs)
        except BaseException as error:
            error.__traceback__ = error.__traceback__.tb_next
            raise
        try:
            act(*args, **kwargs)
        except Exception:
            pass  # a script without its pictures beats one that fails
        return result

    original = function.__code__
    code = both.__code__.replace(
        co_filename=original.co_filename,
        co_name=original.co_name,
        co_firstlineno=original.co_firstlineno - 2,  # the call is two lines below
    )
    both = types.FunctionType(code, function.__globals__, original.co_name, None, both.__closure__)
    for name in ("__module__", "__name__", "__qualname__", "__doc__"):
        setattr(both, name, getattr(function, name))
    both.__wrapped__ = function
    return both


def _after_print(canvas, filename, *args, **kwargs):
    """`print_figure` is what every way to save a figure comes to."""
    caller = sys._getframe(2)
    if caller.f_globals.get("__name__") == "IPython.core.pylabtools":
        _pictures.forget(canvas.figure)
    elif caller.f_back is None or caller.f_back.f_globals.get("__name__") != "matplotlib.animation":
        names = ("dpi", "facecolor", "edgecolor", "orientation", "format")
        _pictures.keep_saved(canvas.figure, filename, dict(zip(names, args), **kwargs))


class _Pyplot:
    def __init__(self, pyplot):
        self.pyplot, self.pid = pyplot, os.getpid()

    def patch(self):
        # After matplotlib's own function, which closes all figures, and so called before it.
        atexit.register(self.at_exit)
        show = self.pyplot.show

        @functools.wraps(show)
        def show_and_keep(*args, **kwargs):
            if not self.is_inline():
                self.keep_open()
            if self.has_window():
                return show(*args, **kwargs)
            block = args[0] if args else kwargs.get("block")
            # A window that has been looked at is gone.
            if block or (block is None and not self.pyplot.isinteractive()):
                self.pyplot.close("all")
            return None

        self.pyplot.show = show_and_keep

    def has_window(self):
        backend = self.pyplot.get_backend().lower()
        return backend not in ("agg", "cairo", "pdf", "pgf", "ps", "svg", "template")

    def is_inline(self):
        """In a notebook figures are outputs of its cells."""
        return "inline" in self.pyplot.get_backend()

    def at_exit(self):
        # A forked child has the figures of its parent.
        if os.getpid() == self.pid and not self.is_inline():
            self.keep_open()

    def keep_open(self):
        for number in self.pyplot.get_fignums():
            try:
                _pictures.keep_shown(self.pyplot._pylab_helpers.Gcf.figs[number].canvas.figure)
            except Exception:
                pass  # such as a formula that cannot be drawn, or a full disk


def _pass_hook_on(loky):
    """Gives joblib's workers the start-up hook: they are started with a copy of `os.environ`, which hides it."""
    fork_exec = loky.fork_exec
    hook = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "hook")

    @functools.wraps(fork_exec)
    def fork_exec_with_hook(cmd, keep_fds, env=None):
        env = dict(os.environ, **(env or {}))
        env["PYTHONPATH"] = os.pathsep.join(filter(None, (hook, env.get("PYTHONPATH"))))
        env["PYTHON_MCP_SCRIPT_PID"] = str(os.getpid())  # how the job ends is not for a worker to say
        return fork_exec(cmd, keep_fds, env)

    loky.fork_exec = fork_exec_with_hook


def _patch_plotly(renderers, artifacts):
    """`fig.show()` writes a page; without a browser it would wait for one or fail."""
    if os.environ.get("PLOTLY_RENDERER"):
        return

    class Pages(renderers.ExternalRenderer):
        def render(self, fig_dict):
            from plotly.io import write_html

            path = new_file(artifacts, ("figure_%d" % number for number in itertools.count(1)), ".html")
            write_html(fig_dict, path, validate=False)

    renderers.renderers["python_mcp"] = Pages()
    renderers.renderers.default = "python_mcp"
