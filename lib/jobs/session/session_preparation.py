"""What comes before a session's Python: its environment is made, and the cells that wait are told how far that is."""
import os

import job_folder
import names
from preparation import Preparation


class SessionPreparation:
    def __init__(self, spec, commands, queue, look):
        self.folder, self.queue = spec["dir"], queue
        self.preparation = Preparation(spec.get("prepare") or (), self.folder, commands, look, self.show)
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

    def show(self, progress):
        for one in self.queue.cells:
            try:
                if progress is None:
                    job_folder.remove(os.path.join(one.spec["dir"], names.PROGRESS))
                else:
                    job_folder.write_json(one.spec["dir"], names.PROGRESS, progress)
            except OSError:
                pass  # a full disk, or its folder is gone
