/** Scripts for the pictures: a job of each kind. */

export const TRAIN = `
import os, sys, time
from python_mcp import create_progress_callback
progress = create_progress_callback()
memory = []
for epoch in range(1, 61):
    memory.append(bytearray(3_000_000))
    end = time.monotonic() + 0.35
    while time.monotonic() < end: sum(range(10_000))
    loss = 2.4 / epoch ** 0.5
    print(f"\\x1b[1mepoch {epoch:2}\\x1b[0m  loss \\x1b[32m{loss:.4f}\\x1b[0m  accuracy {1 - loss / 4:.3f}", flush=True)
    progress(epoch, 60, f"epoch {epoch}, loss {loss:.4f}")
    time.sleep(0.25)
time.sleep(600)
`;

export const REPORT = "print('the report')";

export const PLOTS = `
import os, math
folder = os.environ["PYTHON_MCP_ARTIFACTS"]
def svg(name, colour, values):
    points = " ".join(f"{20 + i * 6},{150 - v}" for i, v in enumerate(values))
    open(f"{folder}/{name}.svg", "w").write(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 340 170">'
        '<path d="M20 10V150H330" stroke="#888" fill="none"/>'
        f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="3"/></svg>')
svg("revenue", "#2f6fb0", [60 + 40 * math.sin(i / 6) + i / 2 for i in range(52)])
svg("orders", "#b3261e", [40 + 25 * math.cos(i / 4) for i in range(52)])
with open(f"{folder}/sales.csv", "w") as file:
    file.write("week,revenue,orders\\n")
    for week in range(52): file.write(f"{week + 1},{1200 + 37 * week % 911},{40 + week % 13}\\n")
print("52 weeks read")
print("plots and table written")
`;

export const FAILS = `
rows = [{"name": "Ada", "age": "36"}, {"name": "Bob", "age": "n/a"}]
for row in rows:
    print("importing", row["name"])
    int(row["age"])
`;

export const HTML = `
print("<script>alert('not run')</script>")
print("\\x1b[31mred\\x1b[0m and \\x1b[1;34mblue\\x1b[0m, <b>not bold</b>")
`;

export const HUGE = `
line = "2026-01-01 12:00:00 INFO request served in 12 ms, status 200, cache hit " * 2 + "\\n"
import sys
for n in range(700): sys.stdout.write(f"{n:6} " + line * 1000)
print("the last line")
`;

export const CRAWL = `
import time
print("page 1", flush=True)
time.sleep(600)
`;
