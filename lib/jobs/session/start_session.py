"""How a launcher starts the supervisor of a session."""
import json
import os

import job_folder
import line_socket
import names
import process_tree
import session_supervisor
import slots
from session_end import note_end

MARK = session_supervisor.VARIABLE + "="


class Busy(Exception):
    """The session lives already, or is being started."""


def open_session(home, spec):
    """Makes the session's folder. Returns what the supervisor inherits: two locks and the listening socket."""
    folder = spec["dir"]
    os.makedirs(folder, 0o700, exist_ok=True)
    lock = job_folder.try_lock(folder)
    if lock is None:
        raise Busy()
    own = None
    try:
        own = slots.hold_own_lock(os.path.join(home, names.OWNERS, spec["id"]))
        end_remains(folder)
        listener = line_socket.listen(os.path.join(home, names.SOCKETS), spec["id"])
        job_folder.remove(os.path.join(folder, names.SESSION_ENDED))
        job_folder.write_json(folder, names.SESSION_STATE, {"id": spec["id"], "state": "starting"})
        with job_folder.open_private(os.path.join(folder, names.SESSION_RECORD)) as file:
            file.write(json.dumps(spec["record"]).encode())
        return lock, own, listener
    except BaseException:
        os.close(lock)
        if own is not None:
            os.close(own)
        raise


def start(jobs, child):
    """Starts the supervisor of a session. Returns what its server is told: a SessionAnswer of messages.ts.

    `jobs`: the RunningJobs of the launcher.
    """
    spec = child.session
    try:
        lock, own, listener = open_session(jobs.home, spec)
    except Busy:
        return {"lives": True}
    except OSError as error:
        return {"error": str(error)}
    files = [lock, own, listener.fileno()]
    try:
        host, _, environ = jobs.warm.find(spec, session_supervisor.VARIABLE)
        if not (host and jobs.warm.start_session(host, child, spec, environ, files)):
            fork(jobs, child, files)
        return {"started": True}
    except OSError as error:
        return {"error": str(error)}
    finally:
        os.close(lock)
        os.close(own)
        listener.close()


def start_cold(jobs, attempt):
    """One that was given to a warm host which has died; cells may wait at its socket already."""
    try:
        fork(jobs, attempt.child, attempt.held)
    except OSError as error:
        note_end(attempt.child.folder, "its supervisor could not be started: %s" % error, True, None)
    finally:
        attempt.let_go()


def fork(jobs, child, files):
    supervise = lambda reaps: session_supervisor.supervise(
        jobs.home, child.session, files[2], jobs.umask, jobs.warm.limit, reaps
    )
    jobs.children.fork(child, files, supervise)


def see_to_the_end(home, spec, fork):
    """To be called when the supervisor has ended. One that was killed leaves processes; another one stops them."""
    if job_folder.has(spec["dir"], names.SESSION_ENDED) or not job_folder.has(spec["dir"], names.LOCK):
        return
    try:
        fork(lambda _: end_killed(home, spec))
    except OSError:
        pass  # no process can be had just now: whoever starts the session again finds that it died


def end_remains(folder):
    """Kills what is left of the session before, where nobody has seen to its end."""
    try:
        before = json.loads(job_folder.read(folder, names.SESSION_RECORD))["id"]
    except (OSError, ValueError, KeyError):
        return
    if not job_folder.has(folder, names.SESSION_ENDED):
        kill_marked(before)


def kill_marked(session_id):
    process_tree.kill_all(lambda: process_tree.marked(MARK + session_id))


def end_killed(home, spec):
    """After the end of a supervisor that could not say so itself: what is left of the session is killed."""
    folder = spec["dir"]
    kill_marked(spec["id"])
    slots.remove(os.path.join(home, names.OWNERS, spec["id"]))
    slots.remove(os.path.join(home, names.SOCKETS, spec["id"]))
    try:
        lock = job_folder.try_lock(folder)
        if lock is not None and not job_folder.has(folder, names.SESSION_ENDED):
            note_end(folder, "its supervisor was killed", True, None)
    except OSError:
        pass  # the folder is gone, or the session was started again
