"""A hundred files made to do harm, each opened as a photo of a sheet: what becomes of them, and of whoever asks.

python -m bench.hostile
"""

from __future__ import annotations

import io
import resource
import struct
import time
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from app.paper.reading import reader
from app.paper.reading.reader import Photo, Unreadable
from bench.harness import head


def main() -> None:
    files = list(hostile())
    head(f"{len(files)} hostile files")
    before, began = memory(), time.monotonic()
    found: Counter[str] = Counter()
    slowest = 0.0
    for name, data in files:
        start = time.monotonic()
        try:
            with Photo(data) as photo:
                answer = refusal(photo.pictures)
        except Unreadable as problem:
            answer = problem.reason.value
        slowest = max(slowest, time.monotonic() - start)
        found[answer] += 1
        if answer == "read":
            print(f"NOT REFUSED: {name}")
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(dict(found))
    print(f"memory of whoever asks: {before:.0f} MB, then {memory():.0f} MB; largest child {children:.0f} MB")
    print(f"{time.monotonic() - began:.0f} s in all, the slowest {slowest:.1f} s")


def refusal(taken: list[reader.Taken]) -> str:
    """Pictures that open are refused one step later."""
    for one in taken:
        try:
            reader.code_of(one)
        except Unreadable as problem:
            return problem.reason.value
    return "read"


def memory() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def hostile() -> Iterator[tuple[str, bytes]]:
    rng = np.random.default_rng(4)
    photo = picture(800, 600)
    for kind in ("JPEG", "PNG", "WEBP"):
        whole = picture(800, 600, kind)
        for share in (0.1, 0.3, 0.5, 0.7, 0.9):
            yield f"{kind} cut off at {share}", whole[: int(len(whole) * share)]
        for seed in range(6):
            spoilt = bytearray(whole)
            for place in np.random.default_rng(seed).integers(2, len(whole), 60):
                spoilt[place] ^= 255
            yield f"{kind} with bytes turned over {seed}", bytes(spoilt)
    for side in (9_000, 20_000, 30_000, 60_000, 500_000):
        yield f"PNG that says {side} x {side}", png_that_says(side, side)
    yield "a true PNG of 30,000 x 30,000", flat(30_000, 30_000)
    yield "a true PNG of 1 x 200,000,000", png_that_says(1, 200_000_000)
    yield from {
        "SVG": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><script>alert(1)</script></svg>",
        "HTML": b"<!doctype html><script>fetch('//example.org')</script>",
        "XML of entities": b"<!DOCTYPE a [<!ENTITY b 'cc'>]><a>&b;</a>",
        "PHP": b"<?php system($_GET['c']); ?>",
        "shell": b"#!/bin/sh\nrm -rf /\n",
        "EPS": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\nshowpage",
        "nothing": b"",
        "a zip": b"PK\x03\x04" + bytes(200),
        "GIF": b"GIF89a" + bytes(100),
        "TIFF": b"II*\0" + bytes(100),
        "PDF with nothing": b"%PDF-1.7\n%%EOF",
        "PDF with JavaScript": b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\ntrailer<<>>",
        "JPEG with HTML behind": photo + b"<script>alert(1)</script>",
        "PNG named JPEG": b"\xff\xd8\xff\xe0" + picture(50, 50, "PNG"),
        "HEIC that is none": b"\0\0\0\x18ftypheic" + bytes(500),
    }.items()
    yield "PDF of a huge page", pdf(200_000, 200_000, 1)
    yield "PDF of 500 pages", pdf(300, 300, 500)
    number = 0
    for size in (10, 1_000, 50_000, 2_000_000):
        for _one in range(11):
            number += 1
            yield f"random bytes {number}", rng.bytes(size)
    yield "26 MB", bytes(26 * 1024 * 1024)


def picture(width: int, height: int, kind: str = "JPEG") -> bytes:
    kept = io.BytesIO()
    noise = np.random.default_rng(1).integers(90, 220, (height, width), dtype=np.uint8)
    Image.fromarray(noise).convert("RGB").save(kept, kind)
    return kept.getvalue()


def flat(width: int, height: int) -> bytes:
    kept = io.BytesIO()
    Image.new("1", (width, height)).save(kept, "PNG")
    return kept.getvalue()


def png_that_says(width: int, height: int) -> bytes:
    """A header and little behind it."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    packed = zlib.compress(bytes(1_000_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def pdf(width: int, height: int, pages: int) -> bytes:
    kept = io.BytesIO()
    import pypdfium2

    document = pypdfium2.PdfDocument.new()
    for _page in range(pages):
        document.new_page(width, height)
    document.save(kept)
    return kept.getvalue()


if __name__ == "__main__":
    main()
