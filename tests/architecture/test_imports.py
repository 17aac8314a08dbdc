"""Which room may use which library, and that starting up loads none of the heavy ones."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

# Import-linter cannot name submodules of other packages (PySide6.QtWidgets), so this table does.
ALLOWED: dict[str, set[str]] = {
    "core": {"numpy", "platformdirs"},
    "motion": {"numpy", "cv2"},
    "weights": {"huggingface_hub"},
    "engines": {"numpy", "cv2"},
    "media": {"numpy", "av", "cv2", "OpenEXR"},
    "interchange": {"opentimelineio"},
    "bridge": set(),
    "jobs": {"PySide6.QtCore"},
    "workflow": {"numpy", "cv2"},
    "session": {"numpy", "cv2", "PySide6.QtCore"},  # cv2: scaling pictures to the screen, in the I/O lane
    "ui": {"numpy", "pyqtgraph", *(f"PySide6.Qt{name}" for name in ("Core", "Gui", "Widgets", "Svg", "SvgWidgets"))},
    "app": {"PySide6.QtCore", "PySide6.QtGui", "PySide6.QtWidgets"},
    "cli": {"numpy", "rich"},
    "__main__": set(),
    "__init__": set(),
}
# Inside engines/<name>/ alone.
OF_ONE_ENGINE = {"torch", "diffusers", "transformers", "safetensors", "accelerate"}

_REPORT = "import json, sys; print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"


def imported(source: str) -> list[str]:
    """Every module that a source names, also inside functions and under TYPE_CHECKING."""
    names: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            is_bare = node.module == "PySide6"
            names += [f"PySide6.{alias.name}" for alias in node.names] if is_bare else [node.module]
    return names


def strangers(package: Path) -> list[str]:
    """ "file: module" for each third-party module in a room that may not use it."""
    found = []
    for path in sorted(package.rglob("*.py")):
        inside = path.relative_to(package)
        room = inside.parts[0].removesuffix(".py")
        allowed = set(ALLOWED[room])
        if room == "engines" and len(inside.parts) > 2:
            allowed |= OF_ONE_ENGINE
        found += [
            f"{inside.as_posix()}: {name}" for name in imported(path.read_text("utf-8")) if not _fits(name, allowed)
        ]
    return found


def _fits(name: str, allowed: set[str]) -> bool:
    top = name.split(".")[0]
    if top in sys.stdlib_module_names or top == "mpd_studio":
        return True
    return any(name == module or name.startswith(f"{module}.") for module in allowed)


def test_each_room_uses_its_own_libraries(repository: Path) -> None:
    assert strangers(repository / "mpd_studio") == []


@pytest.mark.parametrize(
    ("place", "source"),
    [
        ("core/planted.py", "import cv2"),
        ("motion/planted.py", "def warp():\n    import av"),
        ("session/planted.py", "from PySide6.QtWidgets import QLabel"),
        ("session/planted.py", "from PySide6 import QtGui"),
        ("engines/registry.py", "import torch"),
        ("bridge/planted.py", "import numpy"),
        ("ui/planted.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import av.video"),
        ("cli.py", "import PySide6"),
    ],
)
def test_the_check_bites(tmp_path: Path, place: str, source: str) -> None:
    path = tmp_path / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source)
    assert len(strangers(tmp_path)) == 1


@pytest.mark.parametrize(
    ("place", "source"),
    [
        ("engines/svd/engine.py", "def load():\n    import torch.nn"),
        ("session/planted.py", "from PySide6.QtCore import QObject"),
        ("core/planted.py", "import numpy.typing\nfrom mpd_studio.core import frames\nimport json"),
    ],
)
def test_what_is_allowed_passes(tmp_path: Path, place: str, source: str) -> None:
    path = tmp_path / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source)
    assert strangers(tmp_path) == []


def loaded_after(code: str, repository: Path) -> set[str]:
    """Top-level modules of a fresh interpreter after some code."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{_REPORT}"], cwd=repository, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


class TestStartUpStaysLight:
    """The truth that no static check gives."""

    def test_the_probe_sees_what_is_loaded(self, repository: Path) -> None:
        assert {"cv2", "numpy"} <= loaded_after("import cv2", repository)

    def test_the_window_loads_no_torch_and_no_decoder(self, repository: Path) -> None:
        loaded = loaded_after("import mpd_studio.app", repository)
        assert "PySide6" in loaded
        assert loaded & {"torch", "diffusers", "transformers", "av", "cv2", "OpenEXR", "opentimelineio"} == set()

    def test_the_command_line_loads_no_torch_and_no_qt(self, repository: Path) -> None:
        loaded = loaded_after("import mpd_studio.cli", repository)
        assert loaded & {"torch", "diffusers", "transformers", "PySide6", "shiboken6", "av", "cv2"} == set()

    @pytest.mark.parametrize("option", ["--help", "--version"])
    def test_help_and_version_load_neither_qt_nor_torch(self, repository: Path, option: str) -> None:
        code = f"from mpd_studio.__main__ import main\ntry:\n    main([{option!r}])\nexcept SystemExit:\n    pass"
        loaded = loaded_after(code, repository)
        assert "mpd_studio" in loaded
        assert loaded & {"torch", "PySide6", "shiboken6", "av", "cv2"} == set()
