"""Blender as a Python module, for the tests of the add-on: one environment a version, beside the project's own.

    python packaging/blender_venvs.py            make 5.0 and 4.2, where missing (about 1 GB and half a minute each)
    python packaging/blender_venvs.py --all      4.5 and 5.2 too
    python packaging/blender_venvs.py --remove   take all of them away again

They stand apart from .venv because each brings a NumPy older than the project's. Each needs the one Python that it is
published for. Exit code 0 also where they cannot be made: the tests that need them are then skipped.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

# Series -> the version that was tested. The first two are those that continuous integration runs.
SERIES = {"5.0": "5.0.1", "4.2": "4.2.23", "4.5": "4.5.15", "5.2": "5.2.3"}
USUAL = ("5.0", "4.2")
_PYTHONS = {"5.2": (3, 13)}
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


def ensure(root: Path, wanted: tuple[str, ...] = USUAL) -> None:
    """Make what is missing, and say what cannot be made."""
    for series in wanted:
        version = SERIES[series]
        if python_of(root, series).exists():
            continue
        problem = _make(folder_of(root, series), version, _PYTHONS.get(series, _PYTHON))
        if problem:
            print(f"Blender {version} cannot be had here: {problem} The tests that need it are skipped.")
            shutil.rmtree(folder_of(root, series), ignore_errors=True)


def _make(folder: Path, version: str, wanted: tuple[int, int]) -> str:
    """Why it could not be made; "" when it was."""
    name = f"python{wanted[0]}.{wanted[1]}"
    python = sys.executable if sys.version_info[:2] == wanted else shutil.which(name)
    if python is None or not _works(python):
        return f"its module needs {name}."
    if shutil.disk_usage(folder.parent).free < _ROOM_BYTES:
        return "less than 1.5 GB of the disk are free."
    print(f"Setting up {folder.name} (Blender {version}, about 1 GB) …", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    made = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    pip = [str(made), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    older_numpy = ["numpy<2"] if wanted == _PYTHON else []
    for command in ([python, "-I", "-m", "venv", str(folder)], [*pip, f"bpy=={version}", *older_numpy]):
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
        if done.returncode:
            words = (done.stderr or done.stdout).strip().splitlines()
            return words[-1] if words else f"'{command[0]}' failed."
    (folder / _READY).write_text(version)
    return ""


def _works(python: str) -> bool:
    """Version managers put launchers on the path for Pythons that are not chosen; those only print an error."""
    return subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0


def remove(root: Path) -> None:
    for series in SERIES:
        shutil.rmtree(folder_of(root, series), ignore_errors=True)


def main(argv: list[str]) -> int:
    root = Path(__file__).resolve().parents[1]
    if argv == ["--remove"]:
        remove(root)
    elif argv in ([], ["--all"]):
        ensure(root, tuple(SERIES) if argv else USUAL)
    else:
        print(__doc__)
        return 0 if argv in (["-h"], ["--help"]) else 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
