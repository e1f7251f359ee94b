"""Laurel as it runs for real: a web server and a worker in processes of their own, to be killed and started again."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from app import processes


class Running:
    """A program that a test starts, stops and kills. What it prints goes to `log`."""

    def __init__(self, command: list[str], environ: Mapping[str, str], log: Path) -> None:
        self.command = command
        self.environ = {**os.environ, **environ}
        self.log = log
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        assert self.process is None, "it runs already"
        with self.log.open("ab") as output:
            self.process = processes.start(self.command, environ=self.environ, output=output)
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        """Nothing tells from outside when a worker is ready, and nobody has to know."""

    def stop(self) -> None:
        """Ask it to end, and wait for that."""
        if self.process is not None:
            processes.stop([self.process])
            self.process = None

    def kill(self) -> None:
        """End it and its children at once, as a power cut would."""
        if self.process is not None:
            processes.kill(self.process)
            self.process = None

    @property
    def pid(self) -> int:
        assert self.process is not None, "it does not run"
        return self.process.pid


class Server(Running):
    """The web server. It keeps its address when it is started again."""

    def __init__(self, environ: Mapping[str, str], log: Path) -> None:
        self.port = processes.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{self.port}", "wsgi:app"]
        super().__init__(command, environ, log)

    def wait_until_ready(self) -> None:
        if not processes.wait_until(lambda: self._gone() or answers(f"{self.url}/healthz"), 30) or self._gone():
            self.kill()
            raise RuntimeError(f"the server did not start:\n{self.log.read_text()}")

    def _gone(self) -> bool:
        return self.process is None or self.process.poll() is not None


class Worker(Running):
    def __init__(self, environ: Mapping[str, str], log: Path) -> None:
        super().__init__([sys.executable, "-m", "flask", "--app", "wsgi", "worker"], environ, log)


class Scheduler(Running):
    def __init__(self, environ: Mapping[str, str], log: Path) -> None:
        super().__init__([sys.executable, "-m", "flask", "--app", "wsgi", "scheduler"], environ, log)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return bool(response.status == 200)
    except urllib.error.HTTPError as error:
        error.close()
        return False
    except OSError:
        return False
