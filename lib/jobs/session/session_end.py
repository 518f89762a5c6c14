"""How a session ended, and `ended.json`, which says so."""
import time

import job_folder
import names


class SessionEnded(Exception):
    def __init__(self, reason, died, can_wait=False):
        """`died`: nobody had asked for it. `can_wait`: its kernel may end by itself, as `exit` would have it."""
        super().__init__(reason)
        self.reason, self.died, self.can_wait = reason, died, can_wait or not died


def note_end(folder, reason, died, cell):
    end = {"at": time.time(), "reason": reason, "died": died, "cell": cell}
    job_folder.write_json(folder, names.SESSION_ENDED, end)


