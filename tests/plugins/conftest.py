"""For tests of what runs inside an editor."""

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
