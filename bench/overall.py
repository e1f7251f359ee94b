"""Overall boards: the first page after a write, a part of it, and what is cached, for every scheme and filter.

Twice, on SQLite and on PostgreSQL, for what is read from the database; cached bytes know no database.
"""

from __future__ import annotations

from dataclasses import replace

import redis
from sqlalchemy import update

from app.events.models import Event
from app.extensions import db
from app.leaderboards.overall_rules import Method, Rule, Scheme, TieBreak
from app.leaderboards.schemes import USUAL_POINTS, scheme_rules, team_rules
from app.leaderboards.teams import TeamScheme
from bench import data
from bench.boards import cached
from bench.evaluators import postgresql
from bench.harness import Place, Server, Turn, asking, get, head, place, row, servers

MANY = 10_000
COUNTBACK = (Rule(TieBreak.COUNTBACK),)
SCHEMES = {
    "places": Scheme(Method.PLACES, ties=COUNTBACK),
    "points, best 8": Scheme(Method.POINTS, USUAL_POINTS, best=8, ties=COUNTBACK),
    "results": Scheme(Method.VALUES),
    "mean, best 5": Scheme(Method.MEAN, best=5),
    "percent": Scheme(Method.PERCENT, decimals=2),
    "z-score": Scheme(Method.Z, decimals=3),
}
VIEWS = {"overall": "", "overall, a category": "&bucket={category}", "overall, a group": "&bucket=group-{group}"}


def main() -> None:
    with place() as here:
        measure(here, "SQLite", with_cached=True)
        with postgresql() as url:
            measure(replace(here, database=url), "PostgreSQL", with_cached=False)


def measure(here: Place, database: str, *, with_cached: bool) -> None:
    with here.app().app_context():
        events = {people: data.event(people) for people in ((100, MANY) if with_cached else (MANY,))}
        parts = {people: parts_of(event) for people, event in events.items()}
        db.engine.dispose()
    with servers(here, "wsgi:app", "bench.twin:app") as (ours, twin):
        head(f"Overall boards on {database}, {MANY:,} people, 10 activities")
        for name, scheme in SCHEMES.items():
            made_anew(here, ours, events[MANY].id, name, scheme, parts[MANY])
        if with_cached:
            for name, scheme in SCHEMES.items():
                for people, event in events.items():
                    rank(here, event.id, scheme)
                    cached(here, ours, twin, f"{people:,} people, {name}", address(event.id), "activity=overall")
            for people, event in events.items():
                for view, more in [*VIEWS.items(), ("teams", "")]:
                    query = f"activity={'teams' if view == 'teams' else 'overall'}{more.format(**parts[people])}"
                    cached(here, ours, twin, f"{people:,} people, {view}", address(event.id), query)


def made_anew(here: Place, ours: Server, event_id: int, name: str, scheme: Scheme, parts: dict[str, str]) -> None:
    """The page after a write: with each turn the event's revision is higher, so no bytes are new enough.

    A category and a group are asked for by somebody who comes from the whole board.
    """

    def turn(query: str) -> Turn:
        rank(here, event_id, scheme)
        if query != "activity=overall":
            asking(ours, [get(f"{address(event_id)}?activity=overall")], 200)()
        return asking(ours, [get(f"{address(event_id)}?{query}")], 200)()

    for view, more in VIEWS.items():
        query = f"activity=overall{more.format(**parts)}"
        turn(query)
        turns = sorted((turn(query) for _round in range(5)), key=lambda one: one.cpu)
        cpu, wall = turns[2].cpu * 1000, sorted(one.wall for one in turns)[2] * 1000
        aim = "500 ms" if not more else "100 ms"
        row(f"made anew: {view}, {name}", f"{cpu:.0f} ms", "", f"{wall:.0f} ms by the clock", "", aim)


def rank(here: Place, event_id: int, scheme: Scheme) -> None:
    rules = {"overall_rules": scheme_rules(scheme), "team_rules": team_rules(TeamScheme(best=5))}
    with here.app().app_context():
        db.session.execute(update(Event).where(Event.id == event_id).values(**rules, revision=Event.revision + 1))
        db.session.commit()
        db.engine.dispose()
    with redis.Redis.from_url(here.redis_url) as store:
        store.delete(f"rev:{event_id}")


def parts_of(event: Event) -> dict[str, str]:
    first = event.categories[0]
    return {"category": f"{(first.gender or 'none').lower()}-{first.id}", "group": str(event.groups[0].id)}


def address(event_id: int) -> str:
    return f"/events/{event_id}/board"


if __name__ == "__main__":
    main()
