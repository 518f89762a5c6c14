"""Random generators that imports have made: what two processes have alike is seeded, all else is to differ."""
import gc
import hashlib
import sys


def found():
    """All but those that become_script.py and Python itself seed anew, and those of the operating system."""
    kinds, known = [], set()
    random = sys.modules.get("random")
    if random:
        kinds.append(random.Random)
        known.add(id(random._inst))
    mtrand = sys.modules.get("numpy.random.mtrand")
    if mtrand:
        kinds += [mtrand.RandomState, sys.modules["numpy.random._generator"].Generator]
        known.add(id(mtrand._rand))
    things = gc.get_objects() if kinds else []
    # Those of `tempfile` are made anew in another process.
    sequence = getattr(sys.modules.get("tempfile"), "_RandomNameSequence", ())
    known |= {id(getattr(thing, "_rng", None)) for thing in things if type(thing) is sequence}
    for thing in things:
        kind = type(thing)  # `isinstance` also asks the thing itself, which may then do what it has put off
        if issubclass(kind, tuple(kinds)) and id(thing) not in known:
            if not issubclass(kind, getattr(random, "SystemRandom", ())):
                yield thing


def state_of(generator):
    if hasattr(generator, "bit_generator"):
        state = generator.bit_generator.state
    else:
        state = getattr(generator, "getstate", None) or generator.get_state
        state = state()
    return hashlib.sha256(repr(state).encode()).hexdigest()


def unseeded(states):
    """Those that had none of these states in another process with the same imports."""
    return [one for one in found() if state_of(one) not in states]


def seed_anew(generator):
    if hasattr(generator, "bit_generator"):
        generator.bit_generator.state = type(generator.bit_generator)().state
    else:
        generator.seed()
