"""Test modules are imported by their bare name: two of one name would hide each other."""

from __future__ import annotations

from collections import Counter
from pathlib import Path


def test_every_test_module_has_a_name_of_its_own(repository: Path) -> None:
    files = [path for path in (repository / "tests").rglob("*.py") if path.name != "conftest.py"]
    twice = [name for name, count in Counter(path.name for path in files).items() if count > 1]
    assert len(files) > 50
    assert not twice
