"""Real Blenders for the tests of the add-on: its Python module in environments of its own, and Debian's program."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from blender_venvs import SERIES, USUAL, python_of
from real_blender import Blender

from mpd_studio.bridge.host_files import HostKind, assemble


def _here() -> list[str]:
    """The usual ones, which are skipped with a reason where they are absent, and every other that is there."""
    root = Path(__file__).resolve().parents[3]
    others = [series for series in SERIES if series not in USUAL and python_of(root, series).exists()]
    return [*USUAL, *others, *(["debian"] if shutil.which("blender") else [])]


@pytest.fixture(params=_here())
def blender(request: pytest.FixtureRequest, repository: Path, tmp_path: Path) -> Blender:
    """Each Blender that is there, with the add-on assembled as an installation does it."""
    if request.param == "debian":
        program = shutil.which("blender")
        assert program is not None
        command: tuple[str, ...] = (program, "--background", "--factory-startup", "--python-exit-code", "9", "--python")
        divider: tuple[str, ...] = ("--",)
    else:
        python = python_of(repository, request.param)
        if not python.exists():
            pytest.skip(f"no Blender {request.param} here; make it with: python packaging/blender_venvs.py")
        # What a later Blender will take away must not be used where its successor is there already.
        command, divider = (str(python), "-W", "error::DeprecationWarning"), ()
    plugins = tmp_path / "plugins"
    assemble(HostKind.BLENDER, plugins, tmp_path / "jöbs 1")
    return Blender(request.param, command, tmp_path, plugins, divider)


@pytest.fixture
def only_module(blender: Blender) -> Callable[[], Blender]:
    """For what needs Blender 4.2 or later."""

    def give() -> Blender:
        if blender.series == "debian":
            pytest.skip("Debian's Blender may be older than 4.2")
        return blender

    return give
