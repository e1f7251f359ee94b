"""`make run`: one command that starts everything Laurel is made of, keeps it running and stops it again.

Redis (unless REDIS_URL names one), the database's migrations and the demo come first; then the web server, a worker and
the scheduler, each a process of its own. Ctrl-C or SIGTERM stops all of them.
"""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn
from urllib.request import urlopen

from sqlalchemy import NullPool, create_engine
from sqlalchemy.exc import SQLAlchemyError

from . import create_app, embedded, history, processes
from .config import ROOT, BadSettings, Settings

FLASK = (sys.executable, "-m", "flask", "--app", "wsgi")
GUNICORN = (sys.executable, "-m", "gunicorn", "wsgi:app")

FOR_PHONES = (
    "The first time, open /authority.crt there and have the phone trust it, or it keeps no sheets for later:",
    "iPhone: install the profile, then Settings, General, About, Certificate Trust Settings; Android: Settings,",
    "Security, Install a certificate, CA certificate.",
)
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LONGEST_START = 60
LONGEST_PAUSE = 30
STEADY = 60
GRACE = 5


class CannotStart(RuntimeError):
    """Something that Laurel is made of did not start; the message says what, and where to look."""


class Stopped(BaseException):
    """Somebody asked for the end. Not an error, so nothing on the way out may catch it as one."""


def main() -> int:
    for number in SIGNALS:
        # A signal that is ignored from the start, as nohup has it, stays so.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _stop)
    os.environ.setdefault("LAUREL_ENV", "development")
    try:
        settings, address = Settings.from_environment(), Address.from_environment()
        os.environ["LAUREL_INSTANCE"] = str(settings.instance)
        if address.secure:
            address = serve_https(settings, address)
        with only_one_in(settings.instance, address), children_of(settings) as children:
            start_everything(settings, address, children)
            children.keep_running()
    except (BadSettings, CannotStart) as problem:
        say(f"Laurel did not start: {problem}")
        return 1
    except Stopped:
        return 0


def start_everything(settings: Settings, address: Address, children: Children) -> None:
    address.must_be_free()
    say("Laurel is starting ...")
    settings = start_redis(settings, children)
    was_current = is_current(settings)
    if not was_current:
        migrate(settings)
    sandbox = start_sandbox(settings, address, children)
    web = children.start("web", GUNICORN)
    sign_in = "" if settings.production else how_to_sign_in(settings, was_current)
    wait_for_first_page(address, web)
    children.start("worker", (*FLASK, "worker"))
    children.start("scheduler", (*FLASK, "scheduler"))
    say(welcome(address, sign_in, children.logs, sandbox=sandbox))


def welcome(address: Address, sign_in: str, logs: Path | None, *, sandbox: bool = False) -> str:
    lines = [f"Laurel is running at {address}", ""]
    if address.secure:
        lines += [f"Phones on this network open {address.for_phones}", *FOR_PHONES, ""]
    if sign_in:
        lines += ["Sign in as", *(f"  {line}" for line in sign_in.splitlines()), ""]
    if sandbox:
        lines += ["or as a made-up player: press “Sign in with osu!” there.", ""]
    if logs:
        lines += [f"Logs: {shown(logs)}/"]
    lines += ["Stop it with Ctrl-C."]
    return "\n" + "\n".join(f"  {line}".rstrip() for line in lines) + "\n"


def _stop(_number: int, _frame: object) -> NoReturn:
    """Leave through every `finally` on the way, which a second signal must not cut short."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    raise Stopped


# What has to be there first --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Address:
    host: str
    port: int
    secure: bool = False
    reached_at: str = ""
    """The address by which others on the network reach this machine."""

    @classmethod
    def from_environment(cls) -> Address:
        secure = os.environ.get("HTTPS", "").lower() in {"1", "true", "yes", "on"}
        host = os.environ.get("HOST") or ("0.0.0.0" if secure else "127.0.0.1")  # noqa: S104
        port = os.environ.get("PORT") or "8000"
        if not port.isdecimal() or not 0 < int(port) < 65536:
            raise BadSettings(f"PORT must be a number from 1 to 65535, not {port!r}")
        return cls(host, int(port), secure)

    def __str__(self) -> str:
        host = "127.0.0.1" if self.host == "0.0.0.0" else self.host  # noqa: S104
        return f"{'https' if self.secure else 'http'}://{host}:{self.port}"

    @property
    def for_phones(self) -> str:
        return f"https://{self.reached_at or self.host}:{self.port}"

    def must_be_free(self) -> None:
        try:
            socket.create_server((self.host, self.port)).close()
        except OSError as error:
            why = "it is taken" if error.errno == errno.EADDRINUSE else error.strerror
            raise CannotStart(
                f"port {self.port} on {self.host} is not to be had: {why}. "
                f"Take another one: make run PORT={self.port + 1}"
            ) from None


def serve_https(settings: Settings, address: Address) -> Address:
    """Have the web server use a certificate for the names and addresses that this machine has now."""
    from . import certificate

    addresses = certificate.own_addresses()
    made = certificate.certificate(settings.instance / "https", certificate.own_names(), addresses)
    os.environ.update(HOST=address.host, LAUREL_CERTIFICATE=str(made.chain), LAUREL_CERTIFICATE_KEY=str(made.key))
    return replace(address, reached_at=str(addresses[0]) if address.host == "0.0.0.0" else address.host)  # noqa: S104


@contextmanager
def only_one_in(instance: Path, address: Address) -> Iterator[None]:
    """Hold the instance folder for this supervisor. The system lets go of it in whichever way the process ends."""
    instance.mkdir(parents=True, exist_ok=True)
    with (instance / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise CannotStart(
                f"{instance} is in use by the Laurel at {lock.read().strip() or 'another port'}. Stop that one, or "
                f"give this one a folder of its own: make run LAUREL_INSTANCE=instance/second PORT={address.port}"
            ) from None
        lock.truncate(0)
        lock.write(str(address))
        lock.flush()
        yield


def start_redis(settings: Settings, children: Children) -> Settings:
    """The settings with a Redis that answers: the one at REDIS_URL, or else one of our own."""
    if os.environ.get("REDIS_URL"):
        if not processes.wait_until(lambda: embedded.answers(settings.redis_url), 3):
            raise CannotStart("Redis does not answer at REDIS_URL.")
        return settings
    server = embedded.redis_on_a_free_port(settings.instance / "redis", keep=True)
    child = children.start("redis", server.command, environ=server.environ)
    processes.wait_until(lambda: child.ended() or embedded.answers(server.url), LONGEST_START)
    if child.ended() or not embedded.answers(server.url):
        raise CannotStart(f"Redis does not answer. {child.last_words}")
    os.environ["REDIS_URL"] = server.url
    return replace(settings, redis_url=server.url)


def start_sandbox(settings: Settings, address: Address, children: Children) -> bool:
    """Made-up services to sign in through, in development without keys for the real ones. Web and worker ask them."""
    if settings.production or settings.osu_client_id or settings.github_client_id:
        return False
    port = processes.free_port()
    reached_at = {str(address), f"http://localhost:{address.port}", settings.public_url} - {""}
    children.start("sandbox", (sys.executable, "-m", "app.sandbox", str(port), *sorted(reached_at)))
    os.environ["LAUREL_SANDBOX_URL"] = f"http://127.0.0.1:{port}"
    return True


def is_current(settings: Settings) -> bool:
    """Whether there is nothing to migrate, as at most starts: importing what migrates takes a second or two."""
    try:
        with create_engine(settings.database_url, poolclass=NullPool).connect() as connection:
            return history.current(connection) == history.newest()
    except SQLAlchemyError:
        return False


def migrate(settings: Settings) -> None:
    import flask_migrate

    from .extensions import db

    app = create_app(settings)
    with app.app_context():
        try:
            flask_migrate.upgrade()
        except SQLAlchemyError as error:
            raise CannotStart(f"the database cannot be used: {error}") from None
        except SystemExit:
            raise CannotStart("the database could not be migrated, for the reason above.") from None
        finally:
            db.engine.dispose()


def how_to_sign_in(settings: Settings, was_current: bool) -> str:
    if was_current and settings.demo_sign_in.exists():
        return settings.demo_sign_in.read_text().strip()
    return load_demo()


def load_demo() -> str:
    """Load the demo into an empty database. The answer says how to sign in, whenever the demo was loaded."""
    done = subprocess.run([*FLASK, "demo", "load"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise CannotStart(f"the demo could not be loaded:\n{done.stdout}{done.stderr}")
    return done.stdout.strip()


def wait_for_first_page(address: Address, web: Child) -> None:
    processes.wait_until(lambda: web.ended() or answers(f"{address}/healthz"), LONGEST_START)
    if not answers(f"{address}/healthz"):
        raise CannotStart(f"the web server does not answer. {web.last_words}")


def answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=5, context=_trusting_ourselves()) as response:  # noqa: S310
            return bool(response.status == 200)
    except OSError:
        return False


def _trusting_ourselves() -> ssl.SSLContext | None:
    chain = os.environ.get("LAUREL_CERTIFICATE")
    return ssl.create_default_context(cafile=str(Path(chain).with_name("authority.crt"))) if chain else None


# Children --------------------------------------------------------------------------------------------------------


class Child:
    """One program and its process, which is started again when it ends."""

    def __init__(self, name: str, command: Sequence[str], environ: Mapping[str, str] | None, log: Path | None) -> None:
        self.name = name
        self.command = command
        self.environ = environ
        self.log = log
        self.failures = 0
        self.start()

    def start(self) -> None:
        self.started = time.monotonic()
        self.due: float | None = None
        if self.log:
            with self.log.open("ab") as output:
                self.process = processes.start(self.command, environ=self.environ, output=output)
        else:
            self.process = processes.start(self.command, environ=self.environ)

    def ended(self) -> bool:
        return self.process.poll() is not None

    def keep_running(self, now: float) -> None:
        if not self.ended():
            if now - self.started > STEADY:
                self.failures = 0
        elif self.due is None:
            # What it left behind may hold its port.
            processes.kill(self.process)
            pause = min(2**self.failures, LONGEST_PAUSE)
            self.failures += 1
            self.due = now + pause
            where = f" See {shown(self.log)}." if self.log else ""
            say(f"The {self.name} ended ({self.process.returncode}). It starts again in {pause} s.{where}")
        elif now >= self.due:
            self.start()

    @property
    def last_words(self) -> str:
        if not self.log:
            return "Its log says why."
        lines = self.log.read_text(errors="replace").splitlines()[-15:]
        return f"The end of {shown(self.log)}:\n" + "\n".join(lines)


class Children:
    def __init__(self, logs: Path | None) -> None:
        self.logs = logs
        self.all: list[Child] = []

    def start(self, name: str, command: Sequence[str], *, environ: Mapping[str, str] | None = None) -> Child:
        child = Child(name, command, environ, self.logs / f"{name}.log" if self.logs else None)
        self.all.append(child)
        return child

    def keep_running(self) -> NoReturn:
        while True:
            time.sleep(0.5)
            for child in self.all:
                child.keep_running(time.monotonic())

    def stop(self) -> None:
        """Redis last, because the others tell it when they leave."""
        processes.stop([child.process for child in self.all if child.name != "redis"], grace=GRACE)
        processes.stop([child.process for child in self.all if child.name == "redis"], grace=GRACE)


@contextmanager
def children_of(settings: Settings) -> Iterator[Children]:
    """Their logs go to files in development, where a person reads the terminal, and to our own output in production."""
    logs = None if settings.production else settings.instance / "log"
    if logs:
        logs.mkdir(exist_ok=True)
        for old in logs.glob("*.log"):
            old.unlink()
    children = Children(logs)
    try:
        yield children
    finally:
        children.stop()


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
