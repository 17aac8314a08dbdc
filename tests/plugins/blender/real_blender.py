"""A real Blender that carries out the steps of blender_session.py."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Step = tuple[str, dict[str, Any]]
_SESSION = Path(__file__).with_name("blender_session.py")


@dataclass(frozen=True, slots=True)
class Blender:
    """command: starts a Python that knows bpy. folder: of this test; plugins: where the add-on was assembled.

    divider: between the program's own arguments and the script's.
    """

    series: str
    command: tuple[str, ...]
    folder: Path
    plugins: Path
    divider: tuple[str, ...] = ()

    @property
    def jobs(self) -> Path:
        return self.folder / "jöbs 1"

    def run(self, *steps: Step, environ: dict[str, str] | None = None) -> list[Any]:
        """The answers of one session; a step that the add-on refused answers {"error", "message", "detail"}."""
        wanted, answers = self.folder / "steps.json", self.folder / "answers.json"
        wanted.write_text(json.dumps(steps))
        answers.unlink(missing_ok=True)
        variables = {**os.environ, "BLENDER_USER_RESOURCES": str(self.folder / "user"), **(environ or {})}
        command = [*self.command, str(_SESSION), *self.divider, str(self.plugins), str(wanted), str(answers)]
        done = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=110, check=False)
        assert answers.exists(), done.stdout[-3000:] + done.stderr[-3000:]
        return json.loads(answers.read_text())


def step(verb: str, /, **arguments: Any) -> Step:
    return verb, arguments
