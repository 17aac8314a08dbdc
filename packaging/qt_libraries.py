"""The system libraries Qt needs: installed where that is ours to do, otherwise said exactly. Never a Qt abort."""

from __future__ import annotations

import functools
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import ModuleType

from project_venv import SetupError

_LIST = Path(__file__).resolve().parents[1] / "mpd_studio" / "core" / "system_libraries.py"
_QUIET = {"DEBIAN_FRONTEND": "noninteractive"}


def _load_list() -> ModuleType:
    """The program's own list, loaded by path: it must not need an installed project."""
    name = "mpd_studio_system_libraries"
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, _LIST)
    if spec is None or spec.loader is None:
        raise SetupError(f"{_LIST} is missing; this checkout is not whole.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def display_problem(environ: Mapping[str, str]) -> str | None:
    """Why there is no display, or None."""
    return _load_list().display_problem(environ)


def window_platform(environ: Mapping[str, str]) -> str:
    """The Qt platform that a window will use here."""
    return _load_list().wanted_platform(environ) or "offscreen"


def ensure_platform(platform: str) -> None:
    """See to it that Qt finds its libraries.

    Raises:
        SetupError: some are missing and may not or could not be installed; it names the exact command.
    """
    libraries = _load_list()
    missing = libraries.missing_libraries(platform)
    if not missing:
        return
    packages = libraries.packages_of(missing)
    if libraries.is_debian_like() and libraries.is_root():
        apt_install(packages)
        missing = libraries.missing_libraries(platform)
    if missing:
        names = ", ".join(library.soname for library in missing)
        advice = libraries.install_advice(libraries.packages_of(missing))
        raise SetupError(f"Qt needs system libraries that are missing here: {names}\n{advice}")


def ensure_virtual_display() -> None:
    """Xvfb for the screenshot test. Nice to have: without it, that test is skipped and says so."""
    if not sys.platform.startswith("linux"):
        return
    libraries = _load_list()
    programs = {"Xvfb": "xvfb", "xauth": "xauth"}
    packages = [package for program, package in programs.items() if shutil.which(program) is None]
    packages += libraries.packages_of(libraries.missing_libraries("xcb"))
    if not packages:
        return
    if libraries.is_debian_like() and libraries.is_root():
        try:
            apt_install(packages)
            return
        except SetupError as error:
            print(error)
    print(f"The screenshot test will be skipped. {libraries.install_advice(packages)}")


@functools.cache
def _refresh_package_lists() -> None:
    """Once a run. A partly unreachable list is not yet a failure: the install that follows decides."""
    subprocess.run(["apt-get", "update", "-q"], env=_QUIET | os.environ, capture_output=True, check=False)


def apt_install(packages: Iterable[str]) -> None:
    """Refresh the package lists and install.

    Raises:
        SetupError: apt-get failed; its last words are in the message.
    """
    names = tuple(packages)
    print(f"Installing system packages: {' '.join(names)} …")
    command = list(_load_list().install_command(names))
    try:
        _refresh_package_lists()
        done = subprocess.run(
            command, env=_QUIET | os.environ, capture_output=True, text=True, errors="replace", check=False
        )
    except FileNotFoundError as error:
        raise SetupError(f"apt-get was not found. {_load_list().install_advice(names)}") from error
    if done.returncode != 0:
        words = "\n".join((done.stdout + done.stderr).strip().splitlines()[-8:])
        raise SetupError(f"Installing system packages failed:\n{words}\nTry it by hand: {' '.join(command)}")
