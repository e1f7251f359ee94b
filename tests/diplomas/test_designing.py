"""Templates and what is on them, over HTTP: each change is a form, can be undone, and is refused beside its field."""

from __future__ import annotations

import gc
import io
import json
import re
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app import assets
from app.config import ROOT
from app.diplomas import old_templates, uploads
from app.diplomas.models import DiplomaFile, DiplomaLayout, DiplomaTemplate
from app.diplomas.printing import labels_for
from app.diplomas.queries import layout_of
from app.diplomas.rendering import Renderer, Words
from app.diplomas.starters import STARTERS
from app.diplomas.template import Align, Item, Line, Picture, Qr, Template, Text, What
from app.extensions import db
from tests.diplomas import reading
from tests.diplomas.test_rendering import CLOSE, LABELS, MADE_AT
from tests.diplomas.world import NAMES, World
from tests.support import make
from tests.support.pictures import opened, picture

pytestmark = pytest.mark.usefixtures("context")

FONT = ROOT / "static" / "vendor" / "print" / "Outfit_400Regular.ttf"
TEXT = {
    "x": "12,5",
    "y": "30",
    "size": "20",
    "text": "Hurray",
    "shows": "",
    "align": "left",
    "font": "Outfit",
    "weight": "700",
    "colour": "#112233",
}


def layout(template: DiplomaTemplate) -> Template:
    db.session.expire_all()
    return layout_of(db.session.get_one(DiplomaTemplate, template.id)).template


def at(world: World, template: DiplomaTemplate, path: str = "") -> str:
    return f"{world.url}/templates/{template.id}{path}"


def bring(world: World, template: DiplomaTemplate, what: str, data: bytes, name: str = "file.bin") -> int:
    answer = world.browser.post(
        at(world, template, f"/{what}"), data={"file": (io.BytesIO(data), name)}, content_type="multipart/form-data"
    )
    return answer.status_code


@pytest.mark.parametrize("starter", list(STARTERS))
@pytest.mark.parametrize("language", ["en", "cs"])
def test_each_starter_takes_long_names_of_many_languages(world: World, starter: str, language: str) -> None:
    template = world.template(starter, language)
    names = [*NAMES, "Maximiliána Přeškočilová-Krásnohorská III", "Nguyễn Hoàng Thị Phương Thảo Minh Khuê An"]
    page = layout(template)
    words = [Words(dict.fromkeys(What, "") | {What.PARTICIPANT_NAME: name}, "http://l.example/d/1") for name in names]
    files = {key: assets.read(key) for key in page.files}
    with Renderer([page], files, labels_for(world.event, language)).open() as renderer:
        assert renderer.unfit(words) == []


def test_an_item_is_changed_by_its_form_and_every_change_is_undone_and_done_again(world: World) -> None:
    template = world.template("blank")
    before = layout(template)
    assert world.browser.post(at(world, template, "/items/title"), data=TEXT).status_code == 303
    after = layout(template)
    title = after.items[0]
    assert isinstance(title, Text)
    assert (title.x, title.text, title.weight, title.font) == (12.5, "Hurray", 700, "Outfit")
    world.browser.post(at(world, template, "/items/title/delete"))
    for step, expected in (("undo", after), ("undo", before), ("undo", before), ("redo", after)):
        world.browser.post(at(world, template, f"/{step}"))
        assert layout(template) == expected, step


def test_items_are_added_doubled_put_in_another_order_and_removed(world: World) -> None:
    template = world.template("blank")
    world.browser.post(at(world, template, "/items"), data={"kind": "line"})
    world.browser.post(at(world, template, "/items/line-1/copy"))
    world.browser.post(at(world, template, "/items/title/place"), data={"to": "front"})
    world.browser.post(at(world, template, "/items/line-1/delete"))
    assert [item.id for item in layout(template).items] == ["name", "title", "code", "line-2"]


@pytest.mark.parametrize(
    ("field", "typed", "message"),
    [
        ("x", "101", "Write 100 or less."),
        ("x", "left", "This is not a number."),
        ("size", "2", "Write 5 or more."),
        ("text", " ", "Write some words"),
        ("colour", "red", "Write a colour like"),
        ("font", "Comic Sans", "This is not a choice here."),
    ],
)
def test_what_is_wrong_stays_typed_with_a_message_beside_it(world: World, field: str, typed: str, message: str) -> None:
    template = world.template("blank")
    answer = world.browser.post(at(world, template, "/items/title"), data={**TEXT, field: typed})
    assert answer.status_code == 422
    assert message in answer.text
    assert layout(template).items[0].id == "title"
    assert db.session.scalar(select(func.count()).select_from(DiplomaLayout)) == 1


def test_the_page_holds_a_form_for_each_item_and_where_it_is(world: World) -> None:
    template = world.template("laurel")
    page = world.browser.get(at(world, template)).text
    ids = [item.id for item in layout(template).items]
    assert re.findall(r'data-handle="([\w-]+)"', page) == ids
    assert all(f'id="item-{name}"' in page for name in ids)
    preview = world.browser.get(at(world, template, "/preview.png?revision=1&width=1200"))
    assert opened(preview.data).size == (1200, 1697)


@pytest.mark.parametrize("landscape", [False, True])
def test_every_kind_of_item_is_printed_where_its_handle_is(landscape: bool) -> None:
    logo = "1" * 32
    items: list[Item] = [
        Text(
            id="left", x=10, y=20, text="Left", align=Align.LEFT, size=30, font="Outfit", weight=700, colour="#a01020"
        ),
        Text(id="right", x=90, y=40, text="Right", align=Align.RIGHT, size=18, font="EB Garamond", italic=True),
        Text(id="small", x=50, y=60, text="Shrunk until it fits in here", width=20, size=40),
        Qr(id="code", x=70, y=70, width=12),
        Picture(id="logo", x=5, y=75, width=15, file=logo),
        Line(id="line", x=40, y=90, width=25, thickness=2),
    ]
    page = Template(landscape=landscape, items=items)
    words = Words({}, "http://l.example/d/1")
    with Renderer([page], {logo: picture(size=(60, 40))}, LABELS).open() as renderer:
        spots = {spot.item: spot for spot in renderer.spots(words)}
        pdf = renderer.pdf([words], made_at=MADE_AT)
    runs = {run.text.split()[0]: run for run in next(reading.pages(pdf))}
    for name, run in (("left", runs["Left"]), ("right", runs["Right"]), ("small", runs["Shrunk"])):
        spot = spots[name]
        assert (spot.x, spot.baseline) == pytest.approx((run.x, run.y), abs=CLOSE), name
        assert spot.size == pytest.approx(run.size, abs=0.01)
    assert (runs["Left"].font, runs["Left"].colour, runs["Right"].font) == (
        "Outfit-Bold",
        "#a01020",
        "EBGaramond-Italic",
    )
    boxes = reading.boxes(pdf)
    middles = [((left + right) / 2, (top + bottom) / 2) for left, top, right, bottom in boxes]
    for spot in (spots["logo"], spots["line"]):
        middle = (spot.x + spot.width / 2, spot.y + spot.height / 2)
        assert any(middle == pytest.approx(drawn, abs=CLOSE) for drawn in middles), (spot, middles)
    wide = page.millimetres[0]
    assert (spots["code"].x, spots["code"].width) == pytest.approx((wide * 0.7, wide * 0.12), abs=0.01)


def test_pictures_backgrounds_and_fonts_are_made_anew_and_used(world: World) -> None:
    template = world.template("blank")
    assert bring(world, template, "background", picture("JPEG", (400, 560), exif=b"Exif\0\0secret")) == 303
    assert bring(world, template, "pictures", picture("PNG", (40, 40), "RGBA")) == 303
    assert bring(world, template, "fonts", FONT.read_bytes()) == 303
    made = layout(template)
    assert made.background
    assert b"secret" not in assets.read(made.background)
    assert (made.items[-1].kind, made.fonts[0].family) == ("picture", "Outfit")
    world.browser.post(at(world, template, "/background/delete"))
    assert layout(template).background is None


def test_a_page_of_a_pdf_is_drawn_as_the_background(world: World) -> None:
    template = world.template("blank")
    with Renderer(
        [Template(items=[Line(id="l", x=0, y=50, width=100, thickness=20, colour="#ff0000")])], {}, LABELS
    ).open() as one:
        page = one.pdf([Words({}, "")], made_at=MADE_AT)
    assert bring(world, template, "background", page, "page.pdf") == 303
    key = layout(template).background or ""
    drawn = opened(assets.read(key)).convert("RGB")
    assert (max(drawn.size), drawn.format) == (uploads.LONGEST, None)
    red, green, _blue = drawn.getpixel((drawn.width // 2, drawn.height // 2))  # type: ignore[misc]
    assert (red > 200, green < 60) == (True, True)


@pytest.mark.parametrize(
    ("what", "data", "message"),
    [
        ("background", b"%PDF-1.7 nothing", "This PDF is damaged"),
        ("background", b"<svg onload='x'/>", "Send a JPEG, PNG"),
        ("pictures", b"\x89PNG broken", "Send a JPEG, PNG"),
        ("fonts", b"MZ\x90\x00", "Send a font as TTF or OTF."),
        ("fonts", b"\x00\x01\x00\x00" + b"x" * 400, "This font is damaged"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused(world: World, what: str, data: bytes, message: str) -> None:
    template = world.template("blank")
    answer = world.browser.post(
        at(world, template, f"/{what}"), data={"file": (io.BytesIO(data), "x")}, content_type="multipart/form-data"
    )
    assert answer.status_code == 422
    assert message in answer.text


def test_only_a_background_may_be_large(world: World) -> None:
    template = world.template("blank")
    large = picture("BMP", (1600, 1600))  # 7.7 MB of a kind that is not taken, so that nobody has to draw it.
    assert bring(world, template, "background", large) == 422
    assert bring(world, template, "pictures", large) == 413
    assert bring(world, template, "background", b"\0" * (27 * 1024 * 1024)) == 413
    gc.collect()


def test_a_copy_in_another_event_has_files_of_its_own(world: World) -> None:
    template = world.template("laurel")
    other = make.event("Winter games")
    answer = world.browser.post(f"/events/{other.id}/diplomas/templates/copied", data={"source": template.id})
    copied = db.session.get_one(DiplomaTemplate, int(answer.location.rpartition("/")[2]))
    assert copied.event_id == other.id
    ours, theirs = layout(template).background, layout(copied).background
    assert ours
    assert theirs
    assert ours != theirs
    assert assets.read(ours) == assets.read(theirs)
    assert db.session.scalars(select(DiplomaFile.key).where(DiplomaFile.event_id == other.id)).all() == [theirs]


def test_what_was_printed_from_a_template_outlives_it(world: World) -> None:
    template = world.template("laurel")
    world.rule(template)
    diploma = world.diplomas(world.print())[0]
    assert world.browser.post(at(world, template, "/delete")).status_code == 303
    assert world.browser.get(at(world, template)).status_code == 404
    assert world.browser.get(f"{world.url}/{diploma.id}.pdf").data.startswith(b"%PDF")
    assert "This diploma is valid" in world.browser.get(f"/d/{diploma.number}").text


OLD = {
    "name": "Starý diplom",
    "orientation": "landscape",
    "items": [
        {"type": "static", "text": "DIPLOM", "x": 50, "y": 10, "fontSize": 48, "fontWeight": "bold", "centered": True},
        {
            "field": "participant_name",
            "x": "20.5%",
            "y": 40,
            "fontSize": "24pt",
            "fontFamily": "Outfit",
            "color": "#abc",
        },
        {"text": "{{ place }}", "x": 10, "y": 60, "italic": True, "font": "Comic Sans MS"},
        {"field": "shoe_size", "x": 1, "y": 1},
        "nonsense",
    ],
}


def test_a_template_of_the_old_system_is_read_as_far_as_it_is_understood(world: World) -> None:
    read = old_templates.read(json.dumps(OLD).encode())
    first, second, third = read.template.items
    assert isinstance(first, Text)
    assert isinstance(second, Text)
    assert isinstance(third, Text)
    assert (read.name, read.template.landscape) == ("Starý diplom", True)
    assert (first.x, first.align, first.weight, first.size) == (50, "center", 700, 48)
    assert (second.shows, second.x, second.size, second.font, second.colour) == (
        What.PARTICIPANT_NAME,
        20.5,
        24,
        "Outfit",
        "#aabbcc",
    )
    assert (third.shows, third.italic, third.font) == (What.PLACE, True, "Inter")
    assert len(read.told) == 3
    data = {"file": (io.BytesIO(json.dumps(OLD).encode()), "old.json")}
    answer = world.browser.post(f"{world.url}/templates/imported", data=data, content_type="multipart/form-data")
    assert "shoe_size" in world.browser.get(answer.location).text


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b'{"name": 1}', b'{"version": 1, "paper": "a3"}', b"[" * 100_000])
def test_what_is_no_template_at_all_is_refused(world: World, data: bytes) -> None:
    answer = world.browser.post(
        f"{world.url}/templates/imported",
        data={"file": (io.BytesIO(data), "x.json")},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 422


def test_what_is_downloaded_can_be_brought_in_again_and_fits_the_published_schema(world: World) -> None:
    template = world.template("blank")
    downloaded = world.browser.get(at(world, template, "/template.json")).data
    assert old_templates.read(downloaded).template == layout(template)
    schema = world.browser.get("/diplomas/template.schema.json").get_json()
    assert set(json.loads(downloaded)) <= set(schema["properties"])


def test_a_template_of_another_event_is_not_found(world: World) -> None:
    template, other = world.template("blank"), make.event("Winter games")
    assert world.browser.get(f"/events/{other.id}/diplomas/templates/{template.id}").status_code == 404


def test_a_web_process_does_not_import_the_renderer_at_its_start() -> None:
    import subprocess
    import sys

    code = "import sys, app.parts; print(sorted({'typst', 'fontTools', 'pypdfium2'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(ROOT), check=True)
    assert done.stdout.strip() == "[]"
