from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PIL import Image

from app.diplomas.rendering import MASK, Labels, Renderer, Unfit, Words
from app.diplomas.template import Align, Item, Line, Paper, Picture, Qr, Template, Text, What
from app.typesetting import plain
from tests.diplomas import reading

LABELS = Labels("Diplomas", "Laurel", "Code to verify it", "cs")
MADE_AT = datetime(2026, 7, 4, 12, tzinfo=UTC)
CLOSE = 0.3  # millimetres


@contextmanager
def renderer(template: Template, files: dict[str, bytes] | None = None) -> Iterator[Renderer]:
    with Renderer([template], files or {}, LABELS).open() as opened:
        yield opened


def of(name: str, **more: str) -> Words:
    return Words(
        {What.PARTICIPANT_NAME: name, **{What(field): text for field, text in more.items()}}, "http://l.example/d/1"
    )


def name_item(**changes: object) -> Text:
    return Text.model_validate({"id": "name", "x": 50, "y": 40, "shows": "participant_name", **changes})


def runs(template: Template, words: Words) -> list[reading.Run]:
    with renderer(template) as opened:
        return next(reading.pages(opened.pdf([words], made_at=MADE_AT)))


@pytest.mark.parametrize("paper", list(Paper))
@pytest.mark.parametrize("landscape", [False, True])
def test_a_page_has_its_papers_size(paper: Paper, landscape: bool) -> None:
    template = Template(paper=paper, landscape=landscape, items=[name_item()])
    with renderer(template) as opened:
        (size,) = reading.sizes(opened.pdf([of("Eva")], made_at=MADE_AT))
    assert size == pytest.approx(template.millimetres, abs=0.01)


@pytest.mark.parametrize("landscape", [False, True])
@pytest.mark.parametrize(
    ("font", "weight", "italic", "printed"),
    [
        ("Inter", 400, False, "Inter-Regular"),
        ("Inter", 700, False, "Inter-Bold"),
        ("Inter", 700, True, "Inter-BoldItalic"),
        ("Outfit", 700, False, "Outfit-Bold"),
        ("EB Garamond", 400, True, "EBGaramond-Italic"),
        ("Great Vibes", 400, False, "GreatVibes-Regular"),
    ],
)
def test_a_text_is_printed_where_and_as_the_template_says(
    font: str, weight: int, italic: bool, printed: str, landscape: bool
) -> None:
    item = name_item(x=12.5, y=62.5, align="left", size=31.5, weight=weight, italic=italic, font=font, colour="#c02a6b")
    template = Template(landscape=landscape, items=[item])
    (run,) = runs(template, of("Hana"))
    width, height = template.millimetres
    assert (run.text, run.font, run.size, run.colour) == ("Hana", printed, 31.5, "#c02a6b")
    assert (run.x, run.y) == pytest.approx((width * 0.125, height * 0.625), abs=CLOSE)


@pytest.mark.parametrize("align", list(Align))
def test_a_text_stands_left_of_right_of_or_around_its_point(align: Align) -> None:
    (run,) = runs(Template(items=[name_item(align=align.value)]), of("Markéta"))
    anchor = {Align.LEFT: run.x, Align.CENTER: (run.x + run.end) / 2, Align.RIGHT: run.end}[align]
    # A letter's ink begins and ends a little inside its advance.
    assert anchor == pytest.approx(105, abs=1)


def test_a_long_name_is_set_smaller_until_it_fits() -> None:
    (run,) = runs(Template(items=[name_item(width=60, size=40)]), of("Maximiliána Přeškočilová-Krásnohorská"))
    assert 5 < run.size < 40
    assert run.end - run.x == pytest.approx(126, abs=1.5)


def test_what_does_not_fit_is_told_beforehand() -> None:
    long = "Maximiliána Přeškočilová-Krásnohorská"
    items: list[Item] = [
        name_item(id="fits", width=60),
        name_item(id="too-long", width=20, shrink=False),
        name_item(id="over-the-edge", x=95, size=40),
        name_item(id="too-small", width=4),
    ]
    with renderer(Template(items=items)) as opened:
        assert opened.unfit([of("Eva"), of(long)]) == [
            Unfit(0, "over-the-edge"),
            Unfit(1, "too-long"),
            Unfit(1, "over-the-edge"),
            Unfit(1, "too-small"),
        ]


@pytest.mark.parametrize(
    "name", ["Žofie Růžičková", "Nguyễn Thị Ánh Tuyết", "Łukasz Wójcik", "Ömer Şahin", "Ελένη", "Юлия", "محمد علي"]
)
@pytest.mark.parametrize("font", ["Inter", "EB Garamond", "Great Vibes"])
def test_names_of_many_languages_are_drawn_whatever_the_font(name: str, font: str) -> None:
    with renderer(Template(items=[name_item(font=font)])) as opened:
        assert opened.unfit([of(name)]) == []
        text = "".join(run.text for run in next(reading.pages(opened.pdf([of(name)], made_at=MADE_AT))))
    assert text.replace(" ", "") == name.replace(" ", "")


def test_a_character_no_font_has_is_named_before_printing() -> None:
    with renderer(Template(items=[name_item()])) as opened:
        assert opened.unfit([of("Eva 😀"), of("李小龙")]) == [Unfit(0, "name", "😀"), Unfit(1, "name", "李小龙")]


@pytest.mark.parametrize(
    "name",
    [
        "#let x = 1",
        "\\",
        "$$",
        "<script>alert(1)</script>",
        "*bold* _it_",
        '"; #panic()',
        "[#x]",
        "{{ 7*7 }}",
        "a//b",
        "<unfit>",
    ],
)
def test_a_hostile_name_is_printed_as_it_is_written(name: str) -> None:
    found = runs(Template(items=[name_item()]), of(name))
    assert "".join(run.text for run in found) == name


def test_what_steers_the_line_is_left_out_of_a_name() -> None:
    assert plain("Eva\u202egnp.exe\n\tNová\x00") == "Evagnp.exe  Nová"
    assert len(plain("x" * 4000)) == 400


@given(st.text(max_size=60))
@hypothesis_settings(max_examples=30)
def test_whatever_a_name_holds_it_is_printed_or_told_of(name: str) -> None:
    with renderer(Template(items=[name_item(width=80)])) as opened:
        if not opened.unfit([of(name)]):
            assert opened.pdf([of(name)], made_at=MADE_AT).startswith(b"%PDF")


def test_the_same_diplomas_are_the_same_bytes_and_say_when_they_were_made() -> None:
    template = Template(items=[name_item(), Qr(id="code", x=5, y=85), Line(id="line", x=60, y=90)])
    with renderer(template) as one, renderer(template) as other:
        first, second = (opened.pdf([of("Eva"), of("Jan")], made_at=MADE_AT) for opened in (one, other))
    assert first == second
    assert b"2026-07-04" in first
    assert b"pdfaid" in first


def test_pictures_and_a_background_are_drawn() -> None:
    drawn = io.BytesIO()
    Image.new("RGB", (40, 40), "#00a040").save(drawn, "PNG")
    logo, background = "1" * 32, "2" * 32
    template = Template(background=background, items=[Picture(id="logo", x=0, y=0, width=50, file=logo)])
    sheet = io.BytesIO()
    Image.new("RGB", (100, 141), "#fff0c0").save(sheet, "JPEG", quality=95)
    with renderer(template, {logo: drawn.getvalue(), background: sheet.getvalue()}) as opened:
        picture = Image.open(io.BytesIO(opened.png(of("Eva"), width=420))).convert("RGB")
    assert picture.size == pytest.approx((420, 594), abs=1)
    red, green, blue = picture.getpixel((100, 100))  # type: ignore[misc]
    assert (red < 20, 150 < green < 170, 50 < blue < 80) == (True, True, True)
    assert picture.getpixel((400, 500))[2] < 215  # type: ignore[index]


def test_the_code_leads_to_the_address() -> None:
    import segno

    template = Template(items=[Qr(id="code", x=10, y=10, width=30)])
    with renderer(template) as opened:
        picture = Image.open(io.BytesIO(opened.png(of("Eva"), width=1000))).convert("1")
    modules = [
        [bool(cell) for cell in row]
        for row in segno.make_qr("http://l.example/d/1", error="m", boost_error=False, mask=MASK).matrix
    ]
    side = 300 / len(modules)
    printed = [
        [picture.getpixel((100 + int((x + 0.5) * side), 141 + int((y + 0.5) * side))) == 0 for x in range(len(modules))]
        for y in range(len(modules))
    ]
    assert printed == modules
