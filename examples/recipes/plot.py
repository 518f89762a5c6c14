"""Draws a random walk, and keeps its points as a file."""

import csv
import os
import random

import matplotlib.pyplot as plt

random.seed(1)
walk = [0.0]
for _ in range(500):
    walk.append(walk[-1] + random.gauss(0, 1))

with open(os.path.join(os.environ["PYTHON_MCP_ARTIFACTS"], "walk.csv"), "w", newline="") as file:
    csv.writer(file).writerows(enumerate(walk))

plt.plot(walk)
plt.title("A random walk")
plt.show()
