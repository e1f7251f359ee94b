"""What a process imports when it starts: a web process none of what only migrations, jobs and documents need."""

from __future__ import annotations

import subprocess
import sys

from app import history
from app.config import ROOT

NOT_FOR_THE_WEB = {
    "PIL",
    "alembic",
    "authlib",
    "charset_normalizer",
    "cryptography.hazmat",  # The package by itself is empty, and the Redis client looks whether it is there.
    "cv2",
    "flask_migrate",
    "httpx",
    "joserfc",
    "mako",
    "obstore",
    "onnxruntime",
    "openpyxl",
    "prometheus_client",
    "pyotp",
    "python_calamine",
    "rapidfuzz",
    "segno",
    "typst",
}
NOT_FOR_THE_SUPERVISOR = NOT_FOR_THE_WEB | {"flask", "pydantic", "rq"}


def imported_with(code: str) -> set[str]:
    program = f"{code}; import sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    return set(done.stdout.split())


def test_a_web_process_imports_what_pages_need() -> None:
    code = "from app import create_app; from app.config import Settings; create_app(Settings(secret_key='x' * 32))"
    assert imported_with(code) & NOT_FOR_THE_WEB == set()


def test_the_supervisor_imports_what_watching_needs() -> None:
    assert imported_with("import app.supervisor") & NOT_FOR_THE_SUPERVISOR == set()


def test_the_newest_migration_is_what_alembic_takes_for_it() -> None:
    from alembic.script import ScriptDirectory

    assert history.newest() == ScriptDirectory(str(ROOT / "migrations")).get_current_head()
