"""A made-up osu!, with a GitHub beside it, on a port of this computer: it speaks their protocols and knows nobody real.

Tests sign in through it, and `make run` starts it where no keys for the real ones are set. It imports nothing of
Laurel's, as another service would not. All people, maps and results are invented.

    with running() as sandbox:
        sandbox.url                     # "http://127.0.0.1:41234"
        sandbox.fault("/oauth/token", status=500)
"""

from __future__ import annotations

from .server import running as running
from .state import Sandbox as Sandbox
