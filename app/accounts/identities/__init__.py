"""Who somebody is at osu! or GitHub: a way in to their account, and a token to ask osu! in their name."""

from __future__ import annotations

from .actions import forget as forget
from .failures import Failure as Failure
from .tokens import osu_token as osu_token
