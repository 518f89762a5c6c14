"""Where a cell leaves its progress and artifacts.

That is the folder `script` of its job; but a sandbox sees no jobs, which come and go while it is there. Then
the folder is moved into one of the session's, which the sandbox has, and back when the cell has ended.
"""
import os
import stat

import job_folder
import names


class CellFolder:
    def __init__(self, job, stage, number):
        """`stage`: the session's folder for it; None without a sandbox."""
        self.job, self.own = job, os.path.join(job, names.SCRIPT_FOLDER)
        self.path = os.path.join(stage, str(number)) if stage else self.own
        if stage:
            os.makedirs(stage, 0o700, exist_ok=True)
            os.rename(self.own, self.path)

    @property
    def progress(self):
        return os.path.join(self.path, os.path.basename(names.PROGRESS))

    @property
    def artifacts(self):
        return os.path.join(self.path, os.path.basename(names.ARTIFACTS))

    def show_progress(self):
        """Where jobs of earlier versions have it, and everybody looks while there is no `script`."""
        if self.path == self.own:
            return
        try:
            content = job_folder.read(self.path, os.path.basename(self.progress))
            job_folder.replace(os.path.join(self.job, os.path.basename(self.progress)), content[:65536])
        except OSError:
            pass  # it has told none

    def give_back(self):
        if self.path == self.own:
            return
        job_folder.remove(os.path.join(self.job, os.path.basename(self.progress)))
        try:
            # What the cell may have put in its place is not for the job.
            if stat.S_ISDIR(os.lstat(self.path).st_mode):
                return os.rename(self.path, self.own)
        except OSError:
            pass
        os.makedirs(os.path.join(self.job, names.ARTIFACTS), 0o700, exist_ok=True)
