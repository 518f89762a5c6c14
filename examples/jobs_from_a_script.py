"""Counts primes, each part of the range as a job of its own: its own progress, result and end.

Run it with a tool of the server, such as `py_run_script_in_dir`. Every client sees the parts with this
script's job as their `parent_id`, and cancelling that job cancels them. They also run where only one
job may run at a time: a script that waits for a job lends it its place.
"""
import sys

import python_mcp

PARTS, SIZE = 4, 5_000


def count_primes(start, stop):
    progress = python_mcp.create_progress_callback()
    count = 0
    for n in range(start, stop):
        count += n > 1 and all(n % divisor for divisor in range(2, int(n**0.5) + 1))
        progress(n - start + 1, stop - start, "%d primes" % count)
    return count


def main():
    jobs = []
    for part in range(PARTS):
        args = [str(part * SIZE), str((part + 1) * SIZE)]
        jobs.append(python_mcp.run(__file__, args, label="primes, part %d" % (part + 1)))
    total = 0
    for job in jobs:
        result = job.wait()
        if result.status != "completed":
            sys.exit("The job %s %s: %s" % (job.id, result.status, result.error))
        total += int(result.stdout)
    print("%d primes below %d" % (total, PARTS * SIZE))


if len(sys.argv) == 3:
    print(count_primes(int(sys.argv[1]), int(sys.argv[2])))
else:
    main()
