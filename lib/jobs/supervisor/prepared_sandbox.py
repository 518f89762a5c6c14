"""A sandbox that is made ahead of the next job, like the one of the last: its namespaces, mounts and filter take as
long as the start of a Python.

A shell waits in it for the one line that says what to become, on a pipe that only this process writes to. It is used
for one job, and never for another one than it was made for: the server names the job, whose folder it has made ahead as
well. Whatever has changed meanwhile (the options, a name that has to be guarded, a link, a mount) makes it useless, and
the job gets a sandbox of its own. When this process ends in whatever way, so does the shell: its pipe has an end.
"""
import functools
import os
import re
import shlex

import job_folder
import names
import sandbox_mounts
import spawn_command
from sandboxed_command import SandboxedCommand

SHELL, ENV = "/bin/sh", "/usr/bin/env"
LINE, STDERR = 7, 8  # descriptors: where the shell reads its line, and what it then prints errors to
# To assign one of these fails, or says something else to the command.
SHELLS_OWN = re.compile(r"(_|BASH.*|DIRSTACK|E?UID|FUNCNAME|GROUPS|HISTCMD|LINENO|OLDPWD|OPT.*|PPID|RANDOM|SECONDS|SHELLOPTS|SHLVL)\Z")
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
MOST_BYTES = 60000  # of that line: a pipe takes so much at once
SOURCE_AHEAD = names.SOURCE + ".ahead"
# What the sandboxes of two jobs have to have in common, besides the wrapper.
COMMON = "level", "filter", "hosts", "placeholders", "state"


class PreparedSandbox:
    def __init__(self, last_id, sandbox, job, out, err, umask):
        """`sandbox`: of the job `last_id`. `job`: `id` and `dir` of the next one, whose folder is at `dir` until then."""
        home = os.path.dirname(sandbox["state"])
        self.is_over = False
        self.folder = os.path.join(home, names.JOBS, job["id"])
        self.ahead, self.home = job["dir"], home
        self.sandbox = dict(sandbox, wrapper=[word.replace(last_id, job["id"]) for word in sandbox["wrapper"]])
        making = self.with_ahead(self.sandbox["wrapper"])
        self.line_w = self.stdin_w = None
        self.sandboxed = SandboxedCommand(dict(self.sandbox, wrapper=making), spawn_command.start)
        line_r, self.line_w = os.pipe()
        stdin_r, self.stdin_w = os.pipe()
        # What goes wrong here is not the job's: then it has a sandbox made as ever.
        null = os.open(os.devnull, os.O_WRONLY)
        before = os.umask(umask)
        try:
            step = {"argv": [SHELL, "/proc/self/fd/%d" % LINE]}
            mark = "PYTHON_MCP_JOB_ID", job["id"]
            self.sandboxed.spawn(step, {}, mark, stdin_r, out, null, [line_r, err])
            # What it was checked against; what is there when it is used has to be the same.
            self.mounts = self.read_mounts()
            self.absent = self.find_absent()
        except BaseException:
            self.close()
            raise
        finally:
            os.umask(before)
            for descriptor in line_r, stdin_r, null:
                os.close(descriptor)

    def with_ahead(self, wrapper):
        """The wrapper with what is in the folder of the job where that is until the job comes."""
        made = list(wrapper)
        for at, word in enumerate(wrapper):
            # The first path of two is the one outside.
            if word in ("--bind", "--ro-bind", "--ro-bind-try") and wrapper[at + 1].startswith(self.folder + "/"):
                below = wrapper[at + 1][len(self.folder) + 1 :]
                if below == names.SOURCE:
                    below = SOURCE_AHEAD
                    job_folder.open_private(os.path.join(self.ahead, below)).close()
                made[at + 1] = os.path.join(self.ahead, below)
        return made

    def find_absent(self):
        wrapper = self.sandbox["wrapper"]
        tried = [wrapper[at + 1] for at, word in enumerate(wrapper) if word == "--ro-bind-try"]
        return [path for path in tried if not path.startswith(self.folder + "/") and not os.path.lexists(path)]

    def read_mounts(self):
        """Outside and inside, as the system tells them: by file systems and not by paths, which may lead elsewhere now."""
        return sandbox_mounts.told("self"), sandbox_mounts.told(self.sandboxed.read_status()["child-pid"])

    def begin(self, step, env):
        """Has the shell become the command; False where it must not be used for it."""
        try:
            if not self.fits(step) or self.sandboxed.has_ended():
                return False
            line = line_of(step, env, shell())
            if len(line) > MOST_BYTES:
                return False
            self.move_source()
            if self.read_mounts() != self.expected_mounts() or any(map(os.path.lexists, self.absent)):
                return False
            os.write(self.line_w, line)
            os.close(self.line_w)
            self.line_w = None
            self.is_over = True
            return True
        except (OSError, ValueError, KeyError):
            return False

    def fits(self, step):
        sandbox, program = step.get("sandbox") or {}, step["argv"][0]
        return (
            sandbox.get("wrapper") == self.sandbox["wrapper"]
            and all(sandbox.get(name) == self.sandbox.get(name) for name in COMMON)
            and program.startswith("/")
            and "=" not in program  # env(1) would take it for a variable
            and os.access(program, os.X_OK)
        )

    def move_source(self):
        """What is mounted becomes the file of the script, with the text that is there."""
        ahead, source = os.path.join(self.folder, SOURCE_AHEAD), os.path.join(self.folder, names.SOURCE)
        if os.path.lexists(ahead):
            with open(source, "rb") as file:
                text = file.read()
            with open(ahead, "r+b") as file:
                file.write(text)
            os.rename(ahead, source)

    def expected_mounts(self):
        outside, inside = self.mounts
        was = os.path.relpath(self.ahead, self.home).encode()
        now = os.path.relpath(self.folder, self.home).encode()
        inside = inside.replace(b"/%s/%s " % (was, SOURCE_AHEAD.encode()), b"/%s/%s " % (now, names.SOURCE.encode()))
        return outside, inside.replace(b"/%s/" % was, b"/%s/" % now)

    def close(self):
        """Ends it where it is unused. To be called while this process has no other children."""
        if self.is_over:
            return self.sandboxed.close()
        self.is_over = True
        for descriptor in filter(None, (self.line_w, self.stdin_w)):
            os.close(descriptor)
        self.line_w = self.stdin_w = None
        if self.sandboxed.outer:
            self.sandboxed.kill()
        try:
            while True:
                os.waitpid(-1, 0)
        except ChildProcessError:
            pass
        self.sandboxed.close()
        for folder in self.folder, self.ahead:
            try:
                os.unlink(os.path.join(folder, SOURCE_AHEAD))
            except OSError:
                pass  # there was none, or the folder is gone


@functools.lru_cache(maxsize=None)
def shell():
    return os.path.basename(os.path.realpath(SHELL))


def line_of(step, env, shell):
    """A command of sh(1), which is `shell`. Whatever it is to become finds no other variables, and no descriptor of ours.

    Values are in no argument list, which everybody on this machine can read. Raises ValueError where a shell cannot
    pass on what there is.
    """
    cwd = step.get("cwd") or "/"
    variables = [(name, value) for name, value in env.items() if name != "PWD"]
    if any(SHELLS_OWN.match(name) or not NAME.match(name) for name, _ in variables):
        raise ValueError("a name that sh(1) keeps for itself, or that is none to it")
    # As bubblewrap sets it.
    exports = " ".join("%s=%s" % (name, shlex.quote(value)) for name, value in variables + [("PWD", cwd)])
    text = "exec 2>&%d %d<&- %d>&-; cd -- %s && export %s && %s %s\n"
    command = " ".join(map(shlex.quote, step["argv"]))
    # Other shells set more, the last of it when they become the command.
    become = "unset OLDPWD && exec" if shell == "dash" else "exec %s -u OLDPWD -u SHLVL -u _ --" % ENV
    line = os.fsencode(text % (STDERR, LINE, STDERR, shlex.quote(cwd), exports, become, command))
    if b"\0" in line:
        raise ValueError("a NUL character")
    return line
