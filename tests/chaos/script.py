"""What the chaos run starts: writes the truth about itself into a file that nobody else touches.

    script.py KIND TRUTH_FILE EXIT_CODE
"""
import os
import signal
import subprocess
import sys
import time

kind, truth, code = sys.argv[1], sys.argv[2], int(sys.argv[3])


def tell(line):
    with open(truth, "a") as file:
        file.write(line + "\n")


tell("start")
if kind == "stubborn":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if kind == "family":
    subprocess.Popen(["sleep", "300"], start_new_session=True)
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(300)
        os._exit(0)
steps = {"quick": 1, "long": 40}.get(kind, 12)
for step in range(steps):
    print("line", step)
    time.sleep(0 if kind == "quick" else 0.05)
tell("end %d" % code)
sys.exit(code)
