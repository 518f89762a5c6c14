"""What a script has imported, for the warm host of its environment; see learned.py."""
import os

import job_folder
import names


def is_wanted(spec):
    """Whether warm hosts are to know what the script imports."""
    warm = spec.get("warm") or {}
    return warm.get("mode") == "imports" and bool(warm["imports"])


def ask_for(folder):
    """Makes the file that the script's start-up hook writes into what it has imported."""
    try:
        job_folder.open_private(os.path.join(folder, names.MODULES)).close()
    except OSError:
        pass  # a full disk, or the folder is gone


def hand_in(spec):
    """Moves that file to where the launcher looks; see warm_hosts.py."""
    try:
        target = os.path.join(os.pardir, os.pardir, names.WARM, spec["id"] + ".lesson")
        os.rename(os.path.join(spec["dir"], names.MODULES), target)
    except OSError:
        pass  # the folder was moved
