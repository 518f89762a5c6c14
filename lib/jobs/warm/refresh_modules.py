"""Modules that keep what they found out about the process that imported them."""
import os
import sys
import time


def refresh_modules():
    """Updates what modules remember of the process that imported them: this one is a fork of it."""
    modules = sys.modules
    if "numpy.random.mtrand" in modules:
        modules["numpy.random.mtrand"]._rand.seed()
    if "threading" in modules:
        modules["threading"].main_thread()._set_native_id()  # which some releases keep from before the fork
    if "logging" in modules:
        is_in_ns = modules["logging"]._startTime > 1e15  # since Python 3.13
        modules["logging"]._startTime = time.time_ns() if is_in_ns else time.time()
    if "tempfile" in modules:
        modules["tempfile"].tempdir = None  # that an import has found; each process looks itself
    if "numpy.f2py.rules" in modules:
        now = os.environ.get("SOURCE_DATE_EPOCH", time.time())
        modules["numpy.f2py.rules"].generationtime = int(now)
    if "numpy.testing._private.utils" in modules:
        utils = modules["numpy.testing._private.utils"]
        for function in (getattr(utils, "memusage", None), getattr(utils, "jiffies", None)):
            defaults = getattr(function, "__defaults__", None)
            if defaults and isinstance(defaults[0], str):
                function.__defaults__ = ("/proc/%d/stat" % os.getpid(),) + defaults[1:]
    if "rich" in modules:
        try:
            modules["rich"]._IMPORT_CWD = os.getcwd()
        except OSError:
            pass
    if "psutil" in modules:
        psutil = modules["psutil"]  # which tells how busy the processors were since its import
        for name, is_each in (("_last_cpu_times", False), ("_last_per_cpu_times", True)):
            for ident in list(getattr(psutil, name, ())):
                getattr(psutil, name)[ident] = psutil.cpu_times(percpu=is_each)
                getattr(psutil, name + "_2", {})[ident] = getattr(psutil, name)[ident]
    if "multiprocessing.process" in modules:
        process = modules["multiprocessing.process"]
        process.current_process().authkey = os.urandom(32)
        try:
            process.ORIGINAL_DIR = os.path.abspath(os.getcwd())
        except OSError:
            process.ORIGINAL_DIR = None
