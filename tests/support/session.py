"""What all workers of one test run share: a folder, and whether the run still goes on.

The process that began the run holds a lock on a file for as long as it lives. Whoever started something that must end
with the run waits for that lock: the system lets it go in whichever way the run ends, by SIGKILL too.
"""

from __future__ import annotations

import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from app import processes


class Session:
    """The test run, as the process sees it that began it."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="laurel-tests-"))
        # PostgreSQL runs as another user when the tests run as root, and has a folder in this one.
        self.folder.chmod(0o711)
        self._alive = hold(self.folder / "alive")

    def end(self) -> None:
        """Let everything that waits for the end stop, then remove the folder."""
        self._alive.close()
        processes.wait_until(lambda: not any(self.folder.glob("*.keeper")), 20)
        shutil.rmtree(self.folder, ignore_errors=True)


def wait_for_the_end(folder: Path) -> None:
    hold(folder / "alive").close()


@contextmanager
def one_at_a_time(file: Path) -> Iterator[None]:
    """Hold a lock that only one process of the run has at a time."""
    with hold(file):
        yield


def hold(file: Path) -> IO[str]:
    """Wait for the lock on a file and hold it until the answer is closed."""
    opened = file.open("a")
    fcntl.flock(opened, fcntl.LOCK_EX)
    return opened
