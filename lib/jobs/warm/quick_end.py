"""Ends a script without taking down what its host has imported for it, where nobody can see a difference.

Python clears all modules at its end. In a forked child that copies nearly every page that it shares with its host,
which takes longer than a short script. The system frees all of it at once: libc's exit(3), which runs what C
libraries have registered, is enough for a script that has come to its end, whose threads and `atexit` functions
are done, and none of whose objects does anything when it is deleted. In doubt, Python ends as always.
"""
import _ctypes
import _io
import _thread
import _warnings
import _weakref
import gc
import sys

import own_memory

MOST_THINGS = 100_000  # to look at more takes longer than it saves
POINTER_BYTES = tuple.__itemsize__
MEMBER = type(type(lambda: None).__closure__)  # what a slot is
# Extensions none of whose objects does anything outside this process when it is deleted.
KNOWN = frozenset(
    "contourpy dateutil joblib kiwisolver matplotlib numpy pandas PIL pytz scipy sklearn yaml _yaml".split()
)
# Python's own, written in C. What is not named here may have something to do, such as a generator or a socket.
SILENT = frozenset(
    """
    bool bytearray bytes cell classmethod code complex dict dict_items dict_keys dict_values ellipsis enumerate filter
    float frame frozenset function getset_descriptor builtin_function_or_method classmethod_descriptor int list map
    mappingproxy member_descriptor memoryview method method-wrapper method_descriptor module NoneType
    NotImplementedType object property range reversed set slice staticmethod str super traceback tuple type
    wrapper_descriptor zip list_iterator tuple_iterator str_iterator dict_keyiterator
    _io.IncrementalNewlineDecoder _abc._abc_data _abc_data _collections._tuplegetter _random.Random _struct.Struct
    _thread.RLock _thread.lock Struct
    collections.OrderedDict collections.defaultdict collections.deque datetime.date datetime.datetime datetime.time
    datetime.timedelta datetime.timezone datetime.tzinfo decimal.Decimal functools._lru_cache_wrapper
    functools.partial itertools.count operator.attrgetter operator.itemgetter operator.methodcaller re.Match re.Pattern
    hamt hamt_array_node hamt_bitmap_node hamt_collision_node Context ContextVar Token
    _contextvars.Context _contextvars.ContextVar _contextvars.Token decimal.Context functools._lru_list_elem
    types.GenericAlias types.SimpleNamespace types.UnionType
    pybind11_builtins.pybind11_object
    """.split()
)
BUFFERS = _io.BytesIO, _io.StringIO
FILES = _io.TextIOWrapper, _io.BufferedReader, _io.BufferedWriter, _io.BufferedRandom, _io.FileIO
WEAK_COLLECTIONS = "weakref", "_weakrefset", "functools"


class QuickEnd:
    """Made by a host once everything is imported, before it freezes that; used by its children."""

    def __init__(self):
        self.is_possible = all(map(is_known, list(sys.modules.values())))
        self.exit = _ctypes.dlsym(own_memory.library, "exit")

    def watch(self):
        """To be called just before the script begins."""
        if all(map(is_empty, ("sitecustomize", "usercustomize"))):
            gc.freeze()  # what is there so far is ours, and silent
        self.first = []  # of what is to be looked at in the end
        # Not the things themselves, which Python deletes in its own order.
        self.main, self.streams = id(sys.modules["__main__"]), streams()

    def end(self, says_all):
        """Ends this process, or returns; to be called after the last `atexit` function."""
        try:
            if says_all and self.is_possible and self.has_come_to_its_end() and self.is_undisturbed():
                if self.is_silent():
                    flush()
                    _ctypes.call_function(self.exit, (0,))
        except Exception:
            pass  # an object that is not whole, or a stream that cannot be flushed: Python tries it again, and tells of it
        gc.unfreeze()  # Python looks at all of it now

    def has_come_to_its_end(self):
        """Whether its exit status is 0: it has neither raised anything nor called `sys.exit`."""
        module = sys.modules.get("__main__")
        if id(module) != self.main:
            return False
        main = vars(module)
        return (
            # Python has set these, and takes them away after the last line, or after it has shown an exception.
            "__file__" not in main
            and "__cached__" not in main
            and main.get("__name__") == "__main__"
            and "__loader__" in main
            and not any(hasattr(sys, name) for name in ("last_type", "last_value", "last_exc"))
        )

    def is_undisturbed(self):
        """Whether nothing watches, or has changed, how Python ends."""
        return (
            not gc.get_debug()
            and not gc.callbacks
            and not are_unclosed_files_told()
            and not _thread._count()
            and sys.gettrace() is sys.getprofile() is None
            and streams() == self.streams
        )

    def is_silent(self):
        """Whether nothing that is there since the script began does anything when it is deleted."""
        things = gc.get_objects()  # without those of the host, which are frozen
        if not any(thing is self.first for thing in things) or any(thing is self for thing in things):
            return False  # somebody has frozen more, or less
        things.append(vars(sys.modules["__main__"]))
        kinds = Kinds()
        while things:
            if len(things) > MOST_THINGS or not all(kinds[type(thing)](thing) for thing in things):
                return False
            # The collector has no list of what refers to nothing, nor of what holds only such things.
            found = [thing for thing in gc.get_referents(*things) if not gc.is_tracked(thing)]
            if len(found) > MOST_THINGS or not all(kinds[type(thing)](thing) for thing in found):
                return False
            things = [thing for thing in found if type(thing) in (tuple, dict) and thing]
        return True


class Kinds(dict):
    """For each type what tells whether an instance is silent."""

    def __missing__(self, kind):
        self[kind] = test_for(kind)
        return self[kind]


def is_known(module):
    """Whether it is no extension, or one whose objects are known."""
    spec = getattr(module, "__spec__", None)
    origin = getattr(spec, "origin", None)
    if not isinstance(origin, str) or not origin.endswith(".so"):
        return True
    return "/lib-dynload/" in origin or spec.name.partition(".")[0] in KNOWN


def streams():
    return [id(stream) for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__)]


def flush():
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()


def is_empty(name):
    """Whether a start-up module of the environment has left nothing in its own namespace."""
    module = sys.modules.get(name)
    return module is None or all(key[:2] == "__" for key in vars(module))


def test_for(kind):
    if kind in BUFFERS:
        return always
    if kind in FILES:
        return is_done
    # None: of a type that Python keeps to itself, and has not made ready.
    bases = attribute(kind, "__mro__") or (kind,)
    if _weakref.ReferenceType in bases:
        return calls_nobody if all(map(is_stateless, bases[: bases.index(_weakref.ReferenceType)])) else never
    return always if all(map(is_type_silent, bases)) else never


def always(thing):
    return True


def never(thing):
    return False


def is_done(file):
    """Whether it is closed, or only read."""
    if file.closed:
        return True
    reads = type(file) is _io.BufferedReader or type(getattr(file, "buffer", None)) is _io.BufferedReader
    return reads or (type(file) is _io.FileIO and not file.writable())


def are_unclosed_files_told():
    filters = getattr(sys.modules.get("warnings"), "filters", _warnings.filters)
    return next((action for action, _, kind, *_ in filters if issubclass(ResourceWarning, kind)), "told") != "ignore"


def calls_nobody(reference):
    """Whether it has no callback, or one that only removes it from a collection."""
    callback = reference.__callback__
    if type(callback) is type(always):
        module = callback.__module__
        return isinstance(module, str) and (module in WEAK_COLLECTIONS or module.partition(".")[0] in KNOWN)
    return callback is None or (type(callback) is type(len) and callback.__name__ == "_destroy")  # of `_abc`


def is_type_silent(base):
    module, name = attribute(base, "__module__"), attribute(base, "__qualname__")
    if not isinstance(module, str) or "__del__" in (attribute(base, "__dict__") or ()):
        return False
    if (name if module == "builtins" else module + "." + name) in SILENT:
        return True
    if type(base).__module__ == "pybind11_builtins":  # whose instances are all of the same size
        return module.partition(".")[0] in KNOWN
    return module.partition(".")[0] in KNOWN or BaseException in attribute(base, "__mro__") or is_stateless(base)


def is_stateless(base):
    """Whether instances have only what a `class` statement gives them, or nothing more than those of its base."""
    content = attribute(base, "__dict__") or {}
    slots = [one for one in content.values() if type(one) is MEMBER] if "__slots__" in content else []
    pointers = len(slots) + ("__dict__" in content) + ("__weakref__" in content)
    added = attribute(base, "__basicsize__") - attribute(attribute(base, "__base__"), "__basicsize__")
    return "__del__" not in content and added <= pointers * POINTER_BYTES


def attribute(kind, name):
    """Of a type; what its metaclass has in its place is not asked."""
    return type.__dict__[name].__get__(kind)
