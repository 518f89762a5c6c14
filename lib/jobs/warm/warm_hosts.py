"""The jobs that one launcher gives to warm hosts; see warm_host.py."""
import _socket
import array
import json
import os
import signal
import time

import cancel_job
import choose_host
import job_folder
import names
import process_tree
import spawn_command
import slots
from choose_host import DONE
from known_hosts import KnownHosts
from learned import Learned

ANSWER_SECONDS = 2.0  # a host that does not begin a job within them is killed
WAKE_SECONDS = 1.0  # between two looks after what a script may have stopped


class Attempt:
    """A job that a host has, and what its launcher keeps of it until its end.

    Its supervisor has a pipe, and says there that it has begun before it does anything else, and that it is done
    after all else. What a job's files say would not do: those of an answered run may be gone, in part, when the
    end of its supervisor is seen.
    """

    def __init__(self, host, child, spec, held):
        """`held`: descriptors that whoever starts it here after all needs; closed once it has begun."""
        self.host, self.child, self.spec, self.held = host, child, spec, list(map(os.dup, held))
        self.began, self.is_done, self.sent = False, False, time.monotonic()

    def let_go(self):
        while self.held:
            os.close(self.held.pop())


class WarmHosts:
    def __init__(self, home, launcher_id, limit, umask, is_in_job):
        self.home, self.owner, self.limit, self.umask = home, launcher_id, limit, umask
        self.is_in_job = is_in_job
        self.runtime = os.path.join(home, names.RUNTIME)
        self.folder = os.path.join(home, names.WARM)
        self.known = KnownHosts(home, self.runtime, self.folder)
        self.start_wanted = self.known.start_wanted
        self.process = None
        self.jobs = {}  # an Attempt by the descriptor whose end says that its supervisor is dead
        self.tried = {}  # modules that a host was started for once, by interpreter
        self.wake_at = 0.0

    # -- what the launcher polls ------------------------------------------------------------

    def sources(self):
        return [*self.known.hosts, *self.jobs]

    def rest_milliseconds(self, calm_from):
        """How long the launcher may sleep; None: until something happens. `calm_from`: see start_wanted."""
        waits = [attempt.sent + ANSWER_SECONDS for attempt in self.jobs.values() if not attempt.began]
        start_at = self.known.wake_at(calm_from)
        if start_at is not None:
            waits.append(start_at)
        if self.jobs:
            waits.append(self.wake_at)
        return 1000 * max(0.0, min(waits) - time.monotonic()) + 1 if waits else None

    def serve(self, ready, began):
        """Returns the attempts of which there is news: see hear_of_job; `began` is called with the ids of those that have begun."""
        for number in list(self.known.hosts):
            # What one says may end another.
            if number in ready and number in self.known.hosts:
                self.known.hear(number)
        news = []
        for number in list(self.jobs):
            attempt = self.jobs[number]
            if number in ready:
                if self.hear_of_job(number, began):
                    news.append(attempt)
            elif attempt.host.lives and not attempt.began and time.monotonic() - attempt.sent > ANSWER_SECONDS:
                process_tree.send([attempt.host.pid], signal.SIGKILL)  # then its descriptors are closed, and the job is run cold
        self.wake_stopped()
        return news

    def hear_of_job(self, number, began):
        """True when its supervisor is done, and once more when that is dead."""
        attempt = self.jobs[number]
        said = os.read(number, 2)
        if said and not attempt.began:
            attempt.began, attempt.spec = True, None
            attempt.let_go()
            began(attempt.child.id)
        if said:
            attempt.child.has_outcome = said.endswith(DONE)
            return attempt.child.has_outcome
        os.close(number)
        del self.jobs[number]
        return True

    def wake_stopped(self):
        """A supervisor that was stopped goes on by its host, or, where that may be dead, by its launcher; a
        host that was stopped by its launcher."""
        now = time.monotonic()
        if now < self.wake_at:
            return
        self.wake_at = now + WAKE_SECONDS
        for attempt in self.jobs.values():
            if attempt.host.is_known:
                # One that does not begin a job is killed instead.
                if attempt.began:
                    process_tree.send([attempt.host.pid], signal.SIGCONT)
            else:
                cancel_job.wake(attempt.child.folder)

    # -- jobs -------------------------------------------------------------------------------

    def find(self, spec, mark="PYTHON_MCP_JOB_ID"):
        """A host for the job or session, or why there is none; and all of the script's environment."""
        warm = spec.get("warm") or {"cold": "nothing says that it may be warm"}
        if "cold" in warm:
            return None, warm["cold"], {}
        environ = spawn_command.environment_of(spec["run"], (mark, spec["id"]))
        try:
            reason = choose_host.why_cold(spec, environ, self.is_in_job)
            if reason:
                return None, reason, environ
            self.process = self.process or choose_host.facts_of_process()
            key = choose_host.key_of(spec, environ, self.runtime, self.process)
            host = self.known.find(key)
            if "not_yet" in spec["warm"]:
                return None, spec["warm"]["not_yet"], environ
            if host is None:
                return None, self.known.want(key, spec["warm"]), environ
            if "modules" not in warm:
                path = spec["run"]["argv"][1]
                directory = environ.get("PYTHON_MCP_IMPORT_DIRECTORY") or os.path.dirname(os.path.realpath(path))
                reason = choose_host.why_shadowed(directory, spec["run"]["cwd"], host.loaded)
            if not reason and host.modules and spec["warm"].get("changes"):
                reason = "it may change what imports do: " + spec["warm"]["changes"]
            if not reason and host.modules and spec.get("max_memory_bytes"):
                reason = "its memory has a ceiling, below which what is imported ahead would count"
            return (None if reason else host), reason, environ
        except OSError as error:
            return None, "no host can be asked: %s" % error, environ

    def start(self, host, child, spec, environ, slot, pipes):
        """Gives a job to a host. False when it cannot be given."""
        files = [child.lock, slot.descriptor] + pipes.reads + pipes.writes
        return self.give(host, child, spec, environ, {"kind": slot.kind}, files, [slot.descriptor])

    def start_session(self, host, child, spec, environ, files):
        """The same for a session. `files`: what its supervisor inherits."""
        return self.give(host, child, spec, environ, {"is_session": True}, files, files)

    def give(self, host, child, spec, environ, more, files, held):
        """`more`: of the message. `files`: descriptors that go with it. `held`: those of an Attempt."""
        life_r, life_w = os.pipe()
        content = os.memfd_create("job")
        try:
            rest = json.dumps({"spec": spec, "environ": environ, "umask": self.umask}).encode()
            while rest:
                rest = rest[os.write(content, rest) :]
            message = dict(more, run=spec["id"])
            message["queue"] = {"home": self.home, "limit": self.limit, "owner": self.owner}
            files = array.array("i", [content, life_w] + files)
            rights = [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, files)]
            host.socket.sendmsg([json.dumps(message).encode()], rights)
        except OSError:
            os.close(life_r)
            return False
        finally:
            os.close(life_w)
            os.close(content)
        os.set_blocking(life_r, False)
        self.jobs[life_r] = Attempt(host, child, spec, held)
        host.warm = spec["warm"]
        return True

    def has(self, job_id):
        return any(attempt.child.id == job_id for attempt in self.jobs.values())

    # -- learning ---------------------------------------------------------------------------

    def learn(self, job_id, python, warm):
        """Takes note of what a script has imported, which its supervisor has left here. `warm`: of its spec."""
        if not os.path.isdir(self.folder):
            return
        lesson = os.path.join(self.folder, job_id + ".lesson")
        modules = []
        try:
            modules = job_folder.read(self.folder, job_id + ".lesson")[: 1 << 20].decode("utf-8", "replace").split()
            slots.remove(lesson)
        except OSError:
            pass
        try:
            content = Learned(self.home, python).add_run(warm["imports"], modules)
        except OSError:
            return
        tried = self.tried.setdefault(python, set())
        fresh = {name for name in modules if name.partition(".")[0] not in content["never"]} - tried
        if fresh:
            self.known.replace_those_without(python, fresh, warm)
        tried |= fresh
