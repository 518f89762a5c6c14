"""Tracebacks as a script's: of the cells' lines and of what they call, without a frame of ours or of IPython."""
import os
import traceback

MOST_FRAMES = 1000  # as Python itself shows
HERE = os.path.dirname(os.path.abspath(__file__))


def describe(error):
    """Name, text and lines of an exception, and what it is in one line."""
    try:
        shown = last_of(error.__traceback__)
        told = traceback.TracebackException(type(error), error, shown, limit=-MOST_FRAMES)
        for one in chain(told):
            one.stack[:] = of_user(one.stack, isinstance(error, SyntaxError))
        lines = list(told.format())
    except Exception as problem:  # as of a __str__ that fails
        lines = ["%s (its text could not be made: %r)\n" % (type(error).__name__, type(problem).__name__)]
    name, text = type(error).__name__, text_of(error)
    first = text.split("\n")[0]
    return name, text, lines, "%s: %s" % (name, first) if first else name


def last_of(entry):
    """Where the last frames of a traceback begin: to look at each of millions takes longer than a cell's grace."""
    ahead = entry
    for _ in range(MOST_FRAMES):
        if ahead is None:
            return entry
        ahead = ahead.tb_next
    while ahead is not None:
        entry, ahead = entry.tb_next, ahead.tb_next
    return entry


def text_of(error):
    try:
        return str(error.msg if isinstance(error, SyntaxError) and error.msg else error)[:20000]
    except Exception:
        return "<its text could not be made>"


def chain(told):
    seen, waiting = set(), [told]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [one.__cause__, one.__context__] + list(getattr(one, "exceptions", None) or ())


def of_user(stack, is_syntax_error):
    """The frames from the first one in a cell on. Where the parser fails, no line of the user has run."""
    frames = [frame for frame in stack if not is_ours(frame.filename)]
    first = next((at for at, frame in enumerate(frames) if frame.filename.startswith("<cell ")), None)
    if first is None:
        return [] if is_syntax_error else frames
    return frames[first:]


def is_ours(path):
    folder = os.path.dirname(path)
    return folder == HERE or "/IPython/core" in path.replace(os.sep, "/")
