"""When two names are the same name."""

import unicodedata


def name_key(name: str) -> str:
    """What two names share when people would call them the same: case, width and spaces do not count."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
