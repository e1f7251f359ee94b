"""A map's file on the standard input; its difficulty with each set of mods as JSON on the standard output.

A program of its own, for the same reasons as unreel.py.
"""

import json
import resource
import sys

MEMORY = 768 * 1024**2
SECONDS = 20
BAD_MAP = 6

MODS = {"": 0, "HD": 8, "HR": 16, "DT": 64, "HT": 256, "EZ": 2, "FL": 1024, "HDHR": 24, "HDDT": 72}


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import rosu_pp_py

    try:
        parsed = rosu_pp_py.Beatmap(bytes=sys.stdin.buffer.read())
    except Exception:  # noqa: BLE001  Whatever its parser says.
        sys.exit(BAD_MAP)
    if not parsed.n_objects or parsed.is_suspicious():
        sys.exit(BAD_MAP)
    found = {}
    for name, bits in MODS.items():
        difficulty = rosu_pp_py.Difficulty(mods=bits, lazer=False).calculate(parsed)
        perfect = rosu_pp_py.Performance(mods=bits, lazer=False, accuracy=100).calculate(parsed)
        found[name] = {"stars": round(difficulty.stars, 4), "pp": round(perfect.pp, 2)}
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
