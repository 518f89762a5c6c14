"""What uv is doing while it makes an environment, for people who wait for it."""
import glob
import json
import os
import re

SHOWN = 4  # packages named at once

RESOLVED = re.compile(r"Resolved (\d+) packages?\b")
BEGUN = re.compile(r"\s*(Downloading|Building) ([^\s=]+)(?:==\S+)?(?: @ \S+)?( \([^)]*\))?$")
DONE = re.compile(r"\s*(?:Downloaded|Built) ([^\s=]+)")
INSTALLED = re.compile(r"(.+)-([^-]+)\.dist-info$")


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
