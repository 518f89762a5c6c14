"""Makes one environment, as one step under one lock: all of it or nothing that anybody would use.

    python -I prepare_environment.py '{"venv": …, "marker": …, "contents": …, "commands": [[…], …]}'

Without its marker, which the caller writes after a success, an environment is a broken one or what
an interrupted attempt left: it is removed first. `contents` gets what the finished one holds, so that
a later run sees at a glance whether something of it has gone. What uv is doing meanwhile is said in
PYTHON_MCP_PROGRESS_FILE; its messages go to standard error without the passwords in them.
"""
import glob
import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys

LOOK_SECONDS = 0.1
SHOWN = 4  # packages named at once

# pip's settings, uv's for the same, and what else keeps them from counting.
FROM_PIP = (
    ("PIP_INDEX_URL", "UV_DEFAULT_INDEX", ("UV_INDEX_URL",)),
    ("PIP_EXTRA_INDEX_URL", "UV_INDEX", ("UV_EXTRA_INDEX_URL",)),
    ("PIP_TRUSTED_HOST", "UV_INSECURE_HOST", ()),
    ("PIP_CERT", "SSL_CERT_FILE", ()),
    ("PIP_PROXY", "ALL_PROXY", ("HTTPS_PROXY", "https_proxy", "all_proxy")),
)

RESOLVED = re.compile(r"Resolved (\d+) packages?\b")
BEGUN = re.compile(r"\s*(Downloading|Building) ([^\s=]+)(?:==\S+)?(?: @ \S+)?( \([^)]*\))?$")
DONE = re.compile(r"\s*(?:Downloaded|Built) ([^\s=]+)")
INSTALLED = re.compile(r"(.+)-([^-]+)\.dist-info$")
CREDENTIALS = re.compile(r"(\b[a-z][a-z0-9+.-]*://)(?:[^\s/@:]*:[^\s@]*@)?(?:[^\s/]*@)?", re.I)
TOKENS = re.compile(
    r"([?&][\w-]*(?:token|key|secret|password|auth|sig(?:nature)?)=)[^&\s\"'`)]+", re.I
)


def with_settings_of_pip(environ):
    """Here and not in the arguments: an index's URL may hold a password, and those are in a file."""
    env = dict(environ)
    for pip, uv, others in FROM_PIP:
        value = env.get(pip, "").strip()
        if value and not any(env.get(name) for name in (uv,) + others):
            env[uv] = value
    return env


class Progress:
    """Says what uv is doing: what it prints, and while it installs, what is there so far."""

    def __init__(self, venv):
        self.venv, self.file = venv, os.environ.get("PYTHON_MCP_PROGRESS_FILE")
        self.resolved = self.newest = self.said = None
        self.fetching = {}
        self.before = self.seen = installed(venv)
        try:
            with open(self.file or os.devnull, encoding="utf-8") as file:
                step = json.load(file)
            self.first, self.steps = step["current"], step["total"]
        except (OSError, ValueError, KeyError):
            self.file = None  # nobody asked

    def read(self, line):
        resolved = RESOLVED.match(line)
        begun, done = BEGUN.match(line), DONE.match(line)
        if resolved:
            self.resolved = int(resolved.group(1))
        elif begun:
            what, name, size = begun.groups()
            self.fetching[name] = (what, name + (size or ""))
        elif done:
            self.fetching.pop(done.group(1), None)

    def look(self):
        """Resolving is what the step begins with; then packages are fetched, at last installed."""
        if not self.file:
            return
        seen = installed(self.venv)
        self.newest = max(seen - self.seen, default=self.newest)
        self.seen = seen
        if self.newest:
            count, name = len(seen - self.before), "%s %s" % INSTALLED.match(self.newest).groups()
            of = " (%d of %d)" % (count, self.resolved) if self.resolved else ""
            self.say(count / (self.resolved or count + 1), "Installing " + name + of)
        elif self.fetching:
            what = next(iter(self.fetching.values()))[0]
            names = [name for _, name in self.fetching.values()]
            more = ["%d more" % (len(names) - SHOWN)] if len(names) > SHOWN else []
            of = ", of %d packages" % self.resolved if len(names) < (self.resolved or 0) else ""
            self.say(0, what + " " + ", ".join(names[:SHOWN] + more) + of)

    def say(self, share, message):
        """`current` counts the steps of the preparation, of which this is one."""
        value = {"current": round(self.first + min(share, 1), 2), "total": self.steps, "message": message}
        if value == self.said:
            return
        self.said = value
        try:
            with open(self.file + ".new", "w", encoding="utf-8") as file:
                json.dump(value, file)
            os.replace(self.file + ".new", self.file)
        except OSError:
            pass  # a full disk


def installed(venv):
    """The packages of an environment, as the names of their folders of metadata."""
    names = [name for folder in site_packages(venv) for name in os.listdir(folder)]
    return {name for name in names if INSTALLED.match(name)}


def site_packages(venv):
    folders = glob.glob(os.path.join(venv, "lib*", "python*", "site-packages"))
    return [one for one in folders if not os.path.islink(os.path.dirname(os.path.dirname(one)))]


def run(command, env, progress):
    """Runs uv to its end; returns its exit code."""
    child = subprocess.Popen(
        command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    output, rest = child.stdout.fileno(), b""
    while True:
        if select.select([output], [], [], LOOK_SECONDS)[0]:
            data = os.read(output, 65536)
            *lines, rest = (rest + data).split(b"\n")
            for line in lines if data else [rest]:
                tell(line.decode("utf-8", "replace"), progress)
            if not data:
                break
        elif child.poll() is not None:
            break  # something that it left behind holds its output open
        progress.look()
    progress.look()
    return child.wait()


def tell(line, progress):
    if not line:
        return
    progress.read(line)
    sys.stderr.write(masked(line) + "\n")
    sys.stderr.flush()


def masked(text):
    """As `maskCredentials` in explain_failure.ts: a log is a file."""
    with_users = CREDENTIALS.sub(lambda url: url[1] + ("****@" if url[0] != url[1] else ""), text)
    return TOKENS.sub(r"\1****", with_users)


def main(venv, marker, contents, commands):
    if not os.path.exists(marker):
        shutil.rmtree(venv, ignore_errors=True)
    env = with_settings_of_pip(os.environ)
    for command in commands:
        code = run(command, env, Progress(venv))
        if code < 0:
            sys.stderr.write("error: uv was ended by %s\n" % signal.Signals(-code).name)
        if code != 0:
            return abs(code)
    found = {}
    for folder in site_packages(venv):
        names = [name for name in os.listdir(folder) if name != "__pycache__"]
        found[os.path.relpath(folder, venv)] = sorted(names)
    with open(contents + ".new", "w", encoding="utf-8") as file:
        json.dump(found, file)
    os.replace(contents + ".new", contents)
    return 0


sys.exit(main(**json.loads(sys.argv[1])))
