"""Where editors keep what others add to them, on each system. Looked up below the user's own folders only."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from mpd_studio.bridge.host_files import HostKind

_VERSION = re.compile(r"(\d+)\.(\d+)")
_OLDEST_BLENDER = (3, 4)
_FIRST_WITH_EXTENSIONS = (4, 2)


@dataclass(frozen=True, slots=True)
class HostPlace:
    """One editor that was found. version: "" where the folder does not say. folder: ours, inside the editor's.

    problem: why it cannot be used, with what to do; "" when it can.
    """

    host: HostKind
    version: str
    folder: Path
    problem: str = ""

    @property
    def title(self) -> str:
        return f"{self.host.title} {self.version}".strip()


@dataclass(frozen=True, slots=True)
class Machine:
    """What decides where editors keep their things. system: as sys.platform says it."""

    system: str
    home: Path
    environ: Mapping[str, str]


def this_machine() -> Machine:
    return Machine(sys.platform, Path.home(), os.environ)


def find_hosts(machine: Machine) -> tuple[HostPlace, ...]:
    """Every editor whose folder of the user exists, Blender's versions newest first."""
    return (*_blenders(machine), *_resolves(machine))


def place_in(host: HostKind, parent: Path) -> HostPlace:
    """A place that the user named: an add-on or script folder that we did not find ourselves."""
    return HostPlace(host, "", parent / host.folder_name)


def _blenders(machine: Machine) -> Iterator[HostPlace]:
    if named := machine.environ.get("BLENDER_USER_RESOURCES"):
        folder = Path(named) / "extensions" / "user_default" / HostKind.BLENDER.folder_name
        yield HostPlace(HostKind.BLENDER, "", folder)
    found: list[tuple[tuple[int, int], Path]] = []
    for root in _blender_roots(machine):
        for folder in _folders_in(root):
            if match := _VERSION.fullmatch(folder.name):
                found.append(((int(match[1]), int(match[2])), folder))
    for version, folder in sorted(found, key=lambda one: one[0], reverse=True):
        yield _blender(version, folder)


def _blender(version: tuple[int, int], folder: Path) -> HostPlace:
    name = HostKind.BLENDER.folder_name
    text = f"{version[0]}.{version[1]}"
    if version >= _FIRST_WITH_EXTENSIONS:
        return HostPlace(HostKind.BLENDER, text, folder / "extensions" / "user_default" / name)
    place = folder / "scripts" / "addons" / name
    problem = "" if version >= _OLDEST_BLENDER else f"Blender {text} is too old; the bridge needs 3.4 or later."
    return HostPlace(HostKind.BLENDER, text, place, problem)


def _blender_roots(machine: Machine) -> Iterator[Path]:
    if machine.system == "darwin":
        yield machine.home / "Library" / "Application Support" / "Blender"
    elif machine.system == "win32":
        if roaming := machine.environ.get("APPDATA"):
            yield Path(roaming) / "Blender Foundation" / "Blender"
    else:
        yield Path(machine.environ.get("XDG_CONFIG_HOME") or machine.home / ".config") / "blender"
        yield machine.home / ".var" / "app" / "org.blender.Blender" / "config" / "blender"  # from Flathub


def _resolves(machine: Machine) -> Iterator[HostPlace]:
    """The folders need not exist yet: Resolve makes them when it first needs them, its product folder at once."""
    for product, scripts in _resolve_roots(machine):
        if product.is_dir():
            yield HostPlace(HostKind.RESOLVE, "", scripts / "Utility" / HostKind.RESOLVE.folder_name)


def _resolve_roots(machine: Machine) -> Iterator[tuple[Path, Path]]:
    """(folder that exists where Resolve has been started, its script folder)."""
    if machine.system == "darwin":
        support = Path("Library") / "Application Support"
        product = support / "Blackmagic Design" / "DaVinci Resolve"
        yield machine.home / product, machine.home / product / "Fusion" / "Scripts"
        # The edition of the App Store lives in a container, and some machines read the shorter path only.
        for container in _folders_in(machine.home / "Library" / "Containers"):
            if container.name.startswith("com.blackmagic-design."):
                inside = container / "Data"
                yield inside / product, inside / product / "Fusion" / "Scripts"
                yield inside / product, inside / support / "Fusion" / "Scripts"
    elif machine.system == "win32":
        if roaming := machine.environ.get("APPDATA"):
            product = Path(roaming) / "Blackmagic Design" / "DaVinci Resolve"
            yield product, product / "Support" / "Fusion" / "Scripts"
    else:
        product = machine.home / ".local" / "share" / "DaVinciResolve"
        yield product, product / "Fusion" / "Scripts"


def _folders_in(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.is_dir())
    except OSError:
        return []
