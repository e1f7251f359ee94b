"""How addresses are made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule


class LazyRule(Rule):
    """Prepares to make addresses when the first is asked for: for all rules that takes 0.1 s, at every start."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        prepare = super()._compile_builder
        prepared: list[Callable[..., tuple[str, str]]] = []

        def build(rule: Rule, /, **values: Any) -> tuple[str, str]:
            if not prepared:
                prepared.append(prepare(append_unknown))
            return prepared[0](rule, **values)

        return build
