"""Writes a CSV file of weather readings that are made up: readings.py [path] [rows]."""
import csv
import datetime
import math
import random
import sys

path = sys.argv[1] if len(sys.argv) > 1 else "readings.csv"
rows = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
stations = ["Berlin", "Lima", "Nairobi", "Oslo"]
warmth = {"Berlin": 10, "Lima": 19, "Nairobi": 20, "Oslo": 6}
random.seed(7)
start = datetime.datetime(2024, 1, 1)
step = datetime.timedelta(days=365) / rows

with open(path, "w", newline="") as file:
    writer = csv.writer(file)
    writer.writerow(["time", "station", "temperature"])
    for number in range(rows):
        time = start + number * step
        station = stations[number % 4]
        season = -math.cos(2 * math.pi * time.timetuple().tm_yday / 365)
        season *= {"Berlin": 9, "Lima": -4, "Nairobi": 1, "Oslo": 11}[station]
        temperature = warmth[station] + season + random.gauss(0, 3)
        writer.writerow([time.isoformat(timespec="seconds"), station, "%.1f" % temperature])
print("%d readings in %s" % (rows, path))
