"""Blender as a Python module, for the tests of the add-on: one environment a version, beside the project's own.

    python packaging/blender_venvs.py            make those that are missing (about 1 GB and half a minute each)
    python packaging/blender_venvs.py --remove   take them away again

They stand apart from .venv because each brings a NumPy older than the project's. Needs Python 3.11, for which these
versions are published. Exit code 0 also where they cannot be made: the tests that need them are then skipped.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

# Series -> the version that was tested.
SERIES = {"5.0": "5.0.1", "4.2": "4.2.23"}
_PYTHON = (3, 11)
_READY = "mpd-studio-ready"
_ROOM_BYTES = 1_500_000_000


def folder_of(root: Path, series: str) -> Path:
    return root / f".venv-blender-{series}"


def python_of(root: Path, series: str) -> Path:
    """The Python that knows bpy of this series; it exists once the environment is whole."""
    folder = folder_of(root, series)
    name = "Scripts/python.exe" if os.name == "nt" else "bin/python"
    try:
        is_whole = (folder / _READY).read_text("ascii") == SERIES[series]
    except OSError:
        is_whole = False
    return folder / name if is_whole else folder / "missing"


def ensure(root: Path) -> None:
    """Make what is missing, and say what cannot be made."""
    for series, version in SERIES.items():
        if python_of(root, series).exists():
            continue
        problem = _make(folder_of(root, series), version)
        if problem:
            print(f"Blender {version} cannot be had here: {problem} The tests that need it are skipped.")
            shutil.rmtree(folder_of(root, series), ignore_errors=True)


def _make(folder: Path, version: str) -> str:
    """Why it could not be made; "" when it was."""
    python = sys.executable if sys.version_info[:2] == _PYTHON else shutil.which("python3.11")
    if python is None:
        return "its module needs Python 3.11."
    if shutil.disk_usage(folder.parent).free < _ROOM_BYTES:
        return "less than 1.5 GB of the disk are free."
    print(f"Setting up {folder.name} (Blender {version}, about 1 GB) …", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    made = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    pip = [str(made), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    for command in ([python, "-I", "-m", "venv", str(folder)], [*pip, f"bpy=={version}", "numpy<2"]):
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
        if done.returncode:
            words = (done.stderr or done.stdout).strip().splitlines()
            return words[-1] if words else f"'{command[0]}' failed."
    (folder / _READY).write_text(version)
    return ""


def remove(root: Path) -> None:
    for series in SERIES:
        shutil.rmtree(folder_of(root, series), ignore_errors=True)


def main(argv: list[str]) -> int:
    root = Path(__file__).resolve().parents[1]
    if argv not in ([], ["--remove"]):
        print(__doc__)
        return 0 if argv in (["-h"], ["--help"]) else 2
    remove(root) if argv else ensure(root)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
