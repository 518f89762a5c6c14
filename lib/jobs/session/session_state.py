"""`state.json`: how a session is, for everybody who lists sessions; see session_files.ts."""
import json
import os
import time

import job_folder
import names
import process_tree

MEASURE_SECONDS = 2.0
REST_SECONDS = 5.0  # between two looks at the memory of a cell that runs
QUICK_SECONDS = 0.03  # a cell that takes less is never told as running: each time costs a file


class SessionState:
    def __init__(self, session_id, folder):
        self.id, self.path = session_id, os.path.join(folder, names.SESSION_STATE)
        self.began = self.last_used = time.time()
        self.last_job = None
        self.written_at = self.measured_at = 0.0
        self.memory_bytes = 0
        self.has_old_memory = False
        self.said, self.shown = None, None  # what was written last; the cell that was shown as running
        self.content = b""  # what that was, as text

    def due(self, cell):
        """When it is to be written while a cell runs."""
        return self.written_at + REST_SECONDS if self.shown is cell else cell.began + QUICK_SECONDS

    def is_due(self, now):
        """Whether it is to be written once more while nothing runs."""
        return self.has_old_memory and now >= self.measured_at + MEASURE_SECONDS

    def write(self, kernel, cell, cells, queued, packages):
        if cell and self.shown is cell:
            self.memory()
        self.written_at, self.shown = time.monotonic(), cell
        self.said = self.describe(kernel, cell, cells, queued, packages)
        memory = self.memory_bytes if cell else self.memory()
        try:
            state = dict(self.said, last_used_at=self.last_used, memory_bytes=memory)
            self.content = json.dumps(state).encode()
            job_folder.replace(self.path, self.content)
        except OSError:
            self.said = None  # a full disk: the next change says it

    def says(self, *how):
        """Whether the file says this already, apart from times and memory, and no cell has replaced it.

        The arguments are those of `write`."""
        return self.said == self.describe(*how) and self.is_as_written()

    def is_as_written(self):
        """By what the file says: a cell may have put another one there as soon as this was written."""
        try:
            descriptor = os.open(self.path, os.O_RDONLY | job_folder.CAREFULLY)
        except OSError:
            return False
        try:
            return os.read(descriptor, len(self.content) + 1) == self.content
        except OSError:
            return False
        finally:
            os.close(descriptor)

    def describe(self, kernel, cell, cells, queued, packages):
        is_ready = kernel is not None and kernel.is_ready
        about = kernel.about if kernel else {}
        return {
            "id": self.id,
            "state": "starting" if not is_ready else "busy" if cell else "idle",
            "started_at": self.began,
            "cells": cells,
            "running": {"cell": cell.number, "job_id": cell.id} if cell else None,
            "last_job_id": self.last_job,
            "queued": queued,
            "python_version": about.get("python_version"),
            "shell": about.get("shell"),
            "kernel_pid": kernel.pid if kernel else None,
            "supervisor_pid": os.getpid(),
            "packages": list(packages),
        }

    def memory(self):
        """Of all processes of the session, as they were a while ago at most: a look at all takes milliseconds."""
        now = time.monotonic()
        self.has_old_memory = now < self.measured_at + MEASURE_SECONDS
        if not self.has_old_memory:
            self.measured_at = now
            try:
                self.memory_bytes = process_tree.resident_bytes(process_tree.descendants())
            except OSError:
                pass  # nobody knows
        return self.memory_bytes
