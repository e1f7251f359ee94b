"""When two names are the same name."""

import unicodedata
from functools import lru_cache


@lru_cache(maxsize=4096)
def name_key(name: str) -> str:
    """What two names share when people would call them the same: case, width and spaces do not count."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
