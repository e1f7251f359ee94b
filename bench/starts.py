"""What a web process costs before anybody asks: the time to import the application, and the memory it holds then."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys

from app.config import ROOT
from bench.harness import ROUNDS, SECRET_KEY, row

MEASURE = """
import os, time
import {module}
with open("/proc/self/statm") as statm:
    pages = int(statm.read().split()[1])
print(time.process_time(), pages * os.sysconf("SC_PAGE_SIZE") / 1024**2)
"""


def main() -> None:
    print("\nStarting")
    row("what", "Laurel", "bare", "Laurel / bare", "", "aim")
    pairs = [(measured("wsgi"), measured("bench.bare")) for _round in range(ROUNDS + 1)][1:]
    for position, what, unit, aim in ((0, "CPU to import the application", "s", "1.5"), (1, "memory", "MB", "1.3")):
        ratios = sorted(ours[position] / bare[position] for ours, bare in pairs)
        middle = [statistics.median(side[position] for side in sides) for sides in zip(*pairs, strict=True)]
        spread = f"{statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"
        row(what, f"{middle[0]:.2f} {unit}", f"{middle[1]:.2f} {unit}", spread, "", aim)


def measured(module: str) -> tuple[float, float]:
    """CPU seconds and megabytes. The first, uncounted turn leaves compiled files, as an installation has them."""
    environ = {**os.environ, "LAUREL_ENV": "production", "SECRET_KEY": SECRET_KEY}
    environ.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(
        [sys.executable, "-c", MEASURE.format(module=module)],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=True,
    )
    cpu, memory = done.stdout.split()
    return float(cpu), float(memory)


if __name__ == "__main__":
    main()
