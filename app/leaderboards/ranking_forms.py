"""How an organiser says in what way an event is ranked: overall, in teams, and who goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import wtforms
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import BooleanField, FieldList, FormField, RadioField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import NumberRange, Optional

from ..events.details import OverallDetails, PartDetails
from ..events.forms import WholeNumberField, longest, words
from ..events.kinds import CutBy, EvaluationType
from ..events.models import Activity, Event
from ..forms import Form
from ..i18n import decimal_mark
from ..scoring.values import InvalidValue, Value, parse, show
from .overall_rules import BadScheme, Method, Missing, Rule, Scheme, TieBreak
from .schemes import USUAL_POINTS, Plan, is_total_higher_better, plan_of, scheme_rules, team_rules
from .teams import TeamScheme

TIES = 4
MOST_WEIGHT = 1000
FROM_ONE = NumberRange(1, 10_000, _l("From %(min)d to %(max)d."))
PLACES = NumberRange(0, 6, _l("From %(min)d to %(max)d."))

METHODS = {
    Method.PLACES: _l("Places added up: first is 1, second is 2, the fewest win"),
    Method.POINTS: _l("Points for places"),
    Method.VALUES: _l("Results added up"),
    Method.MEAN: _l("Mean of the results"),
    Method.PERCENT: _l("Percent of the best result of each activity, added up"),
    Method.Z: _l("Distance from the average of each activity (z-score), added up"),
}
MISSING = {
    Missing.WORST: _l("Counts as worse than all who have one"),
    Missing.SKIPPED: _l("Is left out"),
    Missing.OUT: _l("Means no overall place"),
}
CUTS = {
    CutBy.PLACE: _l("the first places"),
    CutBy.PERCENT: _l("percent of all who entered"),
    CutBy.VALUE: _l("who reaches this result"),
}


class PartForm(wtforms.Form):  # type: ignore[misc]
    """What an activity has to do with it. Its weight is a number; nothing or 0 leaves it out."""

    weight = StringField(_l("Counts"), filters=[words], validators=[longest(12)])
    cut_by = SelectField(
        _l("Who goes on"),
        choices=[SelectChoice("", _l("no next round")), *(SelectChoice(by.value, name) for by, name in CUTS.items())],
    )
    cut_amount = StringField(_l("How many"), filters=[words], validators=[longest(20)])


@dataclass(frozen=True)
class Ranking:
    """What the form says: `plan` is None for no overall result."""

    plan: Plan | None
    parts: Mapping[int, PartDetails]

    @property
    def details(self) -> OverallDetails:
        plan = self.plan
        teams = team_rules(plan.teams) if plan and plan.teams else None
        return {"overall_rules": scheme_rules(plan.scheme) if plan else None, "team_rules": teams}


class RankingForm(Form):
    """`names` are what is known of people as numbers, by which ties may be broken."""

    method = RadioField(
        _l("Overall result"),
        choices=[
            SelectChoice("", _l("None: each activity for itself")),
            *(SelectChoice(*one) for one in METHODS.items()),
        ],
        default="",
    )
    points = StringField(_l("Points, from the first place on"), filters=[words], validators=[longest(400)])
    best = WholeNumberField(_l("Only so many of the best count"), validators=[Optional(), FROM_ONE])
    missing = RadioField(
        _l("An activity without a result"),
        choices=[SelectChoice(*one) for one in MISSING.items()],
        default=Missing.WORST,
    )
    rounded_to = WholeNumberField(_l("Round to decimals"), validators=[Optional(), PLACES])
    ties = FieldList(SelectField(choices=[]), label=_l("Equal totals"), max_entries=TIES)
    teams = RadioField(
        _l("Teams"),
        choices=[
            SelectChoice("", _l("No places for teams")),
            SelectChoice("sum", _l("Totals of its people added up")),
            SelectChoice("mean", _l("Mean of its people's totals")),
        ],
        default="",
    )
    team_best = WholeNumberField(_l("Only so many of its best people count"), validators=[Optional(), FROM_ONE])
    team_whole = BooleanField(_l("A team with fewer has no place"))
    activities = FieldList(FormField(PartForm))

    def __init__(self, event: Event, names: Sequence[str]) -> None:
        self.event = event
        self.names = names
        super().__init__(data=said_of(event))
        choices = tie_choices(names)
        for field in self.ties:
            known = [] if field.data in dict(choices) else [SelectChoice(field.data, rule_name(field.data))]
            field.choices = [SelectChoice(*choice) for choice in choices] + known

    @property
    def rows(self) -> list[tuple[Activity, PartForm]]:
        return [(activity, entry.form) for activity, entry in zip(self.event.activities, self.activities, strict=False)]

    def validate(self, extra_validators: Any = None) -> bool:
        if not super().validate(extra_validators):
            return False
        if len(self.activities) != len(self.event.activities):
            self.form_errors.append(_("The activities have changed meanwhile. Open the page anew."))
            return False
        try:
            self.ranking = self._read()
        except Unfit:
            return False
        return True

    def _read(self) -> Ranking:
        parts = {activity.id: _part(activity, form) for activity, form in self.rows}
        if not self.method.data:
            return Ranking(None, parts)
        weights = {key: part["weight"] for key, part in parts.items() if part["weight"]}
        plan = Plan(self._scheme(), self._teams(), weights)
        if self.best.data is not None and self.best.data > len(weights):
            raise _unfit(
                self.best, ngettext("Only %(num)d activity counts.", "Only %(num)d activities count.", len(weights))
            )
        try:
            is_total_higher_better(plan, self.event.activities)
        except BadScheme:
            raise _unfit(self.method, misfit_words(bool(weights))) from None
        return Ranking(plan, parts)

    def _scheme(self) -> Scheme:
        method = Method(self.method.data)
        return Scheme(
            method,
            points=self._points() if method is Method.POINTS else (),
            best=self.best.data,
            missing=Missing(self.missing.data),
            decimals=self.rounded_to.data,
            ties=tuple(rule_of(field.data) for field in self.ties if field.data),
        )

    def _points(self) -> tuple[Decimal, ...]:
        written = (self.points.data or "").replace(";", " ").replace(", ", " ").split()
        points = tuple(_number(self.points, one.strip(",")) for one in written)
        if not points:
            raise _unfit(self.points, _("Write the points for the first place, the second, and so on: 10 8 6 5."))
        return points

    def _teams(self) -> TeamScheme | None:
        if not self.teams.data:
            return None
        is_whole = self.team_whole.data and self.team_best.data is not None
        return TeamScheme(best=self.team_best.data, mean=self.teams.data == "mean", whole=is_whole)


class Unfit(Exception):
    """A field has been told what is wrong."""


def _unfit(field: Any, message: str) -> Unfit:
    field.errors = [*field.errors, message]
    return Unfit()


def misfit_words(any_counts: bool) -> str:
    if not any_counts:
        return _("No activity counts. Give at least one a weight.")
    return _(
        "Results cannot be added up here: in some activities higher is better, in others lower. "
        "Leave some out, or choose places, points or percent."
    )


def _part(activity: Activity, form: PartForm) -> PartDetails:
    weight = _number(form.weight, form.weight.data) if form.weight.data else Decimal(0)
    if not 0 <= weight <= MOST_WEIGHT:
        raise _unfit(form.weight, _("Write a number from %(min)s to %(max)s.", min=0, max=MOST_WEIGHT))
    if not form.cut_by.data:
        return {"weight": weight, "cut_by": None, "cut_amount": None}
    by = CutBy(form.cut_by.data)
    kind = activity.mark_type if by is CutBy.VALUE else EvaluationType.NUMERIC_HIGH
    amount = _number(form.cut_amount, form.cut_amount.data or "", kind)
    if by is CutBy.PLACE and (amount < 1 or amount != int(amount)):
        raise _unfit(form.cut_amount, _("Write a whole number, 1 or more."))
    if by is CutBy.PERCENT and not 0 < amount <= 100:
        raise _unfit(form.cut_amount, _("Write a number from %(min)s to %(max)s.", min=1, max=100))
    return {"weight": weight, "cut_by": by, "cut_amount": amount}


def _number(field: Any, text: str, kind: EvaluationType = EvaluationType.NUMERIC_HIGH) -> Decimal:
    try:
        value = parse(text, kind)
    except InvalidValue as problem:
        raise _unfit(field, str(problem.message)) from None
    if value is None or value.amount is None:
        raise _unfit(field, _("This is not a number."))
    return value.amount


# What the event says now ------------------------------------------------------------------------------------------


def said_of(event: Event) -> dict[str, Any]:
    plan = plan_of(event)
    scheme, teams = (plan.scheme, plan.teams) if plan else (None, None)
    ties = [rule_key(rule) for rule in scheme.ties] if scheme else [TieBreak.COUNTBACK.value]
    return {
        "method": scheme.method.value if scheme else "",
        "points": " ".join(written(point) for point in (scheme and scheme.points) or USUAL_POINTS),
        "best": scheme.best if scheme else None,
        "missing": (scheme.missing if scheme else Missing.WORST).value,
        "rounded_to": scheme.decimals if scheme else None,
        "ties": [*ties, *[""] * (TIES - len(ties))],
        "teams": "" if teams is None else "mean" if teams.mean else "sum",
        "team_best": teams.best if teams else None,
        "team_whole": bool(teams and teams.whole),
        "activities": [_part_of(activity) for activity in event.activities],
    }


def _part_of(activity: Activity) -> dict[str, str]:
    cut = ""
    if activity.cut_amount is not None:
        kind = activity.mark_type if activity.cut_by is CutBy.VALUE else EvaluationType.NUMERIC_HIGH
        cut = show(Value.of(activity.cut_amount), kind, decimal_mark=decimal_mark())
    return {"weight": written(activity.weight), "cut_by": activity.cut_by or "", "cut_amount": cut}


def written(number: Decimal) -> str:
    return show(Value.of(number), EvaluationType.NUMERIC_HIGH, decimal_mark=decimal_mark())


# Tie-breaks as a choice -------------------------------------------------------------------------------------------


def tie_choices(names: Sequence[str]) -> list[tuple[str, str]]:
    keys = ["", *(tie.value for tie in TieBreak if tie not in {TieBreak.NUMBER, TieBreak.GIVEN})]
    keys += [f"{end}:{name}" for name in names for end in ("low", "high")]
    return [(key, rule_name(key)) for key in [*keys, TieBreak.GIVEN.value]]


def rule_name(key: str) -> str:
    end, _colon, name = key.partition(":")
    known = {
        "": _("nothing more: they share the place"),
        "countback": _("more of the better places"),
        "best_single": _("the better best single score"),
        "last_activity": _("the better place in the last activity"),
        "given": _("the order of the list"),
        "low": _("lower: %(name)s", name=name),
        "high": _("higher: %(name)s", name=name),
    }
    return known.get(end, key)


def rule_key(rule: Rule) -> str:
    if rule.tie_break is TieBreak.NUMBER:
        return f"{'high' if rule.higher_is_better else 'low'}:{rule.number}"
    return rule.tie_break.value


def rule_of(key: str) -> Rule:
    end, colon, name = key.partition(":")
    if colon:
        return Rule(TieBreak.NUMBER, name, higher_is_better=end == "high")
    return Rule(TieBreak(key))
