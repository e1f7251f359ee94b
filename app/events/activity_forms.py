from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import Field, RadioField, StringField, TextAreaField, ValidationError
from wtforms.fields import SelectChoice
from wtforms.validators import NumberRange, Optional

from .details import ActivityDetails
from .forms import NAME, REQUIRED, NamedForm, WholeNumberField, labelled, lines, longest, words
from .kinds import Checking, EvaluationType, Formula
from .models import Activity, Event

FEWEST_MARKS, USUAL_MARKS, MOST_MARKS = 2, 3, 10
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
        choices=labelled((Formula.BEST, Formula.SUM)),
        default=Formula.BEST.value,
        validators=[unless_written],
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
    ) -> None:
        others = [other for other in activities if other is not activity]
        super().__init__(event, others, obj=activity, data=usual_range(activity, notation) if activity else None)
        self.activity = activity
        self.values = values
        self.notation = notation
        if not self._is_set and not self.mark_count.raw_data:
            self.mark_count.data = USUAL_MARKS

    def validate_mark_count(self, field: WholeNumberField) -> None:
        if self._is_set and (field.data is None or not FEWEST_MARKS <= field.data <= MOST_MARKS):
            raise ValidationError(_("From %(fewest)s to %(most)s.", fewest=FEWEST_MARKS, most=MOST_MARKS))

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
    def details(self) -> ActivityDetails:
        is_set = self._is_set
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
            "mark_count": (self.mark_count.data or 0) if is_set else 1,
            "formula": Formula(self.formula.data) if is_set else Formula.BEST,
            "higher_is_better": bool(self.higher_is_better.data) if is_set else True,
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
