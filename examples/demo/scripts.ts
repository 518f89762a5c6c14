/** The Python that the demo runs. */

/** Quick: the standard library alone, on the files of this checkout. */
export const COUNT_FILES = `\
from collections import Counter
from pathlib import Path

kinds = Counter(path.suffix for path in Path().rglob("*.*") if ".git" not in path.parts)
for kind, count in kinds.most_common(3):
    print(f"{count:4} files end with {kind}")
`;

/** With packages from PyPI: a table of the same files. */
export const TABLE_OF_FOLDERS = `\
from pathlib import Path
from humanize import naturalsize
from tabulate import tabulate

rows = []
for folder in sorted(path for path in Path("lib").iterdir() if path.is_dir()):
    files = [path for path in folder.rglob("*") if path.suffix in (".ts", ".py")]
    lines = sum(len(path.read_text().splitlines()) for path in files)
    rows.append((folder, len(files), lines, naturalsize(sum(path.stat().st_size for path in files))))
print(tabulate(rows, headers=("folder", "files", "lines", "size")))
`;

/** Long: it looks for primes for about four seconds, and says how far it is. */
export const FIND_PRIMES = `\
import time
from python_mcp import create_progress_callback

progress = create_progress_callback()
began, steps, found, number = time.monotonic(), 50, 0, 2
for step in range(steps):
    while time.monotonic() < began + (step + 1) * 0.08:
        found += all(number % divisor for divisor in range(2, int(number**0.5) + 1))
        number += 1
    progress(step + 1, steps, f"{found} primes below {number}")
print(f"{found} primes below {number}")
`;

/** Would run for ten minutes, with a child and a daemon that tries to get away. */
export const NEVER_ENDING = `\
import os, subprocess, time

child = subprocess.Popen(["sleep", "600"])
daemon = subprocess.check_output(
    ["sh", "-c", "setsid sleep 600 >/dev/null 2>&1 & echo $!"], text=True)
print(os.getpid(), child.pid, daemon.strip())
time.sleep(600)
`;
