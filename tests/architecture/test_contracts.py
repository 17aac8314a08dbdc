"""The import contracts of pyproject.toml hold, and each of them bites: a planted violation breaks it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")
LAYERS = "Imports point downwards"
QT = "Qt stays in jobs, session, ui, app"
TORCH = "torch stays inside engines"
WIDGETS = "Widgets ask the session"
ENGINES = "Engines stand on what they share"
CYCLES = "No cycles between siblings"

# name -> (the contract that must break, file -> what is appended to it)
VIOLATIONS: dict[str, tuple[str, dict[str, str]]] = {
    "core imports an engine": (LAYERS, {"core/planted.py": "import mpd_studio.engines.registry"}),
    "workflow uses jobs inside a function, and so Qt": (
        QT,
        {
            "jobs/planted.py": "import PySide6.QtCore",
            "workflow/planted.py": "def work():\n    import mpd_studio.jobs.planted",
        },
    ),
    "the registry imports an engine that needs torch": (
        TORCH,
        {
            "engines/planted/__init__.py": "",
            "engines/planted/engine.py": "def load():\n    import torch",
            "engines/registry.py": "import mpd_studio.engines.planted.engine",
        },
    ),
    "media imports its neighbour bridge": (
        LAYERS,
        {"bridge/__init__.py": "", "bridge/planted.py": "", "media/planted.py": "import mpd_studio.bridge.planted"},
    ),
    "a widget's function uses torch": (TORCH, {"ui/planted.py": "def paint():\n    import torch"}),
    "a widget asks media": (WIDGETS, {"ui/planted.py": "from mpd_studio.media import probe"}),
    "the command line imports the session, and so Qt": (
        QT,
        {"session/planted.py": "import PySide6.QtCore", "cli_planted": "import mpd_studio.session.planted"},
    ),
    "the session imports a widget": (LAYERS, {"session/planted.py": "import mpd_studio.ui"}),
    "the window imports the command line": (LAYERS, {"app_planted": "import mpd_studio.cli"}),
    "a package without a floor": (LAYERS, {"gadgets/__init__.py": ""}),
    "one diffusion engine borrows from the other": (
        ENGINES,
        {"engines/motion_i2v/planted.py": "import mpd_studio.engines.svd.options"},
    ),
    "what diffusion engines share uses one of them": (
        ENGINES,
        {"engines/diffusion/planted.py": "import mpd_studio.engines.motion_i2v.facts"},
    ),
    "a cycle inside core": (
        CYCLES,
        {
            "core/planted.py": "import mpd_studio.core.planted_too",
            "core/planted_too.py": "import mpd_studio.core.planted",
        },
    ),
}


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("grimp")


@pytest.fixture
def copy(repository: Path, tmp_path: Path) -> Path:
    """A copy of the tree to plant in."""
    shutil.copy(repository / "pyproject.toml", tmp_path)
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(repository / "mpd_studio", tmp_path / "mpd_studio", ignore=ignore)
    return tmp_path


def verdicts(root: Path, cache: Path) -> dict[str, str]:
    """Contract -> KEPT or BROKEN."""
    command = [str(LINT_IMPORTS), "--config", str(root / "pyproject.toml"), "--cache-dir", str(cache)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    found = dict(re.findall(r"^(.+) (KEPT|BROKEN)\b", done.stdout, re.MULTILINE))
    assert len(found) == 6, done.stdout + done.stderr
    return found


def plant(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = _composition_root(root, name) if name.endswith("_planted") else root / "mpd_studio" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(f"\n{text}\n")


def _composition_root(root: Path, name: str) -> Path:
    """app and cli may be a file or a folder."""
    folder = root / "mpd_studio" / name.removesuffix("_planted")
    return folder / "planted.py" if folder.is_dir() else folder.with_suffix(".py")


def test_the_tree_keeps_all_contracts(repository: Path, cache: Path) -> None:
    found = verdicts(repository, cache)
    assert found == dict.fromkeys((LAYERS, QT, TORCH, WIDGETS, ENGINES, CYCLES), "KEPT")


@pytest.mark.parametrize("violation", VIOLATIONS)
def test_a_planted_violation_breaks_its_contract(copy: Path, cache: Path, violation: str) -> None:
    contract, files = VIOLATIONS[violation]
    plant(copy, files)
    assert verdicts(copy, cache)[contract] == "BROKEN"


def test_every_room_stands_in_the_contracts_that_bind_it(repository: Path) -> None:
    """The tool refuses rooms that do not exist, so the lists grow with the tree; this says when one was forgotten."""
    settings = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = {contract["id"]: contract for contract in settings["tool"]["importlinter"]["contracts"]}
    paths = (repository / "mpd_studio").iterdir()
    rooms = {path.stem for path in paths if not path.name.startswith("__") and path.suffix in ("", ".py")}
    below_the_session = {"engines", "media", "interchange", "bridge", "weights", "jobs", "workflow"}
    assert named(contracts["qt"]["source_modules"]) == rooms - {"jobs", "session", "ui", "app"}
    assert named(contracts["torch"]["source_modules"]) == rooms - {"engines"}
    assert named(contracts["ui"]["forbidden_modules"]) == rooms & below_the_session


def named(modules: list[str]) -> set[str]:
    return {module.removeprefix("mpd_studio.") for module in modules}
