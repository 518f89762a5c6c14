"""The entry of a launcher: start_launcher.py HOME LAUNCHER_ID MAX_RUNNING; see launcher.py."""
import os
import sys

FOLDER = os.path.dirname(os.path.abspath(__file__))


def compile_elsewhere():
    """Compiling takes memory that a process does not give back, and that its scripts' ru_maxrss shows."""
    if not os.path.isdir(os.path.join(FOLDER, "__pycache__")):
        pid = os.fork()
        if pid == 0:
            try:
                import launcher
            finally:
                os._exit(0)
        os.waitpid(pid, 0)


if __name__ == "__main__":
    umask = os.umask(0o077)  # from here on: the scripts get their server's
    sys.path.insert(0, FOLDER)
    compile_elsewhere()
    import launcher

    launcher.main(umask, *sys.argv[1:])
