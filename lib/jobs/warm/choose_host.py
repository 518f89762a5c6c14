"""Whether a job may run in a warm host: all that can be said before it starts, of values alone."""
import os

HOST_TITLE = "python-mcp warm host"  # how the command line of one begins
NEXT_TITLE = "python-mcp warm next run"  # and that of the processes below it that have no job yet
SOURCES = os.path.basename(os.path.dirname(os.path.abspath(__file__)))  # named after their content
BEGUN, DONE = b".", b"e"  # what the supervisor of a job says
MOST_BYTES = 128 << 10  # of arguments and environment: what is longer meets limits of a new process
# What a job has of its own; see `makeRequest` in make_request.ts.
OF_JOB = (
    "PYTHON_MCP_JOB_ID",
    "PYTHON_MCP_PROGRESS_FILE",
    "PYTHON_MCP_ARTIFACTS",
    "PYTHON_MCP_OUTPUT_PIPES",
    "PYTHON_MCP_IMPORT_DIRECTORY",
    "PYTHON_MCP_SCRIPT_PID",
)
# And a session; see `planSession` in plan_session.ts.
OF_SESSION = (
    "PYTHON_MCP_SESSION_ID",
    "PYTHON_MCP_NOTEBOOK_UV",
    "PYTHON_MCP_NOTEBOOK_PACKAGES",
    "PYTHON_MCP_NOTEBOOK_PYTHON",
    "IPYTHONDIR",
)
# All others change Python's start-up or what it does with a script.
HARMLESS = (
    "PYTHONPATH",
    "PYTHONHASHSEED",
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONPYCACHEPREFIX",
    "PYTHONUNBUFFERED",
    "PYTHONIOENCODING",
    "PYTHONUTF8",
    "PYTHONNOUSERSITE",
)
READ_FROM_FOLDER = ("matplotlibrc", ".numba_config.yaml")  # by imports, from the working directory


def why_cold(spec, environ, is_in_job):
    """Why no host can run the job, or None. `environ`: all that its script finds."""
    if is_in_job:
        return "its server is part of a job, and ends with it"
    if spec["run"].get("sandbox"):
        return "it runs in a sandbox"
    argv = spec["run"]["argv"]
    if len(argv) < 2 or not argv[1].startswith("/") or len(os.fsencode(argv[1])) > 4095:
        return "it runs no script by its path"
    if sum(map(len, argv)) + sum(len(name) + len(value) for name, value in environ.items()) > MOST_BYTES:
        return "its arguments and environment are long"
    for name in environ:
        if name.startswith("PYTHON") and not name.startswith("PYTHON_MCP_") and name not in HARMLESS:
            return "%s is set" % name
    return None


def key_of(spec, environ, runtime, process):
    """What jobs of one host have in common; compared in memory, never written. The values are secrets."""
    modules = spec["warm"].get("modules")
    of_job = OF_JOB + (OF_SESSION if modules is not None else ())
    own = {name: value for name, value in environ.items() if name not in of_job}
    entries = [entry for entry in own.pop("PYTHONPATH", "").split(os.pathsep) if entry]
    rest = [entry for entry in entries if not entry.startswith(runtime + os.sep)]
    if rest:
        own["PYTHONPATH"] = os.pathsep.join(rest)
    # Those of another version of this program speak of jobs in other words.
    key = {"python": spec["run"]["argv"][0], "environ": own, "process": process, "sources": SOURCES}
    return key if modules is None else dict(key, modules=modules)


def why_shadowed(directory, cwd, names):
    """Why a script in this folder must not have modules of these names loaded ahead, or None."""
    try:
        for entry in os.listdir(directory):
            if entry.partition(".")[0] in names and is_module(os.path.join(directory, entry)):
                return "%s beside the script has the name of a module that is loaded ahead" % entry
    except OSError as error:
        return "the script's folder cannot be read: %s" % os.strerror(error.errno)
    found = next((name for name in READ_FROM_FOLDER if os.path.exists(os.path.join(cwd, name))), None)
    return found and "there is a %s in its working directory" % found


def is_module(path):
    """A folder without `__init__.py` comes after every module of its name."""
    return path.endswith((".py", ".pyc", ".so")) or os.path.exists(os.path.join(path, "__init__.py"))


def facts_of_process():
    """What a process inherits and cannot change back: a host that has other values is none for this launcher."""
    facts = {}
    for path in ("/proc/self/limits", "/proc/self/cgroup", "/proc/self/oom_score_adj"):
        facts[path] = read(path)
    wanted = ("Uid", "Gid", "Groups", "NoNewPrivs", "Seccomp", "Cap", "Cpus_allowed:", "Mems_allowed:", "SigIgn")
    facts["status"] = [line for line in (read("/proc/self/status") or "").splitlines() if line.startswith(wanted)]
    for name in sorted(os.listdir("/proc/self/ns")) + ["../root"]:
        facts[name] = os.readlink("/proc/self/ns/" + name)
    facts["nice"] = os.nice(0)
    return facts


def read(path):
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return None
