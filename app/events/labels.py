"""What people call the closed lists of words: `{{ activity.evaluation_type | label }}`."""

from __future__ import annotations

from enum import StrEnum

from babel.dates import format_interval
from flask_babel import format_date, get_locale, lazy_pgettext, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from .kinds import Checking, EvaluationType, Formula, Gender, Missing, TieBreak, Visibility
from .models import Activity, Event

GENDERS: dict[StrEnum, LazyString] = {
    Gender.F: _l("Female"),
    Gender.M: _l("Male"),
    Gender.X: _l("Other"),
}
GENDERS_OF_MANY: dict[StrEnum, LazyString] = {
    Gender.F: lazy_pgettext("many people", "Female"),
    Gender.M: lazy_pgettext("many people", "Male"),
    Gender.X: lazy_pgettext("many people", "Other"),
}
"""Of a category: languages other than English say it in the plural."""

LABELS: dict[StrEnum, LazyString] = {
    EvaluationType.NUMERIC_HIGH: _l("Number, higher is better"),
    EvaluationType.NUMERIC_LOW: _l("Number, lower is better"),
    EvaluationType.TIME_LOW: _l("Time, faster is better"),
    EvaluationType.BOOLEAN: _l("Done or not"),
    EvaluationType.SCORE_SET: _l("Several marks"),
    Formula.SUM: _l("Their sum"),
    Formula.BEST: _l("The best of them"),
    Checking.OFF: _l("No"),
    Checking.OPTIONAL: _l("Where somebody has the time; the board marks what is unchecked"),
    Checking.REQUIRED: _l("Always; the board waits for it"),
    Formula.MEAN: _l("Their mean"),
    Formula.MEDIAN: _l("The middle one"),
    Missing.WORST: _l("Counts as the worst: attempts"),
    Missing.REMOVED: _l("Is left out: judges"),
    TieBreak.NONE: _l("Nothing: they share the place"),
    TieBreak.BEST: _l("The best single mark"),
    TieBreak.NEXT: _l("The best mark, then the second best, and so on"),
    Visibility.PRIVATE: _l("Private"),
    Visibility.LINK: _l("By link"),
    Visibility.PUBLIC: _l("Public"),
    **GENDERS,
}

COMBINED = {
    Formula.SUM: _l("their sum"),
    Formula.BEST: _l("the best of them"),
    Formula.MEAN: _l("their mean"),
    Formula.MEDIAN: _l("the middle one"),
}

COLOURS = {
    1: _l("Blue"),
    2: _l("Red"),
    3: _l("Green"),
    4: _l("Yellow"),
    5: _l("Purple"),
    6: _l("Orange"),
    7: _l("Teal"),
    8: _l("Pink"),
    9: _l("Brown"),
    10: _l("Grey"),
}


def label(value: StrEnum) -> str:
    return str(LABELS[value])


def gender_of_many(gender: Gender) -> str:
    return str(GENDERS_OF_MANY[gender])


def ages(age_from: int | None, age_to: int | None) -> str:
    """A bracket's ages, both ends inclusive: "8–10", "18 and over", "up to 7", "all ages"."""
    if age_from is None and age_to is None:
        return _("all ages")
    if age_to is None:
        return _("%(age)s and over", age=age_from)
    if age_from is None:
        return _("up to %(age)s", age=age_to)
    return str(age_from) if age_from == age_to else f"{age_from}–{age_to}"


def scoring_words(activity: Activity) -> str:
    """How several marks make a value: "3 marks: the best of them, higher is better"."""
    marking = activity.marking
    names = ", ".join(criterion.name for criterion in marking.criteria if criterion.name)
    joined = _("their mean") if marking.joined is Formula.MEAN else _("added up")
    if marking.each == 1 and names:
        parts = [f"{names}: {joined}"]
    else:
        parts = [ngettext("One mark", "%(num)d marks", marking.each) + f": {COMBINED[marking.formula]}"]
        if marking.drop_highest or marking.drop_lowest:
            dropped = {"high": marking.drop_highest, "low": marking.drop_lowest}
            parts.append(_("without the %(high)s highest and %(low)s lowest", **dropped))
        if names:
            parts.append(_("for each of %(names)s", names=names))
    parts.append(_("higher is better") if marking.higher_is_better else _("lower is better"))
    return ", ".join(parts)


def days(event: Event, length: str = "medium") -> str:
    """When it is, in the reader's language: "Jul 4, 2026", "Jul 4 – 6, 2026"."""
    if event.ends_on is None:
        return str(format_date(event.starts_on, length))  # type: ignore[no-untyped-call]
    skeleton = "yMMMd" if length == "medium" else "yMMMMd"
    return format_interval(event.starts_on, event.ends_on, skeleton, locale=get_locale())
