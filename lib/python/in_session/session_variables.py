"""What the variables of a session are, found out without running a line of the user's code."""
import sys
import types

MOST = 200
LONGEST_PREVIEW = 120
PLAIN = (bool, int, float, complex, str, bytes, type(None))
HOLDERS = (list, tuple, set, frozenset, dict, bytearray, range)
HIDDEN = {"In", "Out", "exit", "quit", "get_ipython", "open"}


def describe(variables):
    found = []
    for name, value in list(variables.items()):
        if name.startswith("_") or name in HIDDEN or type(value) is types.ModuleType:
            continue
        found.append(describe_one(name, value))
        if len(found) == MOST:
            break
    return found


def describe_one(name, value):
    kind = type(value)
    shape = size = preview = None
    if kind in PLAIN or kind in HOLDERS:
        size = sys.getsizeof(value)
        if kind in HOLDERS or kind in (str, bytes):
            shape = len(value)
        preview = show(value)
    else:
        described = of_library(kind, value)
        if described:
            shape, size, preview = described
    return {
        "name": name,
        "type": type.__getattribute__(kind, "__name__")[:80],
        "shape": shape,
        "size_bytes": size,
        "preview": preview if preview is None else cut(preview),
    }


def is_of(kind, module, *names):
    loaded = sys.modules.get(module)
    return loaded is not None and any(getattr(loaded, name, None) is kind for name in names)


def of_library(kind, value):
    """Shape, bytes and preview of what is of numpy's, pandas' or polars' own types."""
    if is_of(kind, "numpy", "ndarray"):
        plain = value.dtype.kind in "biufcmMSU"
        some = value.ravel()[:6].tolist() if plain and value.size else []
        more = ", …" if value.size > 6 else ""
        return str(value.shape), value.nbytes, "%s [%s%s]" % (value.dtype, ", ".join(map(show, some)), more)
    if is_of(kind, "pandas", "DataFrame"):
        columns = ", ".join("%s %s" % (show(name), dtype) for name, dtype in list(value.dtypes.items())[:12])
        return str(value.shape), int(value.memory_usage(deep=False).sum()), columns
    if is_of(kind, "pandas", "Series"):
        return str(value.shape), int(value.memory_usage(deep=False)), "%s %s" % (show(value.name), value.dtype)
    if is_of(kind, "polars", "DataFrame"):
        columns = ", ".join("%s %s" % pair for pair in list(value.schema.items())[:12])
        return str(value.shape), int(value.estimated_size()), columns
    if is_of(kind, "polars", "Series"):
        return str(value.shape), int(value.estimated_size()), "%s %s" % (value.name, value.dtype)
    return None


def show(value, depth=0):
    """A bounded repr of plain values; what is of other types is only named."""
    kind = type(value)
    if kind in (str, bytes):
        return repr(value[:LONGEST_PREVIEW])
    if kind is int and value.bit_length() > 400:
        return "an int of %d bits" % value.bit_length()
    if kind in PLAIN or kind is range:
        return repr(value)
    if kind is bytearray:
        return "bytearray(%s)" % repr(bytes(value[:40]))
    if kind not in HOLDERS or depth == 2:
        return "<%s>" % type.__getattribute__(kind, "__name__")
    some, count = [], 0
    for one in value.items() if kind is dict else value:
        if count == 8:
            some.append("…")
            break
        count += 1
        some.append("%s: %s" % (show(one[0], depth + 1), show(one[1], depth + 1)) if kind is dict else show(one, depth + 1))
    opening, closing = {list: "[]", tuple: "()"}.get(kind, "{}")
    return opening + ", ".join(some) + closing


def cut(text):
    return text if len(text) <= LONGEST_PREVIEW else text[: LONGEST_PREVIEW - 1] + "…"
