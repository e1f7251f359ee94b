"""Several marks made into one value, in exact decimals.

Every criterion's marks become one number: the highest and lowest are dropped, the rest summed, averaged, or the best or
the middle one taken; the numbers, times their weights, are added up or averaged. Rounding is half up: a criterion's
number, each weighted one before they are added up (as figure skating does it), and their mean.

A mark is failed with a status in place of a number, or with a negative number where the activity says so.

- Attempts (`Missing.WORST`): a failed one, and one that is not there, counts as the worst. In a mean of five without
  the best and the worst, one DNF is the dropped worst; two make the mean a DNF. Where attempts that are still to come
  could save it there is no value yet. A sum and the best of them leave out what is not there.
- Judges (`Missing.REMOVED`): a mark that is not there, or a status, is removed. Where so few are left that dropping
  leaves none there is no value yet. DSQ is about the one who is judged: any makes the value one.

Without any number the gravest status stands: DSQ over DNF over DNS; beside numbers a DNS is a DNF, for who has a mark
has started.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, localcontext

from ..events.kinds import Formula, Missing, TieBreak
from ..events.marking import Marking
from .values import NUMBER_PLACES, Status, Value

Marks = Sequence[Value | None]

GRAVEST = (Status.DSQ, Status.DNF, Status.DNS)
DIGITS = 60
"""Enough that nothing is rounded before it is meant to be."""


def total(marks: Marks, marking: Marking) -> Value | None:
    """The value, and what breaks a tie between equal ones; None where there is none yet."""
    with localcontext(prec=DIGITS):
        parts = [_part(_marks_of(marks, place, marking), marking) for place in range(len(marking.criteria))]
        statuses = {part for part in parts if isinstance(part, Status)}
        if statuses:
            return Value(
                None, _gravest(statuses, any(isinstance(part, Decimal) for part in parts)), _ties(marks, marking)
            )
        amount = _joined(parts, marking)
        return None if amount is None else Value(amount, None, _ties(marks, marking))


def is_failed(mark: Value, marking: Marking) -> bool:
    return mark.amount is None or (marking.negative_fails and mark.amount < 0)


def _marks_of(marks: Marks, place: int, marking: Marking) -> Marks:
    return marks[place * marking.each : (place + 1) * marking.each]


def _part(marks: Marks, marking: Marking) -> Decimal | Status | None:
    """One criterion's number, or the status that stands instead, or nothing yet."""
    given = [mark for mark in marks if mark is not None]
    failed = [mark for mark in given if is_failed(mark, marking)]
    statuses = {mark.status or Status.DNF for mark in failed}
    numbers = _best_first([mark.amount for mark in given if mark not in failed], marking)
    if not given:
        return None
    if not numbers:
        return _gravest(statuses, False)
    if marking.formula is Formula.BEST:
        return numbers[0]
    if marking.missing is Missing.REMOVED:
        if Status.DSQ in statuses:
            return Status.DSQ
        return _combined(numbers[marking.drop_best : len(numbers) - marking.drop_worst], marking)
    if Status.DSQ in statuses or len(failed) > marking.drop_worst:
        return _gravest(statuses, True)
    still_to_drop = marking.drop_worst - len(failed) - (len(marks) - len(given))
    if still_to_drop < 0 and marking.formula is not Formula.SUM:
        return None
    return _combined(numbers[marking.drop_best : len(numbers) - max(still_to_drop, 0)], marking)


def _best_first(amounts: Sequence[Decimal | None], marking: Marking) -> list[Decimal]:
    return sorted((amount for amount in amounts if amount is not None), reverse=marking.higher_is_better)


def _gravest(statuses: set[Status], has_started: bool) -> Status:
    gravest = next(status for status in GRAVEST if status in statuses)
    return Status.DNF if has_started and gravest is Status.DNS else gravest


def _combined(numbers: Sequence[Decimal], marking: Marking) -> Decimal | None:
    if not numbers:
        return None
    middle = (len(numbers) - 1) // 2
    match marking.formula:
        case Formula.MEAN:
            return half_up(sum(numbers, Decimal(0)) / len(numbers), marking.places)
        case Formula.MEDIAN:
            return half_up((numbers[middle] + numbers[len(numbers) // 2]) / 2, marking.places)
        case Formula.BEST:
            return numbers[0]
        case Formula.SUM:
            return sum(numbers, Decimal(0))


def _joined(parts: Sequence[Decimal | Status | None], marking: Marking) -> Decimal | None:
    """What is not there yet is left out, of the weights of a mean too."""
    weighted = [
        (part, criterion.weight)
        for part, criterion in zip(parts, marking.criteria, strict=True)
        if isinstance(part, Decimal)
    ]
    if not weighted:
        return None
    if marking.joined is Formula.MEAN:
        amount = sum((part * weight for part, weight in weighted), Decimal(0))
        return half_up(amount / sum(weight for _part, weight in weighted), marking.places)
    return sum((half_up(part * weight, marking.places) for part, weight in weighted), Decimal(0))


def half_up(amount: Decimal, places: int | None) -> Decimal:
    """Away from zero at the half, as on paper."""
    kept = NUMBER_PLACES if places is None else places
    if -int(amount.as_tuple().exponent) <= kept:
        return amount
    return amount.quantize(Decimal(1).scaleb(-kept), ROUND_HALF_UP)


def _ties(marks: Marks, marking: Marking) -> tuple[Decimal, ...]:
    """The single marks that break a tie, best first."""
    if marking.tie_break is TieBreak.NONE:
        return ()
    counting = [mark.amount for mark in marks if mark is not None and not is_failed(mark, marking)]
    best_first = _best_first(counting, marking)
    return tuple(best_first[:1] if marking.tie_break is TieBreak.BEST else best_first)
