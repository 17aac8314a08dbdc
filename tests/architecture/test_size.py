"""A file has one idea, its name is that idea, and it can be read in one sitting."""

from __future__ import annotations

from pathlib import Path

import pytest

MOST_LINES = 400
SEARCHED = ("mpd_studio", "packaging", "plugins", "tests")
SAYS_NOTHING = {"util", "utils", "helper", "helpers", "common", "misc", "manager", "handler", "data", "info"}


def python_files(root: Path) -> list[Path]:
    return sorted(path for folder in SEARCHED for path in (root / folder).rglob("*.py"))


def too_long(paths: list[Path]) -> list[str]:
    counts = ((path, len(path.read_text(encoding="utf-8").splitlines())) for path in paths)
    return [f"{path}: {lines} lines" for path, lines in counts if lines > MOST_LINES]


def test_no_file_is_longer_than_one_sitting(repository: Path) -> None:
    paths = python_files(repository)
    assert len(paths) > 20
    assert too_long(paths) == []


@pytest.mark.parametrize(("lines", "found"), [(MOST_LINES, 0), (MOST_LINES + 1, 1)])
def test_the_ceiling_bites(tmp_path: Path, lines: int, found: int) -> None:
    path = tmp_path / "long.py"
    path.write_text("x = 1\n" * lines)
    assert len(too_long([path])) == found


def test_every_name_names_an_idea(repository: Path) -> None:
    assert [path for path in python_files(repository) if path.stem in SAYS_NOTHING] == []


def test_names_of_test_files_are_unique(repository: Path) -> None:
    """Tests have no packages: pytest would take the second file of a name for the first."""
    names = [path.name for path in (repository / "tests").rglob("test_*.py")]
    assert sorted(names) == sorted(set(names))
