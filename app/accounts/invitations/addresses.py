"""Addresses as people paste them: from a mail's head, a spreadsheet, or one a line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.headerregistry import Address

ITEM = re.compile(r'(?:"[^"]*"|<[^<>]*>|[^,;\t"<>]|["<>])+')
"""What stands between commas, semicolons and tabs that are not in quotes."""
ADDRESS = re.compile(r"[^\s<>,;:\"()\[\]]+@[^\s<>,;:\"()\[\]]+")
LONGEST = 254
LONGEST_NAME = 120


@dataclass(frozen=True)
class Invited:
    """`email` is case-folded, or empty where `typed` is no address."""

    typed: str
    email: str
    name: str = ""


def read(text: str) -> list[Invited]:
    """Everybody in the text, in its order, as often as they stand there.

    A line with one address may hold a name before or behind it; in a line with several, each may have its own.
    """
    return [found for line in text.replace("mailto:", "").splitlines() for found in _line(line)]


def is_address(text: str) -> bool:
    if len(text) > LONGEST or ".." in text or not ADDRESS.fullmatch(text):
        return False
    try:
        return "." in Address(addr_spec=text).domain.strip(".")
    except (ValueError, IndexError):  # What the standard library raises for a bad address is not all one kind.
        return False


def _line(line: str) -> Iterator[Invited]:
    if len(ADDRESS.findall(line)) == 1:
        yield _one(line)
        return
    for item in ITEM.findall(line):
        if len(ADDRESS.findall(item)) > 1 and "<" not in item:
            yield from (_one(word) for word in item.split())
        elif item.strip():
            yield _one(item)


def _one(item: str) -> Invited:
    typed = item.strip(" \t,;")
    found = ADDRESS.search(item)
    email = found[0].strip(".'") if found else ""
    if not found or not is_address(email):
        return Invited(typed, "")
    name = re.sub(r'["<>,;\t]+', " ", item[: found.start()] + " " + item[found.end() :])
    return Invited(typed, email.casefold(), " ".join(name.split())[:LONGEST_NAME])
