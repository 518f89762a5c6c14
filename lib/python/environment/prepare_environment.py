"""Makes one environment, as one step under one lock: all of it or nothing that anybody would use.

    python -I prepare_environment.py '{"uv": …, "venv": …, "marker": …, "contents": …, "commands": [[…], …], "names": …}'

Without its marker, which the caller writes after a success, an environment is a broken one or what
an interrupted attempt left: it is removed first. `contents` gets what the finished one holds, so that
a later run sees at a glance whether something of it has gone. `names` has requirements that are given up
where they are to blame for a failure (`droppable`), the file that they are in and how, and the file that
gets what was given up (`left_out`). What uv is doing meanwhile is said in
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
MOST_ATTEMPTS = 20
LONGEST_OUTPUT = 20000

# pip's settings, uv's for the same, and what else keeps them from counting.
FROM_PIP = (
    ("PIP_INDEX_URL", "UV_DEFAULT_INDEX", ("UV_INDEX_URL",)),
    ("PIP_EXTRA_INDEX_URL", "UV_INDEX", ("UV_EXTRA_INDEX_URL",)),
    ("PIP_TRUSTED_HOST", "UV_INSECURE_HOST", ()),
    ("PIP_CERT", "SSL_CERT_FILE", ()),
    ("PIP_PROXY", "ALL_PROXY", ("HTTPS_PROXY", "https_proxy", "all_proxy")),
)

# Failures that another choice of requirements can fix, and those that it cannot.
UNSATISFIABLE = re.compile(
    r"No solution found|Failed to (?:build|download and build)|was not found in the"
    r"|no wheels? with|can't be installed|unsatisfiable|requires-python|has no (?:usable|compatible)"
)
UNREACHABLE = re.compile(
    r"dns error|error sending request|tcp connect|timed out|\b40[13]\b|network was disabled|--offline"
)
AGAIN = "Trying again without "  # explain_failure.ts goes by the last attempt

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


class Requirements:
    """Requirements that may be given up: nobody named them, a script merely imports them."""

    def __init__(self, file, line, droppable, left_out):
        self.file, self.line, self.left_out = file, line, left_out
        self.instead = {one["name"]: one["instead"] for one in droppable}
        self.given_up = {}
        self.save()

    def culprit(self, output):
        """Which of them a failure is about; None where it is about something else."""
        if UNREACHABLE.search(output) or not UNSATISFIABLE.search(output):
            return None
        left = [name for name in self.instead if self.is_in_file(name)]
        # What was built may be what one of them depends on, which the hints say.
        built = re.findall(r"Failed to (?:build|download and build) `([^\s`=]+)", output)
        hints = "\n".join(re.findall(r"^hint: .*", output, re.M))
        for text in ["\n".join(built), hints] if built else []:
            for name in left:
                if mentions(text, name):
                    return name
        return next((name for name in left if mentions(output, name)), None)

    def is_in_file(self, name):
        with open(self.file, encoding="utf-8") as file:
            return self.line % name in file.read().split("\n")

    def give_up(self, name, output):
        with open(self.file, encoding="utf-8") as file:
            lines = file.read().split("\n")
        at = lines.index(self.line % name)
        others = [self.line % other for other in self.instead[name]]
        lines[at : at + 1] = [line for line in others if line not in lines]
        replace(self.file, "\n".join(lines))
        self.given_up[name] = {"instead": self.instead[name], "output": without_secrets(output)[-LONGEST_OUTPUT:]}
        self.save()

    def save(self):
        replace(self.left_out, json.dumps(self.given_up))


def mentions(text, name):
    words = re.escape(name).replace("\\-", "[-_.]")
    return re.search(r"(?<![\w.-])" + words + r"(?![\w-])", text, re.I) is not None


def replace(path, text):
    with open(path + ".new", "w", encoding="utf-8", opener=private) as file:
        file.write(text)
    os.replace(path + ".new", path)


def private(path, flags):
    return os.open(path, flags, 0o600)


def run(command, env, progress):
    """Runs uv to its end; returns its exit code and what it printed."""
    child = subprocess.Popen(
        command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    output, rest, printed = child.stdout.fileno(), b"", []
    while True:
        if select.select([output], [], [], LOOK_SECONDS)[0]:
            data = os.read(output, 65536)
            *lines, rest = (rest + data).split(b"\n")
            for line in lines if data else [rest]:
                printed.append(line.decode("utf-8", "replace"))
                tell(printed[-1], progress)
            if not data:
                break
        elif child.poll() is not None:
            break  # something that it left behind holds its output open
        progress.look()
    progress.look()
    return child.wait(), "\n".join(printed)


def tell(line, progress):
    if not line:
        return
    progress.read(line)
    sys.stderr.write(without_secrets(line) + "\n")
    sys.stderr.flush()


def without_secrets(text):
    """As hide_secrets.ts does: a log is a file."""
    with_users = CREDENTIALS.sub(lambda url: url[1] + ("****@" if url[0] != url[1] else ""), text)
    return TOKENS.sub(r"\1****", with_users)


def run_all(commands, env, venv, requirements):
    """Returns the exit code of the first command that fails, whatever is given up for it."""
    for command in commands:
        code, output = run(command, env, Progress(venv))
        for _ in range(MOST_ATTEMPTS if requirements else 0):
            name = requirements.culprit(output) if code > 0 else None
            if name is None:
                break
            requirements.give_up(name, output)
            sys.stderr.write("%s%s\n" % (AGAIN, name))
            code, output = run(command, env, Progress(venv))
        if code < 0:
            sys.stderr.write("error: uv was ended by %s\n" % signal.Signals(-code).name)
        if code != 0:
            return abs(code)
    return 0


def main(uv, venv, marker, contents, commands, names):
    if not os.path.exists(marker):
        shutil.rmtree(venv, ignore_errors=True)
    env = with_settings_of_pip(os.environ)
    code = run_all(commands, env, venv, Requirements(**names) if names else None)
    if code != 0:
        return code
    found = {}
    for folder in site_packages(venv):
        names = [name for name in os.listdir(folder) if name != "__pycache__"]
        found[os.path.relpath(folder, venv)] = sorted(names)
    replace(contents, json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main(**json.loads(sys.argv[1])))
