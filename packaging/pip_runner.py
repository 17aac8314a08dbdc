"""pip, quietly: its words go to a log file, and what went wrong is said in one sentence."""

from __future__ import annotations

import re
import subprocess
import time
from pathlib import Path

_STILL_THERE_S = 20.0
_NETWORK = re.compile(
    r"NewConnectionError|ConnectTimeout|ReadTimeout|NameResolutionError|Temporary failure in name|ProxyError"
    r"|Max retries exceeded|SSLError|Connection (refused|reset|broken)|Network is unreachable"
)
_NO_ROOM = re.compile(r"No space left on device|Errno 28|Disk quota exceeded")
_NO_VERSION = re.compile(r"No matching distribution found for (\S+)|ResolutionImpossible|conflicting dependencies")


class SetupError(Exception):
    """The project cannot be set up here. The message says why and what to do."""


class InstallFailed(SetupError):
    """pip failed. reason: one sentence; the whole message adds pip's last words and the log's place."""

    def __init__(self, reason: str, log: Path, output: str) -> None:
        words = "\n".join(f"    {line}" for line in output.strip().splitlines()[-12:])
        super().__init__(f"{reason}\n{words}\nAll of it: {log}")
        self.reason = reason
        self.is_network = bool(_NETWORK.search(output))
        self.is_missing_version = bool(_NO_VERSION.search(output)) and not self.is_network


def run_pip(python: Path, arguments: list[str], cwd: Path, environ: dict[str, str], log: Path) -> None:
    """Run `pip install` and append what it says to the log.

    Raises:
        InstallFailed: with a sentence for the usual reasons.
    """
    command = [str(python), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", *arguments]
    log.parent.mkdir(exist_ok=True)
    with log.open("ab") as file:
        begin = file.tell()
        file.write(f"$ {' '.join(command)}\n".encode(errors="backslashreplace"))
        file.flush()
        with subprocess.Popen(command, cwd=cwd, env=environ, stdout=file, stderr=subprocess.STDOUT) as child:
            _wait_with_signs_of_life(child)
    if child.returncode != 0:
        with log.open("rb") as file:
            file.seek(begin)
            output = file.read().decode(errors="replace")
        raise InstallFailed(reason_of(output), log, output)


def _wait_with_signs_of_life(child: subprocess.Popen[bytes]) -> None:
    began = time.monotonic()
    while True:
        try:
            child.wait(_STILL_THERE_S)
            return
        except subprocess.TimeoutExpired:
            print(f"    still at it, {time.monotonic() - began:.0f} s")


def reason_of(output: str) -> str:
    """What went wrong, in one sentence, from pip's output."""
    if _NO_ROOM.search(output):
        return "The disk is full. Free about 3 GB and start again."
    if _NETWORK.search(output):
        return "The package index cannot be reached. Check the network (or the proxy settings) and start again."
    if match := _NO_VERSION.search(output):
        wanted = match[1] or "what is asked for"
        return f"There is no package of {wanted} for this system and this Python."
    return "pip could not install everything."
