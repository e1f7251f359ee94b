"""Files in a bucket: the same as in a folder, over the real protocol."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from app import assets
from app.assets.stores import StoreAway
from app.config import BadSettings, Settings
from app.database import now
from tests.conftest import AppFactory
from tests.support import s3

KEY = "yL9x-0Vq3_tR7bNw2KpZ5cJdS8mGhF4a"


@pytest.fixture
def bucket(make_app: AppFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[s3.Bucket]:
    with s3.running() as server:
        for name, value in server.environ.items():
            monkeypatch.setenv(name, value)
        with make_app(bucket="s3://laurel/files").app_context():
            yield server


def test_what_is_put_is_read_again_and_deleted(bucket: s3.Bucket) -> None:
    key = assets.put(b"\x00\r\n\xff")
    assert list(bucket.files) == [f"/laurel/files/{key[:2]}/{key}"]
    assert assets.read(key) == b"\x00\r\n\xff"
    assets.delete(key)
    assets.delete(key)
    assert bucket.files == {}
    with pytest.raises(assets.MissingFile):
        assets.read(key)


def test_what_nobody_names_goes_after_a_day(bucket: s3.Bucket) -> None:
    old, new = assets.put(b"old"), assets.put(b"new")
    path = f"/laurel/files/{old[:2]}/{old}"
    bucket.files[path] = (b"old", now() - timedelta(days=2))
    assert assets.remove_unclaimed_files() == 1
    assert [name.rpartition("/")[2] for name in bucket.files] == [new]


def test_a_wrong_secret_is_named_and_changes_nothing(
    bucket: s3.Bucket, make_app: AppFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")
    with make_app(bucket="s3://laurel/files").app_context(), pytest.raises(StoreAway, match="LAUREL_FILES"):
        assets.put(b"x")
    assert (bucket.files, {status for _method, status in bucket.asked}) == ({}, {403})


@pytest.mark.parametrize("place", ["s3://", "s3://A B", "gs://bucket", "https://bucket.example"])
def test_a_place_that_is_none_is_named_at_the_start(place: str) -> None:
    with pytest.raises(BadSettings, match="LAUREL_FILES"):
        Settings.from_environment({"SECRET_KEY": KEY, "LAUREL_FILES": place})


def test_a_bucket_is_told_from_a_folder() -> None:
    there = Settings.from_environment({"SECRET_KEY": KEY, "LAUREL_FILES": "s3://laurel/files"})
    assert there.bucket == "s3://laurel/files"
    assert Settings.from_environment({"SECRET_KEY": KEY, "LAUREL_FILES": "/srv/files"}).bucket == ""
