from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest
from typing import Any

import wtforms
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import BooleanField, Field, FieldList, FormField, RadioField, StringField, TextAreaField, ValidationError
from wtforms.fields import SelectChoice
from wtforms.validators import NumberRange, Optional

from .details import ActivityDetails
from .forms import NAME, REQUIRED, NamedForm, WholeNumberField, labelled, lines, longest, words
from .kinds import Checking, EvaluationType, Formula, Missing, TieBreak
from .marking import Criterion, Marking
from .models import Activity, Event
from .names import name_key
from .presets import Preset, names_of

USUAL_MARKS, MOST_EACH, MOST_MARKS, MOST_CRITERIA = 3, 15, 60, 10
SPARE_CRITERIA = 2
MOST_WEIGHT = 1000
SET_FIELDS = (
    *("mark_count", "formula", "higher_is_better", "times", "drop_highest", "drop_lowest", "rounded_to"),
    *("missing", "tie_break", "joined", "negative_fails"),
)
"""What says how the marks of a score set count, beside its criteria."""
DROPS = NumberRange(0, MOST_EACH, _l("From %(min)d to %(max)d."))
PLACES = NumberRange(0, 6, _l("From %(min)d to %(max)d."))


@dataclass(frozen=True)
class Notation:
    """How values are written, which a higher feature knows. `read` raises ValidationError."""

    read: Callable[[str, EvaluationType], Decimal | None]
    show: Callable[[Decimal | None, EvaluationType], str]


def unless_written(form: ActivityForm, field: Field) -> None:
    """The result by what counts is stored with each value: another way to score would leave old ones as they are."""
    changed = form.activity and form.values and form.details.get(field.name) != getattr(form.activity, field.name)
    if changed:
        raise ValidationError(
            ngettext(
                "This cannot change any more: one value is written already.",
                "This cannot change any more: %(num)d values are written already.",
                form.values,
            )
        )


class CriterionForm(wtforms.Form):  # type: ignore[misc]
    """A line of the table of criteria; one where nothing is written is none."""

    name = StringField(_l("Criterion"), filters=[words], validators=[longest(30)])
    weight = StringField(_l("Weight"), filters=[words], validators=[longest(12)])
    low = StringField(_l("Lowest"), filters=[words], validators=[longest(20)])
    high = StringField(_l("Highest"), filters=[words], validators=[longest(20)])

    @property
    def is_blank(self) -> bool:
        return not any(field.data for field in self)


class ActivityForm(NamedForm):
    """`values` counts what is written: with some, the way in which it is scored can change no more.

    The page does not offer what cannot change, so it is not sent, and stays; what is sent all the same is refused.
    """

    name = StringField(NAME, filters=[words], validators=[REQUIRED, longest(80)])
    description = TextAreaField(_l("Description"), filters=[lines], validators=[longest(2000)])
    evaluation_type = RadioField(
        _l("What is written down"),
        choices=labelled(EvaluationType),
        default=EvaluationType.NUMERIC_HIGH.value,
        validators=[unless_written],
    )
    unit = StringField(_l("Unit"), filters=[words], validators=[longest(12)])
    decimal_places = WholeNumberField(_l("Decimal places"), default=0, validators=[Optional(), PLACES])
    usual_from = StringField(_l("Usually from"), filters=[words], validators=[longest(20)])
    usual_to = StringField(_l("Usually to"), filters=[words], validators=[longest(20)])
    mark_count = WholeNumberField(_l("How many marks"), default=USUAL_MARKS, validators=[unless_written])
    formula = RadioField(
        _l("What counts"),
        choices=labelled((Formula.BEST, Formula.SUM, Formula.MEAN, Formula.MEDIAN)),
        default=Formula.BEST.value,
        validators=[unless_written],
    )
    times = RadioField(
        _l("What a mark is"),
        choices=[SelectChoice(0, _l("A number")), SelectChoice(1, _l("A time"))],
        coerce=int,
        default=0,
    )
    drop_highest = WholeNumberField(_l("Highest that are dropped"), default=0, validators=[Optional(), DROPS])
    drop_lowest = WholeNumberField(_l("Lowest that are dropped"), default=0, validators=[Optional(), DROPS])
    rounded_to = WholeNumberField(_l("Decimals of the result"), validators=[Optional(), PLACES])
    missing = RadioField(_l("A mark that is missing"), choices=labelled(Missing), default=Missing.WORST.value)
    tie_break = RadioField(_l("Equal results are parted by"), choices=labelled(TieBreak), default=TieBreak.NONE.value)
    negative_fails = BooleanField(_l("A negative number is a failed attempt"))
    criteria = FieldList(FormField(CriterionForm), label=_l("Criteria"), max_entries=MOST_CRITERIA)
    joined = RadioField(
        _l("The criteria together"),
        choices=[SelectChoice(Formula.SUM.value, _l("Added up")), SelectChoice(Formula.MEAN.value, _l("Their mean"))],
        default=Formula.SUM.value,
    )
    higher_is_better = RadioField(
        _l("Which is better"),
        choices=[SelectChoice(1, _l("Higher")), SelectChoice(0, _l("Lower"))],
        coerce=int,
        default=1,
        validators=[unless_written],
    )

    checking = RadioField(_l("Typed a second time"), choices=labelled(Checking), default=Checking.OFF.value)

    def __init__(
        self,
        event: Event,
        activities: Sequence[Activity],
        notation: Notation,
        activity: Activity | None = None,
        values: int = 0,
        preset: tuple[str, Preset] | None = None,
    ) -> None:
        others = [other for other in activities if other is not activity]
        data: dict[str, Any] = usual_range(activity, notation) if activity else {}
        if activity and activity.evaluation_type is EvaluationType.SCORE_SET:
            data |= as_fields(activity.marking, notation)
        super().__init__(event, others, obj=activity, data=data)
        self.activity = activity
        self.values = values
        self.notation = notation
        if preset:
            self._begin_with(*preset)
        elif not self.is_submitted() or not self.mark_count.raw_data:
            self.mark_count.data = data.get("each", USUAL_MARKS)
        while len(self.criteria) < min(MOST_CRITERIA, len(self._written_criteria) + SPARE_CRITERIA):
            self.criteria.append_entry()

    def _begin_with(self, key: str, preset: Preset) -> None:
        names = names_of(key)
        fields = as_fields(preset.marking, self.notation, names)
        self.evaluation_type.data = EvaluationType.SCORE_SET.value
        self.decimal_places.data = preset.decimal_places
        self.mark_count.data = fields["each"]
        for name in SET_FIELDS[1:]:
            self[name].data = fields[name]
        for criterion in fields["criteria"]:
            self.criteria.append_entry(criterion)

    def validate_mark_count(self, field: WholeNumberField) -> None:
        fewest = 1 if len(self._written_criteria) > 1 else 2
        if self._is_set and (field.data is None or not fewest <= field.data <= MOST_EACH):
            raise ValidationError(_("From %(fewest)s to %(most)s.", fewest=fewest, most=MOST_EACH))
        if self._is_set and self._marking.count > MOST_MARKS:
            raise ValidationError(_("These are more than %(most)s marks for each person.", most=MOST_MARKS))

    def validate_drop_lowest(self, field: WholeNumberField) -> None:
        dropped = (field.data or 0) + (self.drop_highest.data or 0)
        if self._is_set and dropped and dropped >= (self.mark_count.data or 0):
            raise ValidationError(_("Then no mark would be left."))

    def validate_tie_break(self, _field: RadioField) -> None:
        if self.activity and self.values and self._says_rules and self._marking.rules() != self.activity.rules:
            unless_written(self, self.formula)
            raise ValidationError(_("This cannot change any more: values are written already."))

    def validate_criteria(self, _field: FieldList) -> None:
        for line in self._written_criteria:
            low, high = self._criterion_end(line.low), self._criterion_end(line.high)
            if low is not None and high is not None and high < low:
                raise ValidationError(_("The highest mark is below the lowest."))
            if self._weight(line) is None:
                raise ValidationError(_("A weight is a number above zero."))
            if not line.name.data and len(self._written_criteria) > 1:
                raise ValidationError(_("Give every criterion a name."))
        names = [name_key(line.name.data) for line in self._written_criteria]
        if len(set(names)) < len(names):
            raise ValidationError(_("Two criteria have the same name."))

    def validate_usual_from(self, field: StringField) -> None:
        self._amount(field)

    def validate_usual_to(self, field: StringField) -> None:
        low, high = self._range()
        if self._amount(field) is not None and low is not None and high is not None and high < low:
            raise ValidationError(_("This is below where it starts."))

    def _range(self) -> tuple[Decimal | None, Decimal | None]:
        return self._end(self.usual_from), self._end(self.usual_to)

    def _end(self, field: StringField) -> Decimal | None:
        try:
            return self._amount(field)
        except ValidationError:
            return None

    def _amount(self, field: StringField) -> Decimal | None:
        """As evaluators would type it. Raises ValidationError."""
        if not field.data or self._kind in {None, EvaluationType.BOOLEAN}:
            return None
        return self.notation.read(field.data, self._kind)

    @property
    def _written_criteria(self) -> list[CriterionForm]:
        return [line.form for line in self.criteria if not line.form.is_blank]

    def _criterion_end(self, field: StringField) -> Decimal | None:
        """Raises ValidationError."""
        kind = EvaluationType.TIME_LOW if self.times.data else EvaluationType.SCORE_SET
        return self.notation.read(field.data, kind) if field.data else None

    def _weight(self, line: CriterionForm) -> Decimal | None:
        """None for what is no weight."""
        if not line.weight.data:
            return Decimal(1)
        try:
            weight = self.notation.read(line.weight.data, EvaluationType.NUMERIC_HIGH)
        except ValidationError:
            return None
        return weight if weight is not None and 0 < weight <= MOST_WEIGHT else None

    def _criterion(self, line: CriterionForm) -> Criterion:
        ends = []
        for field in (line.low, line.high):
            try:
                ends.append(self._criterion_end(field))
            except ValidationError:
                ends.append(None)
        return Criterion(line.name.data, self._weight(line) or Decimal(1), *ends)

    @property
    def _says_rules(self) -> bool:
        """Whether any of it was sent: a page that does not offer it sends none."""
        return any(self[name].raw_data for name in SET_FIELDS) or len(self._written_criteria) > 0

    @property
    def _marking(self) -> Marking:
        if not self._is_set:
            return Marking()
        if self.activity and self.values and not self._says_rules:
            return self.activity.marking
        return Marking(
            each=self.mark_count.data or 0,
            formula=Formula(self.formula.data),
            higher_is_better=bool(self.higher_is_better.data),
            criteria=tuple(map(self._criterion, self._written_criteria)) or (Criterion(),),
            joined=Formula(self.joined.data),
            drop_highest=self.drop_highest.data or 0,
            drop_lowest=self.drop_lowest.data or 0,
            places=self.rounded_to.data,
            missing=Missing(self.missing.data),
            tie_break=TieBreak(self.tie_break.data),
            times=bool(self.times.data),
            negative_fails=bool(self.negative_fails.data),
        )

    @property
    def has_more(self) -> bool:
        """Whether there is something to see behind what is seldom needed."""
        names = ("drop_highest", "drop_lowest", "negative_fails")
        said = any(self[name].data for name in names) or self.rounded_to.data is not None
        usual = self.missing.data == Missing.WORST and self.tie_break.data == TieBreak.NONE
        return said or not usual or any(self[name].errors for name in (*names, "rounded_to", "tie_break"))

    @property
    def has_criteria(self) -> bool:
        return bool(self._written_criteria or self.criteria.errors)

    @property
    def details(self) -> ActivityDetails:
        marking = self._marking
        low, high = self._range()
        has_places = self._kind not in {EvaluationType.TIME_LOW, EvaluationType.BOOLEAN}
        return {
            "name": self.name.data,
            "description": self.description.data,
            "evaluation_type": EvaluationType(self.evaluation_type.data),
            "unit": self.unit.data,
            "decimal_places": (self.decimal_places.data or 0) if has_places else 0,
            "low": low,
            "high": high,
            "mark_count": marking.count,
            "formula": marking.formula,
            "higher_is_better": marking.higher_is_better,
            "rules": marking.rules(),
            "checking": Checking(self.checking.data),
        }

    @property
    def _kind(self) -> EvaluationType | None:
        known = self.evaluation_type.data in set(EvaluationType)
        return EvaluationType(self.evaluation_type.data) if known else None

    @property
    def _is_set(self) -> bool:
        return bool(self.evaluation_type.data == EvaluationType.SCORE_SET)


def usual_range(activity: Activity, notation: Notation) -> dict[str, str]:
    """As it stands in the form."""
    kind = activity.evaluation_type
    return {"usual_from": notation.show(activity.low, kind), "usual_to": notation.show(activity.high, kind)}


def as_fields(marking: Marking, notation: Notation, names: Sequence[str] = ()) -> dict[str, Any]:
    """As it stands in the form; `names` for criteria that have none."""
    kind = EvaluationType.TIME_LOW if marking.times else EvaluationType.SCORE_SET
    lines = [
        {
            "name": criterion.name or name,
            "weight": notation.show(criterion.weight, EvaluationType.NUMERIC_HIGH),
            "low": notation.show(criterion.low, kind),
            "high": notation.show(criterion.high, kind),
        }
        for criterion, name in zip_longest(marking.criteria, names, fillvalue="")
        if isinstance(criterion, Criterion)
    ]
    return {
        "each": marking.each,
        "formula": marking.formula.value,
        "higher_is_better": int(marking.higher_is_better),
        "times": int(marking.times),
        "drop_highest": marking.drop_highest,
        "drop_lowest": marking.drop_lowest,
        "rounded_to": marking.places,
        "missing": marking.missing.value,
        "tie_break": marking.tie_break.value,
        "joined": marking.joined.value,
        "negative_fails": marking.negative_fails,
        "criteria": [] if marking.criteria == (Criterion(),) and not names else lines,
    }
