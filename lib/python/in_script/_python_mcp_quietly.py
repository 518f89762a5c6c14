"""Draws a figure once more without the script noticing."""
import contextlib
import logging
import threading
import warnings

_LOGGERS = ("matplotlib", "fontTools", "PIL")


@contextlib.contextmanager
def quietly(figure, keeps_layout):
    """No warning, log line or event of this thread reaches the script.

    keeps_layout: what the script has laid out when it drew the figure stays as it is.
    """
    with contextlib.ExitStack() as stack:
        stack.enter_context(_no_warnings())
        stack.enter_context(_no_log_lines())
        blocked = getattr(figure.canvas.callbacks, "blocked", None)
        if blocked:
            stack.enter_context(blocked(signal="draw_event"))
        engine = getattr(figure, "get_layout_engine", lambda: None)()  # since matplotlib 3.6
        if keeps_layout and engine is not None:
            stack.enter_context(figure._cm_set(layout_engine="none"))
        yield


@contextlib.contextmanager
def _no_warnings():
    # `warnings.catch_warnings` would have those shown again that the script has seen once.
    show, is_other = warnings.showwarning, _is_other_thread()

    def show_others(*args, **kwargs):
        if is_other():
            show(*args, **kwargs)

    warnings.showwarning = show_others
    try:
        yield
    finally:
        if warnings.showwarning is show_others:
            warnings.showwarning = show


@contextlib.contextmanager
def _no_log_lines():
    loggers = [
        logger
        for name, logger in list(logging.root.manager.loggerDict.items())
        if name.split(".")[0] in _LOGGERS and isinstance(logger, logging.Logger)
    ]
    is_other = _is_other_thread()
    for logger in loggers:
        logger.addFilter(is_other)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(is_other)


def _is_other_thread():
    own = threading.get_ident()
    return lambda *_: threading.get_ident() != own
