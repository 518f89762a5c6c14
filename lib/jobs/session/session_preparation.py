"""What comes before a session's Python: its environment is made, and the cells that wait are told how far that is."""
import os

import job_folder
import names
from preparation import Preparation


class SessionPreparation:
    def __init__(self, spec, commands, queue, look):
        self.folder, self.queue, self.look = spec["dir"], queue, look
        self.progress, self.told = None, set()
        steps = spec.get("prepare") or ()
        self.preparation = Preparation(steps, self.folder, commands, self.look_around, self.show)
        job_folder.remove(os.path.join(self.folder, names.PREPARE_LOG))

    def run(self):
        self.preparation.run()

    @property
    def failed_step(self):
        return self.preparation.failed_step

    def log(self):
        try:
            return job_folder.read(self.folder, names.PREPARE_LOG)
        except OSError:
            return b""

    def look_around(self, *was_woken):
        self.look(*was_woken)
        for one in self.queue.cells:
            # What a step itself has said there is newer.
            if one.spec["id"] not in self.told and not job_folder.has(one.spec["dir"], names.PROGRESS):
                self.show_to(one.spec)

    def show(self, progress):
        self.progress = progress
        for one in self.queue.cells:
            self.show_to(one.spec)

    def show_to(self, spec):
        self.told.add(spec["id"])
        try:
            if self.progress is None:
                job_folder.remove(os.path.join(spec["dir"], names.PROGRESS))
            else:
                job_folder.write_json(spec["dir"], names.PROGRESS, self.progress)
        except OSError:
            pass  # a full disk, or its folder is gone
