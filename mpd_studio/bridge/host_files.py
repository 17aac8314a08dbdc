"""Which files are put inside an editor: its plug-in, with the shared side of the protocol inside it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path, PurePosixPath

import mpd_studio
from mpd_studio.bridge.message_file import VERSION, schema_of
from mpd_studio.core.resources import plugin

CONFIG = "bridge_config.json"
_SHARED = "job_folder"
_LEFT_OUT = ("__pycache__", "README.md")


class HostKind(Enum):
    BLENDER = "blender"
    RESOLVE = "resolve"

    @property
    def title(self) -> str:
        return "Blender" if self is HostKind.BLENDER else "DaVinci Resolve"

    @property
    def folder_name(self) -> str:
        """Of the folder that is ours inside the editor's own."""
        return "mpd_studio_bridge" if self is HostKind.BLENDER else "mpd studio"


@dataclass(frozen=True, slots=True)
class _Layout:
    """source: folder under plugins/ that becomes ours. package: where inside it the shared side goes."""

    source: str
    package: str


_LAYOUTS = {
    HostKind.BLENDER: _Layout("blender/mpd_studio_bridge", "."),
    HostKind.RESOLVE: _Layout("davinci_resolve", "_mpd_bridge"),
}


def host_files(host: HostKind, jobs: Path) -> dict[PurePosixPath, bytes]:
    """Path inside our folder -> content, of everything that this version puts there.

    Raises:
        EnvironmentProblem: a part of the program is missing.
    """
    layout = _LAYOUTS[host]
    found = dict(_files(plugin(layout.source), PurePosixPath()))
    found |= dict(_files(plugin(_SHARED), PurePosixPath(layout.package) / _SHARED))
    found[PurePosixPath(layout.package) / CONFIG] = _config(jobs)
    return dict(sorted(found.items()))


def assemble(host: HostKind, parent: Path, jobs: Path) -> Path:
    """Write the editor's side into a new folder inside `parent`, without regard to what an installation keeps.

    Returns:
        The folder.
    """
    folder = parent / host.folder_name
    for place, content in host_files(host, jobs).items():
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def _files(root: Path, place: PurePosixPath) -> Iterator[tuple[PurePosixPath, bytes]]:
    for path in sorted(root.rglob("*")):
        inside = path.relative_to(root)
        hidden = any(part.startswith(".") or part in _LEFT_OUT for part in inside.parts)
        if path.is_file() and not hidden:
            yield place / PurePosixPath(*inside.parts), path.read_bytes()


def _config(jobs: Path) -> bytes:
    document = {
        "schema": schema_of("config"),
        "version": VERSION,
        "jobs": str(jobs),
        "bridge_version": mpd_studio.__version__,
    }
    return (json.dumps(document, indent=1, sort_keys=True) + "\n").encode("ascii")
