"""Child processes that never outlive their parent. Shared by the supervisor and the tests."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from .config import ROOT

PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def start(
    command: Sequence[str], *, environ: Mapping[str, str] | None = None, output: IO[bytes] | int | None = None
) -> subprocess.Popen[bytes]:
    """Start a child in a process group of its own, so that Ctrl-C reaches the parent only.

    On Linux the kernel ends it when the parent dies, even by SIGKILL. `output` takes both of its streams.
    """
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=None if output is None else subprocess.STDOUT,
        process_group=0,
        preexec_fn=_end_with_parent(),
    )


def stop(children: Sequence[subprocess.Popen[bytes]], *, grace: float = 5) -> None:
    """Ask all of them to stop, ask again halfway, and kill what is left of their groups after `grace` seconds.

    The second request makes a worker give up the job in hand, which would live on otherwise.
    """
    for share in (0.6, 0.4):
        for child in children:
            child.terminate()
        deadline = time.monotonic() + grace * share
        if wait_until(lambda: all(child.poll() is not None for child in children), deadline - time.monotonic()):
            break
    for child in children:
        kill(child)


def kill(child: subprocess.Popen[bytes]) -> None:
    """End a child, what it started, and the rest of its process group at once."""
    started = descendants(child.pid) if child.poll() is None else []
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    for pid in started:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    child.wait()


def descendants(pid: int) -> list[int]:
    """The processes under this one, on Linux: a job runs in a group of its own, which its worker's end does not end."""
    try:
        children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
    return children + [grandchild for child in children for grandchild in descendants(child)]


def wait_until(condition: Callable[[], bool], seconds: float, *, every: float = 0.02) -> bool:
    """Whether the condition came true within so many seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
    return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _end_with_parent() -> Callable[[], None] | None:
    if _libc is None:
        return None
    parent = os.getpid()

    def in_the_child() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    return in_the_child
