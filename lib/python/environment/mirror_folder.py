"""Makes a folder that looks like another one, without a copy: of links to all that lies in it.

    python -I mirror_folder.py FOLDER MIRROR

What is in the mirror as a real file stays, and stands for the one of that name.
"""
import os
import shutil
import sys

NOT_LINKED = (".venv", "__pycache__")


def main(folder, mirror):
    for name in os.listdir(mirror):
        if os.path.islink(os.path.join(mirror, name)):
            os.unlink(os.path.join(mirror, name))
    for name in os.listdir(folder):
        here, there = os.path.join(folder, name), os.path.join(mirror, name)
        if name == "uv.lock":
            # uv changes no more of a lock than it must.
            shutil.copyfile(here, there)
        elif name not in NOT_LINKED and not os.path.exists(there):
            os.symlink(here, there)


main(*sys.argv[1:])
