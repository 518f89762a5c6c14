"""Changes to the sandbox of a spec (see `Sandbox` in command.ts)."""
import json
import os

import names


def sandbox_of_child(parent, folder, has_source):
    """The sandbox of a parent, with what its child has of its own besides."""
    seen = [os.path.join(folder, names.SOURCE)] if has_source else []
    return with_paths(parent, written=[os.path.join(folder, names.SCRIPT_FOLDER)], seen=seen)


def with_paths(sandbox, written=(), seen=()):
    """A sandbox that shows more."""
    wrapper = list(sandbox["wrapper"])
    if not sandbox.get("filter"):  # a profile of macOS, where later rules win
        rules = ["(allow file-read* (subpath %s))" % json.dumps(path) for path in [*written, *seen]]
        rules += ["(allow file-write* (subpath %s))" % json.dumps(path) for path in written]
        wrapper[-1] = "\n".join([wrapper[-1]] + rules)
    else:
        binds = [("--bind", path) for path in written] + [("--ro-bind-try", path) for path in seen]
        # What is read-only from there on gets no new places.
        at = wrapper.index("--remount-ro") if "--remount-ro" in wrapper else len(wrapper)
        wrapper[at:at] = [word for option, path in binds for word in (option, path, path)]
    return dict(sandbox, wrapper=wrapper)
