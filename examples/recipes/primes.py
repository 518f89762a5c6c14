"""Counts the primes below a number in four processes."""

import sys
from multiprocessing import Pool


def count(limits):
    start, end = limits
    return sum(all(n % d for d in range(2, int(n**0.5) + 1)) for n in range(max(start, 2), end))


if __name__ == "__main__":
    end, parts = int(sys.argv[1]), 4
    step = -(-end // parts)
    with Pool(parts) as pool:
        print(sum(pool.map(count, [(at, min(at + step, end)) for at in range(0, end, step)])))
