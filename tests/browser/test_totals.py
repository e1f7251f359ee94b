"""The total that a sheet shows while one types is the server's, in a real browser and for whatever can be typed."""

from __future__ import annotations

import json
import random
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from app.events.kinds import EvaluationType, Formula, Missing
from app.events.marking import Criterion, Marking
from app.events.models import Activity
from app.events.presets import PRESETS
from app.scoring.formulas import total
from app.scoring.routes import marking_json
from app.scoring.values import InvalidValue, parse, show
from tests.support import make

from .steps import row, sign_in

pytestmark = pytest.mark.usefixtures("context")

CASES = 800
ODD = ("", "", "DNS", "dnf", "DSQ", "x", "1 234,5", "-3", "+7", "1:23.4", "1:60", ".5", "0.0000001", "abc", "−2")


def any_marking(chance: random.Random) -> Marking:
    each = chance.randint(1, 6)
    dropped = chance.randint(0, each - 1) if chance.random() < 0.5 else 0
    lowest = chance.randint(0, dropped)
    return Marking(
        each=each,
        formula=chance.choice(list(Formula)),
        higher_is_better=chance.random() < 0.5,
        criteria=tuple(Criterion("", Decimal(chance.randint(1, 30)) / 10) for _ in range(chance.randint(1, 3))),
        joined=chance.choice((Formula.SUM, Formula.MEAN)),
        drop_highest=dropped - lowest,
        drop_lowest=lowest,
        places=chance.choice((None, 0, 1, 2, 3)),
        missing=chance.choice(list(Missing)),
        times=chance.random() < 0.3,
        negative_fails=chance.random() < 0.3,
    )


def any_text(chance: random.Random) -> str:
    if chance.random() < 0.15:
        return chance.choice(ODD)
    return f"{Decimal(chance.randint(-200 if chance.random() < 0.1 else 0, 20000)) / 10 ** chance.randint(0, 3)}"


def of_the_server(texts: list[str], activity: Activity) -> str:
    try:
        marks = [parse(text, activity.mark_type) for text in texts]
    except InvalidValue:
        return ""
    return show(total(marks, activity.marking), activity.mark_type, places=activity.decimal_places)


def activity_of(marking: Marking, decimal_places: int) -> Activity:
    return Activity(
        evaluation_type=EvaluationType.SCORE_SET,
        mark_count=marking.count,
        formula=marking.formula,
        higher_is_better=marking.higher_is_better,
        rules=marking.rules(),
        decimal_places=decimal_places,
    )


def test_hundreds_of_totals_are_those_of_the_server(page: Page) -> None:
    chance = random.Random(5)
    cases, expected = [], []
    for _ in range(CASES):
        marking = any_marking(chance)
        activity = activity_of(marking, chance.randint(0, 2))
        texts = [any_text(chance) for _ in range(marking.count)]
        cases.append([texts, json.loads(marking_json(activity))])
        expected.append(of_the_server(texts, activity))
    page.goto("/sign-in")
    found = page.evaluate(
        """async (cases) => {
          const { total } = await import("/static/js/totals.js");
          return cases.map(([texts, marking]) => total(texts, marking));
        }""",
        cases,
    )
    different = [pair for pair in zip(cases, expected, found, strict=True) if pair[1] != pair[2]]
    assert different == []
    assert len(set(expected)) > CASES / 3, "too few of them make a total for this to show anything"


def test_the_total_follows_what_is_typed_and_stays_when_it_is_saved(phone: Page) -> None:
    event = make.event()
    group = make.group(event)
    make.participant(group, "Anežka Dvořáková")
    activity = make.activity(event, EvaluationType.SCORE_SET, "3x3x3", marking=PRESETS["speedcubing"].marking)
    petra = make.user()
    make.assign(petra, group)
    sign_in(phone, petra)
    phone.goto(f"/sheets/{group.id}/{activity.id}")
    fields, shown = row(phone, "Anežka").locator(".row__field"), row(phone, "Anežka").locator("[data-total]")
    for place, text in enumerate(["10", "11", "12", "DNF"]):
        fields.nth(place).fill(text)
    expect(shown).to_have_text("")
    fields.nth(4).fill("10.5")
    expect(shown).to_have_text("0:11.17")
    fields.nth(4).blur()
    expect(row(phone, "Anežka").get_by_role("link", name="Saved")).to_be_visible()
    expect(fields.nth(4)).to_have_value("0:10.50")
    phone.reload()
    expect(shown).to_have_text("0:11.17")
