"""People's pictures: made anew from what was sent, refused where it lies, shown to whom the profile is."""

from __future__ import annotations

import random
import re
import struct
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from app.accounts import avatars
from app.accounts.models import Audience, User
from app.accounts.pictures import BadPicture, squares
from app.config import Settings
from app.extensions import db
from tests.conftest import SignIn
from tests.support import make
from tests.support.pictures import encoded, opened, picture

pytestmark = pytest.mark.usefixtures("context")


def kept(settings: Settings) -> list[Path]:
    return sorted(path for path in settings.files.rglob("*") if path.is_file())


def send(browser: FlaskClient, data: bytes) -> int:
    return browser.post("/account/avatar", data={"avatar": (BytesIO(data), "me.png")}).status_code


def with_picture(audience: Audience = Audience.SIGNED_IN) -> User:
    user = make.user()
    user.visible_to = audience
    avatars.save(user, picture())
    db.session.commit()
    return user


def halves() -> Image.Image:
    """Red on top, blue below; wider than high."""
    image = Image.new("RGB", (90, 60), "red")
    image.paste("blue", (0, 30, 90, 60))
    return image


def colour_at(image: Image.Image, x: int, y: int) -> tuple[int, int, int]:
    red, green, blue = (band.getpixel((x, y)) for band in image.convert("RGB").split())
    return red, green, blue  # type: ignore[return-value]


def png_that_claims(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header says that it is huge."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP"])
def test_each_kind_becomes_three_squares(kind: str) -> None:
    made = squares(picture(kind, (300, 200)))
    images = {size: opened(data) for size, data in made.items()}
    assert {size: image.size for size, image in images.items()} == {size: (size, size) for size in (64, 192, 512)}
    assert {image.format for image in images.values()} == {"WEBP"}


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_way_to_hold_pixels_is_understood(mode: str) -> None:
    image = Image.new("L", (40, 40), 200).convert(mode) if mode != "I;16" else Image.new(mode, (40, 40), 200 * 256)
    assert min(colour_at(opened(squares(encoded(image))[64]), 32, 32)) > 180


def test_a_print_colour_jpeg_is_understood() -> None:
    assert set(squares(picture("JPEG", mode="CMYK", colour=(0, 0, 0, 0)))) == {64, 192, 512}


def test_the_camera_held_upright_gives_an_upright_picture_that_says_nothing_of_the_camera() -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x8825] = 3, "Phone", {1: "N", 2: (49.0, 50.0, 51.0)}
    [small, *_] = squares(encoded(halves(), "JPEG", exif=exif, comment=b"at home")).values()
    made = opened(small)
    assert dict(made.getexif()) == {}
    red, _green, blue = colour_at(made, 32, 8)
    assert blue > 200 > red, "turned by 180 degrees, the blue half is on top"
    assert b"Phone" not in small
    assert b"at home" not in small


def test_of_a_moving_picture_the_first_frame_is_kept() -> None:
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "blue", "lime")]
    made = opened(squares(encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]))[64])
    assert getattr(made, "n_frames", 1) == 1
    red, green, blue = colour_at(made, 32, 32)
    assert red > 200 > green + blue


def test_what_shines_through_still_does() -> None:
    clear = opened(squares(picture(mode="RGBA", colour=(0, 0, 0, 0)))[64])
    assert clear.mode == "RGBA"


def test_what_hides_behind_the_pixels_is_gone() -> None:
    hidden = picture("JPEG") + b"<script>alert(1)</script><?php system($_GET[0]);"
    assert not [data for data in squares(hidden).values() if b"script" in data or b"php" in data]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "Send a JPEG, PNG, GIF or WebP."),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "Send a JPEG, PNG, GIF or WebP."),
        (picture("BMP"), "Send a JPEG, PNG, GIF or WebP."),
        (picture("TIFF"), "Send a JPEG, PNG, GIF or WebP."),
        (picture("PDF"), "Send a JPEG, PNG, GIF or WebP."),
        (picture("PNG", (200, 200))[:-60], "damaged"),
        (picture("JPEG", (200, 200))[:300], "damaged"),
        (b"\xff\xd8\xff" + b"nonsense" * 20, "Send a JPEG"),
        (bytes(5 * 1024 * 1024 + 1), "at most 5 MB"),
        (png_that_claims(6_000, 6_000), "at most 32 million pixels"),
        (png_that_claims(10_000, 10_000), "at most 32 million pixels"),
        (png_that_claims(60_000, 60_000), "at most 32 million pixels"),
        (png_that_claims(5_000, 5_000), "damaged"),
        (picture("JPEG") + b"\xff\xda" * 100, "damaged"),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_reason(app: Flask, data: bytes, words: str) -> None:
    with app.test_request_context(), pytest.raises(BadPicture, match=words):
        squares(data)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP"])
def test_no_damaged_file_breaks_more_than_itself(kind: str) -> None:
    sound, dice = picture(kind, (50, 50)), random.Random(kind)
    for _ in range(60):
        broken = bytearray(sound)
        for _ in range(dice.randint(1, 12)):
            broken[dice.randrange(len(broken))] = dice.randrange(256)
        try:
            assert len(squares(bytes(broken))) == 3
        except BadPicture:
            continue


def test_a_picture_is_chosen_shown_and_taken_away(sign_in: SignIn, settings: Settings) -> None:
    user = make.user()
    browser = sign_in(user)
    assert send(browser, picture(colour="red")) == 303
    shown = re.search(r'src="(/avatars/[0-9a-f]{32}/192)"', browser.get("/account").text)
    assert shown
    answer = browser.get(shown[1])
    assert (answer.status_code, answer.mimetype) == (200, "image/webp")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert opened(answer.data).size == (192, 192)
    assert browser.post("/account/avatar/delete").status_code == 303
    assert (browser.get(shown[1]).status_code, kept(settings)) == (404, [])


def test_a_new_picture_has_a_new_address_and_the_old_files_go(sign_in: SignIn, settings: Settings) -> None:
    user = make.user()
    browser = sign_in(user)
    send(browser, picture(colour="red"))
    old, files = db.session.get_one(User, user.id).avatar, kept(settings)
    send(browser, picture(colour="blue"))
    assert db.session.get_one(User, user.id).avatar != old
    assert len(kept(settings)) == 3
    assert not set(files) & set(kept(settings))
    assert browser.get(f"/avatars/{old}/64").status_code == 404


def test_the_old_picture_stays_when_the_new_one_is_refused(sign_in: SignIn, settings: Settings) -> None:
    browser = sign_in(make.user())
    send(browser, picture())
    files = kept(settings)
    for bad in (b"", b"nonsense", png_that_claims(60_000, 60_000)):
        assert send(browser, bad) == 422
    assert kept(settings) == files


def test_the_old_files_stay_when_the_work_is_rolled_back(settings: Settings) -> None:
    user = with_picture()
    files = kept(settings)
    avatars.save(user, picture())
    db.session.rollback()
    db.session.commit()
    assert set(files) <= set(kept(settings))
    assert db.session.get_one(User, user.id).avatar == user.avatar


@pytest.mark.parametrize(
    ("audience", "seen_by"),
    [
        (Audience.EVERYONE, {"owner", "colleague", "stranger"}),
        (Audience.SIGNED_IN, {"owner", "colleague"}),
        (Audience.ONLY_ME, {"owner"}),
    ],
)
def test_a_picture_is_for_those_who_may_see_the_profile(
    client: FlaskClient, sign_in: SignIn, audience: Audience, seen_by: set[str]
) -> None:
    user = with_picture(audience)
    people = {"owner": sign_in(user), "colleague": sign_in(make.user()), "stranger": client}
    answers = {name: browser.get(f"/avatars/{user.avatar}/64") for name, browser in people.items()}
    assert {name for name, answer in answers.items() if answer.status_code == 200} == seen_by
    kept_by_all = "public" in answers["owner"].headers["Cache-Control"]
    assert kept_by_all is (audience is Audience.EVERYONE)
    assert "max-age" in answers["owner"].headers["Cache-Control"]


def test_a_picture_of_somebody_shut_out_is_not_shown(sign_in: SignIn) -> None:
    user = with_picture(Audience.EVERYONE)
    user.active = False
    db.session.commit()
    assert sign_in(make.user()).get(f"/avatars/{user.avatar}/64").status_code == 404


@pytest.mark.parametrize("path", ["x/64", "%00/64", "a" * 32 + "/64", "../64"])
def test_an_address_of_no_picture_leads_nowhere(client: FlaskClient, path: str) -> None:
    assert client.get(f"/avatars/{path}").status_code == 404


def test_a_size_that_is_not_kept_is_not_made(client: FlaskClient) -> None:
    user = with_picture(Audience.EVERYONE)
    assert client.get(f"/avatars/{user.avatar}/63").status_code == 404


def test_a_file_over_the_limit_of_a_request_is_refused_in_words(sign_in: SignIn) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="avatar"; filename="me.png"\r\n\r\n' + bytes(7 * 1024 * 1024)
    answer = sign_in(make.user()).post("/account/avatar", data=body, content_type="multipart/form-data; boundary=x")
    assert (answer.status_code, "larger than Laurel takes" in answer.text) == (413, True)
