from __future__ import annotations

import os
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from app import assets
from app.accounts.models import AvatarFile
from app.config import Settings
from app.database import now
from app.events.models import Import
from app.extensions import db
from tests.support import make

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


# What no row names ------------------------------------------------------------------------------------------------


def grow_old(file: Path) -> None:
    long_ago = (now() - assets.UNCLAIMED - timedelta(minutes=1)).timestamp()
    os.utime(file, (long_ago, long_ago))


@pytest.mark.both_databases
def test_a_file_that_no_row_names_goes_after_a_day_and_those_that_are_named_stay(settings: Settings) -> None:
    lost, named, pictured, recent = (assets.put(name.encode()) for name in ("lost", "named", "pictured", "recent"))
    event, somebody = make.event(), make.user()
    db.session.add(Import(event_id=event.id, filename="list.csv", file=named, created_at=now()))
    db.session.add(Import(event_id=event.id, filename="old.csv", file="", created_at=now()))
    db.session.add(AvatarFile(user_id=somebody.id, size=64, key=pictured))
    db.session.commit()
    for file in kept(settings):
        if file.name != recent:
            grow_old(file)
    assert assets.remove_unclaimed_files() == 1
    assert {file.name for file in kept(settings)} == {named, pictured, recent}
    assert lost not in {named, pictured, recent}
    assert assets.remove_unclaimed_files() == 0


def test_half_a_file_of_a_process_that_was_killed_goes_too(settings: Settings) -> None:
    half = settings.files / "ab" / f"ab{'0' * 30}.part"
    half.parent.mkdir(parents=True)
    half.write_bytes(b"half a li")
    assert assets.remove_unclaimed_files() == 0
    grow_old(half)
    assert assets.remove_unclaimed_files() == 1
    assert not half.exists()


def test_an_installation_without_files_has_none_to_remove() -> None:
    assert assets.remove_unclaimed_files() == 0
