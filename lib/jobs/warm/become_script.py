"""Turns a forked child of a warm host into the process that `python SCRIPT ARGUMENTS` would be."""
import array
import gc
import os
import site
import sys
import time

import _frozen_importlib_external as external
import _socket

import detach
import own_memory
import random_generators
from copied_pages import CopiedPages
from quick_end import QuickEnd
from refresh_modules import refresh_modules

YOUNG_SECONDS = 2.0
TICKER = "_python_mcp_ticker"  # most scripts print
OWN_LOCALE = "LC_CTYPE"  # Python sets it for itself where the locale is C


class Script:
    """What one script is to be: `argv`, `cwd`, `environ` (all of it, in order), `umask`; see warm_job.py."""

    def __init__(self, start, run, environ, umask):
        """`start`: the Start of the host."""
        self.start, self.environ, self.umask, self.cwd = start, environ, umask, run["cwd"]
        self.python, self.path, *self.arguments = run["argv"]
        # What inline code imports comes from this folder and not from its own.
        self.directory = environ.get("PYTHON_MCP_IMPORT_DIRECTORY")
        self.hooks = start.hook_folders(environ)

    def become(self, files):
        """Does all that can be done before the script may start, then waits for that on the socket `files`.

        Whatever it raises, among that the end of the supervisor, ends this process.
        """
        os.setpgid(0, 0)
        os.chdir(self.cwd)
        os.umask(self.umask)
        self.set_environment()
        argv = [self.path] + self.arguments
        sys.argv[:] = argv
        if hasattr(sys, "orig_argv"):
            sys.orig_argv[:] = [self.python] + argv
        given = [name + b"=" + value for name, value in self.encoded]
        if not self.start.command_line.set([os.fsencode(part) for part in [self.python] + argv], given):
            os._exit(1)
        own_memory.write_wide(self.start.places, self.path)
        refresh_modules()
        for generator in self.start.generators:
            random_generators.seed_anew(generator)
        for finder in self.start.young:
            finder.invalidate_caches()
        self.take_files(files)
        self.run_hooks()

    def set_environment(self):
        # `os.environ` and `posix.environ` are this dict; neither is to be another one.
        data = os.environ._data
        for name in data:
            os.unsetenv(name)
        data.clear()
        self.encoded = [(os.fsencode(name), os.fsencode(value)) for name, value in self.environ.items()]
        for name, value in self.encoded + self.start.changes_to_environ():
            if value is None:
                os.unsetenv(name)
                data.pop(name, None)
            else:
                os.putenv(name, value)
                data[name] = value

    def take_files(self, files):
        files.send(b".")
        received = array.array("i")
        message, ancillary, _, _ = files.recvmsg(1, _socket.CMSG_SPACE(3 * received.itemsize))
        if not message:
            os._exit(1)  # the supervisor is dead, or the job is to end before it has begun
        received.frombytes(ancillary[0][2])
        for target, source in enumerate(received):
            os.dup2(source, target)
        detach.close_but(self.start.script_pages.descriptors)

    def run_hooks(self):
        """What `site` does in a fresh Python, where the job's hook comes first on PYTHONPATH."""
        self.show_hooks_hidden()
        for entry in self.hooks:
            if is_hook(entry):
                loader = self.start.hook_loaders[entry]
                sys.meta_path.insert(0, Hook(loader))
                site.execsitecustomize()
                loader.hook.at_end.append(self.start.quick_end.end)

    def show_hooks_hidden(self):
        """The hook for inline code takes itself out of PYTHONPATH, for child processes too; see import_directory.py."""
        others = [entry for entry in self.hooks if not is_hook(entry)]
        if others:
            rest = [entry for entry in os.environ["PYTHONPATH"].split(os.pathsep) if entry not in others]
            os.environ["PYTHONPATH"] = os.pathsep.join(rest)

    def return_to_python(self, gate):
        """Undoes what is left of the host in the last moment before the first line of the script."""
        loader = external.SourceFileLoader
        directory = self.directory and os.path.realpath(self.directory)

        def make_loader(name, path):
            external.SourceFileLoader = loader
            sys.path_hooks.remove(gate)
            sys.path_importer_cache.pop(own_memory.MARKER, None)
            sys.path_importer_cache[path] = None
            if directory:
                sys.path[0] = directory
            self.start.script_pages.tell()
            self.start.quick_end.watch()
            return loader(name, path)

        external.SourceFileLoader = make_loader


class Hook:
    """Has `import sitecustomize` find the job's start-up hook, once, as its folder on PYTHONPATH would."""

    def __init__(self, loader):
        self.loader = loader

    def find_spec(self, name, path=None, target=None):
        sys.meta_path.remove(self)
        return external.spec_from_file_location(name, self.loader.path, loader=self.loader)


class CachedLoader(external.SourceFileLoader):
    """Compiles once for all that a host forks."""

    def __init__(self, name, path):
        super().__init__(name, path)
        self.code = super().get_code(name)

    def get_code(self, fullname):
        return self.code


class HookLoader(CachedLoader):
    def __init__(self, folder):
        super().__init__("sitecustomize", os.path.join(folder, "sitecustomize.py"))
        self.ticker = CachedLoader(TICKER, os.path.join(os.path.dirname(folder), "lib", TICKER + ".py"))

    def exec_module(self, module):
        self.hook = module
        super().exec_module(module)
        module._Finder.loaders[TICKER] = self.ticker


class Start:
    """What all scripts of a host have from its own start."""

    def __init__(self, runtime, environ):
        """`runtime`: the home's folder with our hooks. `environ`: what the host was started with."""
        self.runtime = runtime
        self.places = own_memory.places_of_marker()
        self.command_line = own_memory.CommandLine()
        locale = os.environ.get(OWN_LOCALE)
        is_given = OWN_LOCALE in environ or locale is None
        self.set_by_python = [] if is_given else [(OWN_LOCALE.encode(), os.fsencode(locale))]
        self.before_imports = dict(os.environ._data)
        self.hook_loaders = {}
        self.generators = []
        self.set_by_imports = []
        self.supervisor_pages, self.script_pages = CopiedPages(), CopiedPages()

    def note_imports(self):
        """To be called once everything is imported."""
        gc.collect()
        # For good: to look at all of it copies the pages that a script shares with its host.
        self.quick_end = QuickEnd()
        gc.freeze()
        before, after = self.before_imports, os.environ._data
        self.set_by_imports = [(name, after[name]) for name in after if after[name] != before.get(name)]
        self.set_by_imports += [(name, None) for name in before if name not in after]
        # A folder that had changed just before it was read may have changed once more unnoticed.
        recent = time.time() - YOUNG_SECONDS
        finders = sys.path_importer_cache.values()
        self.young = [one for one in finders if getattr(one, "_path_mtime", 0) > recent]

    def changes_to_environ(self):
        return self.set_by_python + self.set_by_imports

    def load_hook(self, folder):
        """To be called in the host first; True where it was not loaded yet."""
        is_new = folder not in self.hook_loaders
        if is_new:
            self.hook_loaders[folder] = HookLoader(folder)
        return is_new

    def hook_folders(self, environ):
        return [entry for entry in environ.get("PYTHONPATH", "").split(os.pathsep) if self.is_hook_folder(entry)]

    def is_hook_folder(self, entry):
        return entry.startswith(self.runtime + os.sep)


def is_hook(folder):
    """Whether it is the hook of all scripts, and not that of inline code."""
    return os.path.basename(folder) == "hook"
