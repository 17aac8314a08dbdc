"""A checkout whose .venv holds a fake Python, so that the bootstrap's own steps run for real without installing."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from project_venv import ProjectVenv, Stamp

# Answers as .venv/bin/python would, writes down what it was called with, and fails where FAKE_FAILS names the call.
FAKE_PYTHON = """
import os, platform, signal, sys
arguments = sys.argv[1:]
line = " ".join(arguments)
if "import pip, sys" in line:
    print(platform.python_version())
    sys.exit(0)
with open(os.environ["FAKE_CALLS"], "a", encoding="utf-8") as calls:
    calls.write(os.getcwd() + " | " + line + "\\n")
if "wants_window" in line:
    print(arguments[3].endswith(".mpdproj"))
fails, _, words = os.environ.get("FAKE_FAILS", "").partition("=")
if fails and fails in line:
    print(words)
    sys.exit(1)
if os.environ.get("FAKE_DIES"):
    os.kill(os.getpid(), signal.SIGKILL)
sys.exit(int(os.environ.get("FAKE_CODE", "0")))
"""


@dataclass(frozen=True, slots=True)
class Checkout:
    """root: the fake project; calls: file of "cwd | arguments" lines of its Python."""

    root: Path
    calls_file: Path

    @property
    def venv(self) -> ProjectVenv:
        return ProjectVenv(self.root)

    @property
    def calls(self) -> list[str]:
        return self.calls_file.read_text("utf-8").splitlines() if self.calls_file.exists() else []

    def mark_ready(self, *extras: str) -> None:
        venv = self.venv
        venv._write_stamp(Stamp("ready", venv._place(), venv._recipe(), extras, {}))

    def bootstrap(self, *arguments: str, cwd: Path | None = None, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run packaging/bootstrap.py as a user would, with no display announced unless `environ` says so."""
        hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
        base = {name: value for name, value in os.environ.items() if name not in hidden}
        base |= {"FAKE_CALLS": str(self.calls_file)} | environ
        command = [sys.executable, str(self.root / "packaging" / "bootstrap.py"), *arguments]
        return subprocess.run(command, cwd=cwd or self.root, env=base, capture_output=True, text=True, check=False)
