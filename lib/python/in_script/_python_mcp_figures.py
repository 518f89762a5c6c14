"""Makes files of what scripts would show in a window: figures of matplotlib and plotly.

Loaded by the start-up hook once a script has imported one of these libraries. Pictures go to the
folder PYTHON_MCP_ARTIFACTS; of one too large for a result, a smaller one goes to `previews` beside it.
"""
import atexit
import functools
import os

_LARGEST = 700000  # bytes of all pictures of a result
_MOST = 50  # pictures saved by themselves


def patch(module, artifacts):
    """Changes a freshly imported module."""
    if module.__name__ == "matplotlib.pyplot":
        _Pyplot(module, artifacts).patch()
    else:
        _patch_plotly(module, artifacts)


class _Pyplot:
    def __init__(self, pyplot, artifacts):
        self.pyplot, self.artifacts = pyplot, artifacts
        self.pid, self.saved = os.getpid(), 0

    def patch(self):
        # After matplotlib's own function, which closes all figures, and so called before it.
        atexit.register(self.at_exit)
        show = self.pyplot.show

        @functools.wraps(show)
        def show_and_save(*args, **kwargs):
            if not self.is_inline():
                self.save_all()
            if self.has_window():
                return show(*args, **kwargs)
            block = args[0] if args else kwargs.get("block")
            # A window that has been looked at is gone.
            if block or (block is None and not self.pyplot.isinteractive()):
                self.pyplot.close("all")
            return None

        self.pyplot.show = show_and_save
        self.remember_files_of_script()

    def has_window(self):
        backend = self.pyplot.get_backend().lower()
        return backend not in ("agg", "cairo", "pdf", "pgf", "ps", "svg", "template")

    def is_inline(self):
        """In a notebook figures are outputs of its cells."""
        return "inline" in self.pyplot.get_backend()

    def remember_files_of_script(self):
        """Marks figures that the script itself saves as pictures among the artifacts."""
        figure = self.pyplot.Figure
        savefig = figure.savefig

        @functools.wraps(savefig)
        def savefig_and_remember(fig, fname, *args, **kwargs):
            result = savefig(fig, fname, *args, **kwargs)
            try:
                path = os.path.realpath(os.fspath(fname))
                inside = path.startswith(os.path.realpath(self.artifacts) + os.sep)
                if inside and os.path.splitext(path)[1].lower() in (".png", ""):
                    fig._python_mcp_saved = True
                    self.keep_preview(fig, path)
            except Exception:
                pass  # a stream, or a full disk
            return result

        figure.savefig = savefig_and_remember

    def at_exit(self):
        # A forked child has the figures of its parent.
        if os.getpid() == self.pid and not self.is_inline():
            self.save_all()

    def save_all(self):
        for number in self.pyplot.get_fignums():
            if self.saved >= _MOST:
                return
            figure = self.pyplot._pylab_helpers.Gcf.figs[number].canvas.figure
            if getattr(figure, "_python_mcp_saved", False):
                continue
            try:
                self.save(figure)
                self.saved += 1
            except Exception:
                pass  # such as a formula that cannot be drawn, or a full disk
            # Shown once more with `block=False`, it would be the same picture.
            figure._python_mcp_saved = True

    def save(self, figure):
        path = _new_file(self.artifacts, "figure", ".png")
        try:
            _save_png(figure, path, None)
        except BaseException:
            os.unlink(path)
            raise
        self.keep_preview(figure, path)

    def keep_preview(self, figure, path):
        size = os.path.getsize(path)
        if size <= _LARGEST:
            return
        artifacts = os.path.realpath(self.artifacts)
        name = os.path.relpath(os.path.realpath(path), artifacts)
        preview = os.path.join(os.path.dirname(artifacts), "previews", name)
        os.makedirs(os.path.dirname(preview), 0o700, exist_ok=True)
        dpi = figure.get_dpi()
        for _ in range(6):
            dpi *= min(0.8, (0.8 * _LARGEST / size) ** 0.5)
            _save_png(figure, preview, dpi)
            size = os.path.getsize(preview)
            if size <= _LARGEST:
                return
        os.unlink(preview)


def _save_png(figure, path, dpi):
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        options = {} if dpi is None else {"dpi": dpi}
        savefig = type(figure).savefig
        getattr(savefig, "__wrapped__", savefig)(figure, path, format="png", **options)


def _new_file(folder, name, ending):
    """Creates the first of `name_1`, `name_2`, ... that is not there; other processes do so too."""
    os.makedirs(folder, 0o700, exist_ok=True)
    number = 1
    while True:
        path = os.path.join(folder, "%s_%d%s" % (name, number, ending))
        try:
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            return path
        except FileExistsError:
            number += 1


def _patch_plotly(renderers, artifacts):
    """`fig.show()` writes a page; without a browser it would wait for one or fail."""
    if os.environ.get("PLOTLY_RENDERER"):
        return

    class Pages(renderers.ExternalRenderer):
        def render(self, fig_dict):
            from plotly.io import write_html

            path = _new_file(artifacts, "figure", ".html")
            write_html(fig_dict, path, validate=False)

    renderers.renderers["python_mcp"] = Pages()
    renderers.renderers.default = "python_mcp"
