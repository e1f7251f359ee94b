"""`python -m app.sandbox 8010 http://127.0.0.1:8000`: the port to listen on, and where the application is reached."""

from __future__ import annotations

import sys

from .server import bound
from .state import Sandbox

if __name__ == "__main__":
    sandbox = Sandbox()
    sandbox.register(sys.argv[2:])
    bound(sandbox, int(sys.argv[1])).serve_forever()
