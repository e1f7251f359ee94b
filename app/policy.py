"""Who may do what: one table out of the rules that stand beside the views, written to docs/policy.md."""

from __future__ import annotations

import click
from flask import Flask, current_app
from werkzeug.routing import Rule

from .accounts.models import Role
from .config import ROOT
from .web import access_rule

FILE = ROOT / "docs" / "policy.md"
ONLY_IN_DEVELOPMENT = {"styleguide", "development"}

HEAD = """# Who may do what

Written by `flask policy` from the rules that stand beside the views; `tests/test_access.py` holds it, and tries every
address as each kind of person. An address with `/api/` takes a token and no cookie, any other a session and no token.

What the table cannot say, as it depends on the row that is asked for:

- **Evaluators** see the events whose pool they are in, and the sheets of their own group there; of anything else they
  are told that it does not exist. Admins score everywhere.
- **Team logins** are evaluators of one group without an account: what belongs to a person is not theirs.
- **Boards** are seen as the event's visibility says: by its staff, with its link, or by everybody.
- **Pictures** are seen by whom their owner lets see the profile.
- **One's own account**, sessions and tokens are nobody else's; a super admin changes anybody's role but their own.
- **Shut accounts** and ended sessions or tokens are like nobody's. A token does what its scopes say and its owner may.
- Where admins must have a second step, they reach nothing before it is set up.

| Address | Takes | Nobody | Player | Evaluator | Team login | Admin | Super admin | Scope |
|---|---|:-:|:-:|:-:|:-:|:-:|:-:|---|
"""


def init_app(app: Flask) -> None:
    app.cli.add_command(write)


@click.command("policy")
def write() -> None:
    """Write docs/policy.md anew."""
    FILE.write_text(table())
    click.echo(f"{FILE.relative_to(ROOT)} is up to date.")


def table() -> str:
    rules = sorted(current_app.url_map.iter_rules(), key=lambda rule: (rule.rule, _methods(rule)))
    wanted = [rule for rule in rules if rule.endpoint.partition(".")[0] not in ONLY_IN_DEVELOPMENT]
    return HEAD + "".join(f"{_row(rule)}\n" for rule in wanted)


def _row(rule: Rule) -> str:
    needed = access_rule(rule.endpoint) or ""
    kind, _colon, rest = needed.partition(":")
    role, _colon, scope = rest.partition(":") if kind == "token" else (kind, "", "")
    for_teams = getattr(current_app.view_functions[rule.endpoint], "for_teams", kind != "token")
    cells = [f"`{rule.rule}`", _methods(rule), *_who(role, for_teams), scope and f"`{scope}`"]
    return f"| {' | '.join(cells)} |"


def _who(needed: str, for_teams: bool) -> list[str]:
    """For nobody, player, evaluator, team login, admin and super admin."""
    if needed == "everyone":
        return ["yes"] * 6
    if needed not in set(Role):
        return [needed, *[""] * 5]
    player, evaluator, admin, super_admin = ("yes" if role.includes(Role(needed)) else "" for role in Role)
    return ["", player, evaluator, evaluator if for_teams else "", admin, super_admin]


def _methods(rule: Rule) -> str:
    return " ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
