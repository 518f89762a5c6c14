"""When a session ends by itself, or its cell: time, memory, idleness, orders."""
import time

import job_folder
from memory_ceiling import LOOK_SECONDS, MemoryCeiling
from process_ceiling import ProcessCeiling
from session_end import SessionEnded

IDLE_LOOK_SECONDS = 1.0


class SessionLimits:
    def __init__(self, session):
        self.session = session
        self.ceilings = []
        if session.spec.get("max_memory_bytes"):
            self.ceilings.append(MemoryCeiling(session.spec["max_memory_bytes"]))
        if session.spec.get("max_processes"):
            self.ceilings.append(ProcessCeiling(session.spec["max_processes"], session.commands.find_own))
        self.next_ceilings = 0.0 if self.ceilings else float("inf")

    def next(self):
        """When something of this is due."""
        cell = self.session.cell
        return min(self.next_ceilings, self.session.state.due(cell)) if cell else self.next_ceilings

    def check_orders(self):
        if self.session.told_to_end:
            raise SessionEnded("its supervisor was told to end (%s)" % self.session.told_to_end, True, True)
        if self.session.questions.about_end:
            raise SessionEnded("it was ended with py_session_end", False)

    def check(self):
        session, now = self.session, time.monotonic()
        cell = session.cell
        if cell and not cell.check(now, session.kernel):
            raise SessionEnded(
                "its cell %d did not stop within %g s of being interrupted, so that it was ended with all its "
                "processes" % (cell.number, session.spec["grace_seconds"]),
                True,
            )
        session.questions.check(now)
        self.check_orders()
        if job_folder.is_gone(session.folder):
            raise SessionEnded("its folder was removed", True)
        idle = session.spec.get("idle_seconds")
        if idle and not cell and not session.queue.cells and time.time() - session.state.last_used >= idle:
            raise SessionEnded("nobody had used it for %g h (PYTHON_MCP_SESSION_IDLE_HOURS)" % (idle / 3600), True, True)
        if now >= self.next_ceilings:
            for ceiling in self.ceilings:
                if ceiling.is_exceeded():
                    raise SessionEnded(ceiling.describe(), True)
            self.next_ceilings = time.monotonic() + (LOOK_SECONDS if cell else IDLE_LOOK_SECONDS)
        if now >= session.state.due(cell) if cell else session.state.is_due(now):
            session.note_state()
