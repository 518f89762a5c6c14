"""What the chaos run starts: writes the truth about itself into a file that nobody else touches.

    script.py KIND TRUTH_FILE EXIT_CODE

Lines of the truth: `start`, `has NAME VALUE` (what reached the script), `printed N` (so many bytes are in
its output for certain), `out SHA1` (of all that it printed), `end CODE`.
"""
import hashlib
import multiprocessing
import os
import signal
import subprocess
import sys
import time

STEPS = {"quick": 1, "values": 1, "input": 1, "long": 40, "much": 1, "limit": 10**6, "too_much": 10**6}
MUCH = "x" * 99_999 + "\n"


def tell(line):
    with open(truth, "a") as file:
        file.write(line + "\n")


def start_family():
    subprocess.Popen(["sleep", "300"], start_new_session=True)
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(300)
        os._exit(0)


def start_stopped():
    child = subprocess.Popen(["sleep", "300"])
    os.kill(child.pid, signal.SIGSTOP)


class Printed:
    """What was printed, and how many bytes that were."""

    def __init__(self):
        self.hash, self.bytes = hashlib.sha1(), 0

    def say(self, line):
        self.hash.update(line.encode())
        print(line, end="", flush=True)
        self.bytes += len(line)


if __name__ == "__main__":
    kind, truth, code = sys.argv[1], sys.argv[2], int(sys.argv[3])
    tell("start")
    if kind == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    elif kind == "family":
        start_family()
    elif kind == "stopped":
        start_stopped()
    elif kind == "pool":
        pool = multiprocessing.Pool(2)
        assert pool.map(abs, [-1, -2]) == [1, 2]
        pool.map_async(time.sleep, [300, 300])
    elif kind == "values":
        tell("has CHAOS " + os.environ["CHAOS"])
    elif kind == "input":
        tell("has stdin " + sys.stdin.read())
    printed = Printed()
    for step in range(STEPS.get(kind, 12)):
        if kind in ("much", "too_much"):
            for _ in range(20):
                printed.say(MUCH)
        printed.say("line %d\n" % step)
        tell("printed %d" % printed.bytes)
        if kind not in ("quick", "values", "input"):
            time.sleep(0.05)
    tell("out " + printed.hash.hexdigest())
    tell("end %d" % code)
    sys.stdout.flush()
    os._exit(code) if kind == "pool" else sys.exit(code)
