"""A replay and its map on the standard input; what it says, and its pp, as JSON on the standard output.

A program of its own, so that a file made to fill the memory or the day ends this process and no other. The input is
four bytes with the replay's length, the replay, and the map's file or nothing.
"""

import hashlib
import json
import lzma
import resource
import struct
import sys

MEMORY = 768 * 1024**2
SECONDS = 15
UNPACKED = 24 * 1024**2
"""A replay of an hour's play has about 10 MB of moves."""

# How it ends where it does not end well; whatever else happens counts as too large.
BROKEN, TOO_LARGE, OTHER_MAP, BAD_MAP = 3, 4, 5, 6

MODES = ("Osu", "Taiko", "Catch", "Mania")


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    data = sys.stdin.buffer.read()
    (length,) = struct.unpack("<I", data[:4])
    replay, beatmap = data[4 : 4 + length], data[4 + length :]
    told = unreeled(replay)
    if beatmap:
        told["pp"] = pp_of(told, beatmap)
    json.dump(told, sys.stdout)


def unreeled(data: bytes) -> dict[str, object]:
    import osrparse

    try:
        if not fits(moves_of(data)):
            sys.exit(TOO_LARGE)
        replay = osrparse.Replay.from_string(data)
    except MemoryError:
        sys.exit(TOO_LARGE)
    except Exception:  # noqa: BLE001  struct.error, LZMAError, ValueError, IndexError ..: it is no replay.
        sys.exit(BROKEN)
    return {
        "mode": int(replay.mode.value),
        "player": replay.username,
        "md5": replay.beatmap_hash.lower(),
        "mods": int(replay.mods),
        "count300": replay.count_300,
        "count100": replay.count_100,
        "count50": replay.count_50,
        "misses": replay.count_miss,
        "geki": replay.count_geki,
        "katu": replay.count_katu,
        "combo": replay.max_combo,
        "score": replay.score,
        "at": replay.timestamp.isoformat(),
    }


def moves_of(data: bytes) -> bytes:
    """The compressed part. Raises struct.error, IndexError or ValueError where there is none."""
    at = 5
    for _string in range(3):
        at = after_string(data, at)
    at += 6 * 2 + 4 + 2 + 1 + 4
    at = after_string(data, at) + 8
    (length,) = struct.unpack_from("<i", data, at)
    moves = data[at + 4 : at + 4 + length]
    if length < 0 or len(moves) < length:
        raise ValueError("cut short")
    return moves


def after_string(data: bytes, at: int) -> int:
    if data[at] == 0:
        return at + 1
    if data[at] != 0x0B:
        raise ValueError("no string")
    at, length, shift = at + 1, 0, 0
    while True:
        byte = data[at]
        at, length, shift = at + 1, length | (byte & 0x7F) << shift, shift + 7
        if byte < 0x80 or shift > 28:
            return at + length


def fits(moves: bytes) -> bool:
    """Whether it unpacks to no more than a replay has."""
    unpacked, reader = 0, lzma.LZMADecompressor(memlimit=64 * 1024**2)
    given = moves
    while not reader.eof:
        unpacked += len(reader.decompress(given, max_length=1024**2))
        given = b""
        if unpacked > UNPACKED:
            return False
        if reader.needs_input:
            return bool(reader.eof)
    return True


def pp_of(told: dict[str, object], beatmap: bytes) -> float:
    """By the rules of the old client. The file must be the one that was played, whose md5 the replay names."""
    import rosu_pp_py

    if not is_played(beatmap, str(told["md5"])):
        sys.exit(OTHER_MAP)
    try:
        parsed = rosu_pp_py.Beatmap(bytes=beatmap)
        mode = getattr(rosu_pp_py.GameMode, MODES[int(str(told["mode"]))])
        if parsed.mode != mode:
            parsed.convert(mode, int(str(told["mods"])))
    except Exception:  # noqa: BLE001  Whatever its parser says.
        sys.exit(BAD_MAP)
    # Junk is taken for an empty map, and some are made to keep whoever works them out busy.
    if not parsed.n_objects or parsed.is_suspicious():
        sys.exit(BAD_MAP)
    counts = {
        name: told[key]
        for name, key in (
            ("n300", "count300"),
            ("n100", "count100"),
            ("n50", "count50"),
            ("misses", "misses"),
            ("n_geki", "geki"),
            ("n_katu", "katu"),
            ("combo", "combo"),
        )
    }
    return float(rosu_pp_py.Performance(mods=told["mods"], lazer=False, **counts).calculate(parsed).pp)


def is_played(beatmap: bytes, md5: str) -> bool:
    """A file from a repository often has other ends of lines than the one that was played."""
    windows = beatmap.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return md5 in {hashlib.md5(one, usedforsecurity=False).hexdigest() for one in (beatmap, windows)}


if __name__ == "__main__":
    main()
