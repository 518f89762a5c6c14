"""The process of a session: runs one cell after the other, as its supervisor says through standard input.

    python run_session.py PACKAGES PIP

PACKAGES: the folder for packages that are added to the living session. PIP: the folder of the `pip` and `uv` that
add to it, empty where nothing is added.
"""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def main(packages, pip):
    import session_control

    control = session_control.take_over_stdin()
    import session_process

    session_process.prepare(HERE, packages, pip)
    import session_loop

    loop = session_loop.Loop(control)
    session_process.import_from_working_directory()
    loop.serve()


if __name__ == "__main__":
    main(*sys.argv[1:])
