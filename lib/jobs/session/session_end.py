"""`ended.json`: how a session ended."""
import time

import job_folder
import names


def note_end(folder, reason, died, cell):
    end = {"at": time.time(), "reason": reason, "died": died, "cell": cell}
    job_folder.write_json(folder, names.SESSION_ENDED, end)


