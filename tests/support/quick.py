"""What makes thousands of tests quicker without making them other ones."""

from __future__ import annotations

import gc
from collections.abc import Iterable
from typing import Any

from werkzeug.routing import Rule


def forget_what_is_imported() -> None:
    """The collector need not go through half a million objects that stay for good."""
    gc.collect()
    gc.freeze()


def parse_rules_once() -> None:
    """Every test has an application of its own, with the same five hundred addresses."""
    parsed: dict[str, tuple[list[Any], list[Any], dict[str, Any]]] = {}
    parse = Rule._parse_rule

    def parse_once(self: Rule, rule: str) -> Iterable[Any]:
        if rule not in parsed:
            start = len(self._trace)
            parts = list(parse(self, rule))
            parsed[rule] = parts, self._trace[start:], dict(self._converters)
            return parts
        parts, trace, converters = parsed[rule]
        self._trace.extend(trace)
        self._converters.update(converters)
        self.arguments.update(converters)
        return parts

    Rule._parse_rule = parse_once  # type: ignore[method-assign]
