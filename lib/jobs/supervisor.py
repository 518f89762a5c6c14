"""Runs one job: its steps, its time limit, its end. Forked by the launcher; see DESIGN, "A run".

Everything it knows comes from `spec`; everything it learns goes into files of the job's folder:
`started` before the script starts, `outcome.json` when nothing of the job runs any more.
"""
import errno
import fcntl
import json
import os
import select
import signal
import time

import process_tree

GRACE_SECONDS = 5.0  # between SIGTERM and SIGKILL
LINGER_SECONDS = 0.1  # what a script leaves may end by itself for this long
CHECK_SECONDS = 1.0  # how often files are looked at when no signal came
PIECE = 65536
TO_END = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
# What differs from a fresh process: our handlers, and what Python ignores for itself.
HANDLED = TO_END + (signal.SIGCHLD, signal.SIGUSR1, signal.SIGPIPE, signal.SIGXFSZ)


class JobEnded(Exception):
    """Why the job ends now, before or instead of the script's own end."""

    def __init__(self, error=None, timed_out=False, cancelled=False):
        super().__init__(error)
        self.error, self.timed_out, self.cancelled = error, timed_out, cancelled


class Ended:
    """How a command ended: wait status, resource use, seconds."""

    status = 0
    reason = None
    seconds = user = system = 0.0
    peak = stopped = 0


class Supervisor:
    def __init__(self, spec, slot, umask, reaps_orphans):
        self.spec, self.slot, self.umask = spec, slot, umask
        self.reaps_orphans = reaps_orphans
        self.folder = spec["dir"]
        self.told_to_end = None
        self.samples = []

    def path(self, name):
        return os.path.join(self.folder, name)

    # -- signals and files that others write ------------------------------------------------

    def listen(self):
        self.wake_r, wake_w = os.pipe()
        os.set_blocking(self.wake_r, False)
        os.set_blocking(wake_w, False)
        signal.set_wakeup_fd(wake_w, warn_on_full_buffer=False)
        for number in (signal.SIGCHLD, signal.SIGUSR1):
            signal.signal(number, lambda *_: None)
        for number in TO_END:
            signal.signal(number, self.end_by_signal)

    def end_by_signal(self, number, _frame):
        self.told_to_end = signal.Signals(number).name

    def look(self):
        """Raises JobEnded when somebody wants the job to end; moves a call to the background."""
        if os.path.exists(self.path("cancel")):
            raise JobEnded(cancelled=True)
        if self.told_to_end:
            raise JobEnded(error="The job's supervisor was told to end (%s)" % self.told_to_end)
        if os.path.exists(self.path("background")):
            self.slot.move_to_background()

    def check_output(self):
        limit = self.spec.get("max_output")
        for name in ("stdout.log", "stderr.log") if limit else ():
            if os.stat(self.path(name)).st_size > limit:
                raise JobEnded(
                    error="The script was stopped: its %s exceeded the limit of %d MB "
                    "(PYTHON_MCP_MAX_OUTPUT_MB)" % (name[:6], limit >> 20)
                )

    # -- commands ---------------------------------------------------------------------------

    def run_command(self, step, out, err, limit, watch_output=False):
        """Runs one command to the end of everything that it started."""
        ended = Ended()
        argv = [resolve(part) for part in step["argv"]]
        stdin_r, stdin_w = os.pipe() if step.get("stdin") else (os.open(os.devnull, os.O_RDONLY), -1)
        began = time.monotonic()
        self.main = spawn(argv, step, stdin_r, out, err)
        os.close(stdin_r)
        self.feed = [stdin_w, memoryview(step["stdin"].encode("utf-8", "surrogatepass"))] if stdin_w >= 0 else None
        if self.feed:
            os.set_blocking(stdin_w, False)
        deadline = began + limit if limit else None
        try:
            self.wait(ended, deadline, watch_output, until_main=True)
        except JobEnded as reason:
            ended.reason = reason
            self.stop(ended)
        ended.seconds = (self.main_ended or time.monotonic()) - began
        if ended.reason is None:
            self.stop_leftovers(ended)
        self.close_feed()
        return ended

    def wait(self, ended, until, watch_output=False, until_main=False):
        """Waits for the main process, or for all; `until` raises for the one, returns for the other."""
        self.main_ended = None if until_main else self.main_ended
        interval = self.spec.get("sample_interval") if watch_output else None
        next_check = time.monotonic() + CHECK_SECONDS
        next_sample = began = time.monotonic()
        while self.reap(ended):
            if until_main and self.main_ended:
                return
            now = time.monotonic()
            if until is not None and now >= until:
                if not until_main:
                    return
                raise JobEnded(timed_out=True)
            if interval and now >= next_sample:
                self.sample(now - began)
                next_sample = max(next_sample + interval, now + interval / 2)
            times = [next_check] + [until] * (until is not None) + [next_sample] * bool(interval)
            woken = self.sleep(min(times) - now)
            if until_main and (woken or time.monotonic() >= next_check):
                self.look()
                if watch_output:
                    self.check_output()
                next_check = time.monotonic() + CHECK_SECONDS

    def reap(self, ended):
        """Collects what has ended. False when nothing of the command is left."""
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return False
            if pid == 0:
                return True
            ended.user += usage.ru_utime
            ended.system += usage.ru_stime
            if pid == self.main:
                self.main_ended = time.monotonic()
                ended.status = status
                ended.peak = usage.ru_maxrss * (1024 if process_tree.HAS_PROC else 1)

    def sleep(self, seconds):
        """Waits for a signal; feeds the script's standard input meanwhile. True when a signal came."""
        readable, writable, _ = select.select(
            [self.wake_r], [self.feed[0]] if self.feed else [], [], max(0.0, seconds)
        )
        if writable:
            try:
                self.feed[1] = self.feed[1][os.write(self.feed[0], self.feed[1][:PIECE]) :]
            except BrokenPipeError:
                self.feed[1] = b""
            except BlockingIOError:
                pass
            if not self.feed[1]:
                self.close_feed()
        if readable:
            os.read(self.wake_r, 4096)
        return bool(readable)

    def close_feed(self):
        if self.feed:
            os.close(self.feed[0])
            self.feed = None

    def sample(self, at):
        self.samples.append((round(at, 3), process_tree.resident_bytes(process_tree.descendants(os.getpid()))))
        if len(self.samples) > 400:
            # Of two neighbours the larger stays, so that a peak is never thinned out.
            self.samples = [max(pair, key=lambda s: s[1]) for pair in zip(self.samples[::2], self.samples[1::2])]

    # -- the end of everything --------------------------------------------------------------

    def find(self):
        pids = process_tree.descendants(os.getpid())
        if not self.reaps_orphans:  # orphans went to init; their environment still names the job
            pids += set(process_tree.marked("PYTHON_MCP_JOB_ID=" + self.spec["id"])) - set(pids)
        return pids

    def anything_left(self, ended):
        return self.reap(ended) or (not self.reaps_orphans and bool(self.find()))

    def stop(self, ended):
        """SIGTERM, the grace, SIGKILL; returns when nothing of the command runs."""
        pids = self.find()
        process_tree.send(pids, signal.SIGTERM)
        process_tree.send(pids, signal.SIGCONT)  # a stopped process must wake up to end
        self.wait(ended, time.monotonic() + GRACE_SECONDS)
        while self.anything_left(ended):
            process_tree.kill_all(self.find)
            self.wait(ended, time.monotonic() + 0.05)

    def stop_leftovers(self, ended):
        if self.anything_left(ended):
            self.wait(ended, time.monotonic() + LINGER_SECONDS)
        if self.anything_left(ended):
            ended.stopped = len(self.find())
            self.stop(ended)

    # -- the job ----------------------------------------------------------------------------

    def prepare(self, log):
        steps = self.spec.get("prepare") or ()
        for index, step in enumerate(steps):
            self.look()
            if step.get("creates") and os.path.exists(step["creates"]):
                continue
            self.write("progress.json", {"current": index, "total": len(steps), "message": step["label"]})
            lock = self.hold(step["lock"]) if step.get("lock") else -1
            try:
                if not (step.get("creates") and os.path.exists(step["creates"])):
                    self.prepare_one(step, log)
            finally:
                if lock >= 0:
                    os.close(lock)
        if steps:
            remove(self.path("progress.json"))

    def prepare_one(self, step, log):
        out = log
        if step.get("saveStdout"):
            out = os.open(self.path("step.out"), os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        ended = self.run_command(step, out, log, step.get("timeLimit"))
        if ended.reason is not None and not ended.reason.timed_out:
            raise ended.reason
        if ended.status != 0 or ended.reason is not None:
            self.failed_step = step["label"]
            raise JobEnded(
                error="%s failed: %s" % (step["label"], describe(ended, step.get("timeLimit")))
            )
        if step.get("saveStdout"):
            text = os.pread(out, PIECE, 0).strip()
            os.close(out)
            with open_private(step["saveStdout"] + ".new") as file:
                file.write(text)
            os.replace(step["saveStdout"] + ".new", step["saveStdout"])
            remove(self.path("step.out"))

    def hold(self, path):
        os.makedirs(os.path.dirname(path), 0o700, exist_ok=True)
        lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return lock
            except BlockingIOError:
                self.sleep(0.05)
                self.look()

    def run(self):
        """The whole job; returns its outcome."""
        outcome = {"error": None, "failed_step": None, "timed_out": False, "cancelled": False}
        self.failed_step = None
        self.main = self.main_ended = self.feed = None
        accepted = time.time()
        runs = []
        try:
            os.umask(0o077)
            log = os.open(self.path("prepare.log"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600) if self.spec.get("prepare") else -1
            out, err = (
                os.open(self.path(name), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
                for name in ("stdout.log", "stderr.log")
            )
            self.look()
            self.write("started", {"at": accepted, "pid": os.getpid()})
            self.prepare(log)
            os.umask(self.umask)
            outcome["script_started_at"] = time.time()
            for _ in range(self.spec.get("repeat") or 1):
                ended = self.run_command(self.spec["run"], out, err, self.spec.get("time_limit"), True)
                runs.append(ended)
                if ended.reason is not None:
                    raise ended.reason
                if ended.status != 0:
                    break
            self.check_output()
        except JobEnded as end:
            outcome.update(error=end.error, timed_out=end.timed_out, cancelled=end.cancelled)
        except OSError as error:
            outcome["error"] = "The job could not be run: %s" % error
        os.umask(0o077)
        outcome["failed_step"] = self.failed_step
        if os.path.exists(self.path("cancel")):
            outcome["cancelled"] = True
        outcome.update(measure(runs, self.samples), started_at=accepted, ended_at=time.time())
        outcome["prepare_seconds"] = outcome.get("script_started_at", outcome["ended_at"]) - accepted
        return outcome

    def write(self, name, value):
        with open_private(self.path(name + ".new")) as file:
            file.write(json.dumps(value).encode())
        os.replace(self.path(name + ".new"), self.path(name))


def measure(runs, samples):
    """Exit code, signal and figures of the runs, as `outcome.json` holds them."""
    if not runs:
        return {"exit_code": None, "signal": None, "elapsed_seconds": 0.0, "runs": [], "stopped": 0}
    status = runs[-1].status
    number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    return {
        "exit_code": 128 + number if number else os.WEXITSTATUS(status),
        "signal": signal_name(number) if number else None,
        "elapsed_seconds": runs[-1].seconds,
        "stopped": sum(run.stopped for run in runs),
        "runs": [
            {
                "wall_seconds": run.seconds,
                "user_seconds": run.user,
                "system_seconds": run.system,
                "peak_rss_bytes": run.peak,
            }
            for run in runs
        ],
        "samples": samples,
    }


def describe(ended, limit):
    if ended.reason is not None:
        return "it took longer than %g s" % limit
    if os.WIFSIGNALED(ended.status):
        return "it was ended by %s" % signal_name(os.WTERMSIG(ended.status))
    return "exit code %d" % os.WEXITSTATUS(ended.status)


def signal_name(number):
    try:
        return signal.Signals(number).name
    except ValueError:
        return "SIG%d" % number


def resolve(part):
    """A part of an argument list: text, or the content of a file that an earlier step wrote."""
    if isinstance(part, str):
        return part
    with open(part["readFile"], encoding="utf-8") as file:
        return file.read()


def open_private(path):
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def remove(path):
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass


def spawn(argv, step, stdin, out, err):
    """fork and exec. Not posix_spawn: a shared address space would count for the script's ru_maxrss."""
    env = dict(os.environ)
    for name, value in (step.get("env") or {}).items():
        if value is None:
            env.pop(name, None)
        else:
            env[name] = value
    failed_r, failed_w = os.pipe()
    signal.pthread_sigmask(signal.SIG_BLOCK, HANDLED)
    pid = os.fork()
    if pid == 0:
        try:
            signal.set_wakeup_fd(-1)
            for number in HANDLED:
                signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_SETMASK, ())
            os.chdir(step["cwd"] if step.get("cwd") else "/")
            for target, source in enumerate((stdin, out, err)):
                os.dup2(source, target)
            os.execvpe(argv[0], argv, env)
        except BaseException as error:
            os.write(failed_w, ("%s: %s" % (argv[0], error)).encode("utf-8", "replace")[:4096])
        os._exit(127)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    os.close(failed_w)
    failure = os.read(failed_r, 4096)
    os.close(failed_r)
    if failure:
        os.waitpid(pid, 0)
        raise OSError(errno.ENOEXEC, "could not start " + failure.decode("utf-8", "replace"))
    return pid


def supervise(spec, lock, slot, umask, reaps_orphans):
    """Runs the job and writes its outcome."""
    supervisor = Supervisor(spec, slot, umask, reaps_orphans)
    supervisor.listen()
    supervisor.write("outcome.json", supervisor.run())
    wake_watchers(lock)


def wake_watchers(lock):
    """Those who wait for a job watch its lock file: nothing but its end writes there."""
    os.write(lock, b".")


def bury(folder, job_id, error, lock):
    """Ends a job whose supervisor was killed: stops what is left of it and writes its outcome."""
    find = lambda: process_tree.marked("PYTHON_MCP_JOB_ID=" + job_id)
    outcome = measure([], [])
    outcome.update(error=error, failed_step=None, timed_out=False, cancelled=os.path.exists(os.path.join(folder, "cancel")))
    left = find()
    while left:
        process_tree.kill_all(find)
        time.sleep(0.01)
        outcome["stopped"] = max(outcome["stopped"], len(left))
        left = find()
    outcome["ended_at"] = time.time()
    path = os.path.join(folder, "outcome.json")
    with open_private(path + ".new") as file:
        file.write(json.dumps(outcome).encode())
    os.replace(path + ".new", path)
    wake_watchers(lock)
