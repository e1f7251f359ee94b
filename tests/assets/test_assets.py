from __future__ import annotations

import stat
from pathlib import Path

import pytest

from app import assets
from app.config import Settings

pytestmark = pytest.mark.usefixtures("context")


def kept(settings: Settings) -> list[Path]:
    return [path for path in settings.files.rglob("*") if path.is_file()]


def test_what_is_put_is_read_again_byte_by_byte() -> None:
    key = assets.put(b"\x00\r\n\xff")
    assert assets.read(key) == b"\x00\r\n\xff"


def test_the_same_bytes_twice_are_two_files_under_keys_nobody_guesses(settings: Settings) -> None:
    first, second = assets.put(b"list"), assets.put(b"list")
    assert first != second
    assert len(first) == 32
    assert sorted(path.name for path in kept(settings)) == sorted([first, second])


def test_only_the_owner_of_the_process_may_read_a_file(settings: Settings) -> None:
    assets.put(b"names of children")
    [file] = kept(settings)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_what_is_deleted_is_gone_and_may_be_deleted_again(settings: Settings) -> None:
    key = assets.put(b"list")
    assets.delete(key)
    assets.delete(key)
    assert kept(settings) == []
    with pytest.raises(assets.MissingFile):
        assets.read(key)


@pytest.mark.parametrize("key", ["", "..", "../../etc/passwd", "/etc/passwd", "a" * 31, "A" * 32, "a" * 32 + "\n"])
def test_what_is_no_key_leads_nowhere(key: str) -> None:
    assets.delete(key)
    with pytest.raises(assets.MissingFile):
        assets.read(key)
