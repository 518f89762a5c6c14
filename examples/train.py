"""Stands for a long training: the epochs to run are its argument (3); each takes a second."""

import sys
import time

from python_mcp import create_progress_callback

STEPS = 10
epochs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
progress = create_progress_callback()
for epoch in range(epochs):
    for step in range(STEPS):
        time.sleep(1 / STEPS)
        progress(epoch * STEPS + step + 1, epochs * STEPS, f"epoch {epoch + 1}")
    print(f"epoch {epoch + 1}: loss {1 / (epoch + 1):.3f}")
