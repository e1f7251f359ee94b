from __future__ import annotations

from app.events.categories import Bracket
from app.events.kinds import Gender
from app.leaderboards.standings import Competitor, Standings, Team, arrange
from app.scoring.values import Value

FOXES, OWLS = Team(1, "Foxes", 1), Team(2, "Owls", 2)
CUBS = Bracket(1, "Cubs", 8, 10, None)
GIRLS = Bracket(2, "Girls", 11, 13, Gender.F)


def person(
    number: int, name: str, gender: Gender | None = None, age: int | None = None, of: Team = FOXES
) -> Competitor:
    return Competitor(number, None, name, gender, age, of)


def standings(*people: tuple[Competitor, int | None], brackets: tuple[Bracket, ...] = ()) -> Standings:
    return arrange([(who, None if n is None else Value.of(n)) for who, n in people], brackets, higher_is_better=True)


def keys(found: Standings) -> list[str]:
    return [bucket.key for bucket in found.buckets]


def test_without_categories_each_gender_is_one_bucket_and_who_states_none_comes_last() -> None:
    found = standings(
        (person(1, "Kim"), 3),
        (person(2, "Sam", Gender.X), 4),
        (person(3, "Jan", Gender.M), 5),
        (person(4, "Eva", Gender.F), 6),
    )
    assert keys(found) == ["f-all", "m-all", "x-all", "none-all"]
    assert {bucket.category for bucket in found.buckets} == {"All"}


def test_buckets_are_sorted_by_gender_then_lower_age_and_the_unassigned_follow() -> None:
    found = standings(
        (person(1, "Old", Gender.F, 40), 1),
        (person(2, "Eva", Gender.F, 12), 2),
        (person(3, "Jan", Gender.M, 9), 3),
        (person(4, "Iva", Gender.F, 10), 4),
        brackets=(GIRLS, CUBS),
    )
    assert keys(found) == ["f-1", "f-2", "f-unassigned", "m-1"]
    assert [bucket.category for bucket in found.buckets] == ["Cubs", "Girls", "Unassigned", "Cubs"]


def test_only_those_with_a_result_appear_and_a_bucket_without_any_does_not() -> None:
    found = standings((person(1, "Eva", Gender.F), 1), (person(2, "Jan", Gender.M), None))
    assert keys(found) == ["f-all"]
    assert [row.participant.name for row in found.together] == ["Eva"]


def test_places_start_anew_in_each_bucket_and_each_group() -> None:
    eva, jan, iva = (
        person(1, "Eva", Gender.F),
        person(2, "Jan", Gender.M, of=OWLS),
        person(3, "Iva", Gender.F, of=OWLS),
    )
    found = standings((eva, 9), (jan, 8), (iva, 7))
    assert [row.place for row in found.together] == [1, 2, 3]
    assert [[row.place for row in bucket.rows] for bucket in found.buckets] == [[1, 2], [1]]
    assert [[row.place for row in group.rows] for group in found.groups] == [[1], [1, 2]]


def test_equals_stand_in_the_order_of_their_names_whatever_the_accents() -> None:
    found = standings((person(1, "Zoe"), 5), (person(2, "Čeněk"), 5), (person(3, "Dan"), 5), (person(4, "cyril"), 5))
    assert [row.participant.name for row in found.together] == ["Čeněk", "cyril", "Dan", "Zoe"]


def test_progress_counts_everybody_of_each_group() -> None:
    found = standings((person(1, "Eva"), 5), (person(2, "Jan"), None), (person(3, "Ota", of=OWLS), None))
    assert [(one.group.name, len(one.rows), one.people) for one in found.groups] == [("Foxes", 1, 2), ("Owls", 0, 1)]
    assert (found.done, found.people) == (1, 3)
