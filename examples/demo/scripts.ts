/** The Python that the demo runs. */

/** Quick: the standard library alone, and about it. */
export const COUNT_MODULES = `\
import os, sys
from collections import Counter
from pathlib import Path

kinds = Counter(path.suffix for path in Path(os.__file__).parent.glob("*/*.*"))
print(f"Python {sys.version.split()[0]}: its library holds")
for kind, count in kinds.most_common(3):
    print(f"{count:5} files that end with {kind}")
`;

/** With packages from PyPI: a table of parts of the same library. */
export const TABLE_OF_PACKAGES = `\
import os
from pathlib import Path
from humanize import naturalsize
from tabulate import tabulate

rows = []
for name in ("asyncio", "email", "json", "sqlite3"):
    files = list((Path(os.__file__).parent / name).glob("*.py"))
    lines = sum(len(path.read_bytes().splitlines()) for path in files)
    rows.append((name, len(files), lines, naturalsize(sum(path.stat().st_size for path in files))))
print(tabulate(rows, headers=("package", "files", "lines", "size")))
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
