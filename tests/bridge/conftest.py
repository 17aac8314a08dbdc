"""For tests of the studio's side of the bridge."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def golden(repository: Path) -> Callable[[str], Any]:
    """golden("result"): the message tests/golden/bridge/result.json, a new copy each time."""
    return lambda name: json.loads((repository / "tests" / "golden" / "bridge" / f"{name}.json").read_text("utf-8"))


@pytest.fixture
def job(golden: Callable[[str], Any], tmp_path: Path) -> Path:
    """A job as an editor sent it, in a folder whose name has a space and letters beyond ASCII."""
    request = golden("request_source")
    folder = tmp_path / "jöbs 1" / request["job_id"]
    folder.mkdir(parents=True)
    (folder / "request.json").write_text(json.dumps(request))
    return folder
