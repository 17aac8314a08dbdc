"""Put the editor's side in place, list it, take it away. Files that are not ours are never touched.

installed.json in our folder names every file we wrote, with its SHA-256. A file that no longer has it was edited by
somebody: installing keeps the edited one beside the new one, uninstalling leaves it.
"""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import dataclass
from enum import Enum
from pathlib import Path, PurePosixPath

import mpd_studio
from mpd_studio.bridge.host_files import HostKind, host_files
from mpd_studio.bridge.hosts import HostPlace
from mpd_studio.bridge.message_file import VERSION, encode_message, read_message, schema_of
from mpd_studio.bridge.places import is_inside_path
from mpd_studio.bridge.problem import BridgeProblem
from mpd_studio.core.atomic_file import advice, write_atomically
from mpd_studio.core.errors import OutputError

RECORD = "installed.json"


class SideState(Enum):
    """What stands in an editor: nothing of ours, this version, another, or ours with files that somebody edited."""

    ABSENT = "absent"
    CURRENT = "current"
    OTHER = "other"
    EDITED = "edited"


@dataclass(frozen=True, slots=True)
class Installed:
    """version: of the program that installed it, "" when nothing is there. edited: files that are not as we wrote."""

    place: HostPlace
    state: SideState
    version: str = ""
    edited: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """written, removed: files, absolute. warnings: what was left or kept, and why."""

    place: HostPlace
    written: tuple[Path, ...] = ()
    removed: tuple[Path, ...] = ()
    warnings: tuple[str, ...] = ()


def look(place: HostPlace, jobs: Path) -> Installed:
    """What stands there now. jobs: the folder that a new installation would be told.

    Raises:
        EnvironmentProblem: a part of this program is missing.
    """
    record = _read_record(place)
    if record is None:
        return Installed(place, SideState.ABSENT)
    edited = tuple(str(name) for name, sha in record.files.items() if _sha_of(place.folder / name) != sha)
    if edited:
        return Installed(place, SideState.EDITED, record.version, edited)
    wanted = {name: _sha(content) for name, content in host_files(place.host, jobs).items()}
    state = SideState.CURRENT if record.files == wanted else SideState.OTHER
    return Installed(place, state, record.version)


def install(place: HostPlace, jobs: Path, *, dry_run: bool = False) -> Done:
    """Write this version's files and their record; older ones of ours that are no longer needed go.

    Raises:
        OutputError: something that is not ours stands in the way, or the file system refuses.
        EnvironmentProblem: a part of this program is missing.
    """
    if place.problem:
        raise OutputError(place.problem)
    _check_folder(place)
    record = _read_record(place)
    owned = record.files if record else {}
    wanted = host_files(place.host, jobs)
    _check_no_strangers(place, wanted, owned)
    written: list[Path] = []
    warnings: list[str] = []
    for name, content in wanted.items():
        path = place.folder / name
        found = _sha_of(path)
        if found == _sha(content):
            continue
        if found is not None and found != owned.get(name):
            kept = _free_name(path)
            warnings.append(f"{path} was edited; the edited file is kept as {kept.name}.")
            if not dry_run:
                _rename(path, kept)
        written.append(path)
        if not dry_run:
            write_atomically(path, content)
    removed, left = _remove(place, {name: sha for name, sha in owned.items() if name not in wanted}, dry_run)
    if not dry_run:
        _write_record(place, wanted)
    return Done(place, tuple(written), removed, (*warnings, *left))


def uninstall(place: HostPlace, *, dry_run: bool = False) -> Done:
    """Remove the files of the record that are as we wrote them, and folders that are empty then.

    Raises:
        OutputError: the file system refuses.
    """
    record = _read_record(place)
    if record is None:
        return Done(place, warnings=(f"Nothing of MPD Studio is installed in {place.folder}.",))
    _check_folder(place)
    removed, warnings = _remove(place, record.files, dry_run)
    if not dry_run:
        _unlink(place.folder / RECORD)
        _remove_empty_folders(place.folder, record.files)
    return Done(place, removed=(*removed, place.folder / RECORD), warnings=warnings)


def state_text(installed: Installed) -> str:
    """The state in words."""
    version = installed.version or "unknown"
    if installed.state is SideState.ABSENT:
        return "the bridge is not installed"
    if installed.state is SideState.CURRENT:
        return f"the bridge is installed (version {version})"
    if installed.state is SideState.OTHER:
        return f"the bridge is of another version ({version}) or jobs folder; install it again"
    return f"the bridge is installed (version {version}), but edited: {', '.join(installed.edited)}"


def next_step(host: HostKind) -> str:
    """What the user does inside the editor after an installation."""
    if host is HostKind.BLENDER:
        return (
            "In Blender: Edit > Preferences > Add-ons, tick 'MPD Studio Bridge'. Then: Video Sequencer, N, MPD Studio."
        )
    return "In DaVinci Resolve: start it anew. Then: Workspace > Scripts > mpd studio."


# Inside


@dataclass(frozen=True, slots=True)
class _Record:
    version: str
    files: dict[PurePosixPath, str]


def _read_record(place: HostPlace) -> _Record | None:
    """None where nothing is installed, or the record cannot be read: then nothing there is known to be ours."""
    try:
        document = read_message(place.folder / RECORD, "installed")
    except BridgeProblem:
        return None
    files = document.get("files")
    if not isinstance(files, dict):
        return None
    kept = {PurePosixPath(name): sha for name, sha in files.items() if is_inside_path(name) and isinstance(sha, str)}
    return _Record(str(document.get("app_version", "")), kept)


def _write_record(place: HostPlace, wanted: dict[PurePosixPath, bytes]) -> None:
    document = {
        "schema": schema_of("installed"),
        "version": VERSION,
        "app_version": mpd_studio.__version__,
        "host": place.host.value,
        "files": {str(name): _sha(content) for name, content in wanted.items()},
    }
    write_atomically(place.folder / RECORD, encode_message(document))


def _check_folder(place: HostPlace) -> None:
    if place.folder.is_symlink():
        raise OutputError(f"{place.folder} is a link to another folder. Remove the link, then install again.")
    nearest = next(folder for folder in (place.folder, *place.folder.parents) if folder.exists())
    if not nearest.is_dir():
        raise OutputError(f"{nearest} is a file. Name the folder of the editor's scripts or add-ons.")


def _check_no_strangers(place: HostPlace, wanted: dict[PurePosixPath, bytes], owned: dict[PurePosixPath, str]) -> None:
    """What stands where we would write must be ours, or be the very same already."""
    for name, content in wanted.items():
        path = place.folder / name
        for folder in [path, *path.parents]:
            if folder == place.folder:
                break
            if folder.is_symlink():
                raise OutputError(f"{folder} is a link, which MPD Studio did not make. Move it away first.")
        if name in owned or _sha_of(path) in (None, _sha(content)):
            continue
        raise OutputError(f"{path} stands there already and is not MPD Studio's. Move it away, then install again.")


def _remove(
    place: HostPlace, files: dict[PurePosixPath, str], dry_run: bool
) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    removed, left = [], []
    for name, sha in files.items():
        path = place.folder / name
        found = _sha_of(path)
        if found is None:
            continue
        if found != sha:
            left.append(f"{path} was edited; it is left where it is.")
            continue
        removed.append(path)
        if not dry_run:
            _unlink(path)
            _remove_compiled(path)
    return tuple(removed), tuple(left)


def _remove_compiled(source: Path) -> None:
    """What the editor's Python made out of a module of ours."""
    for compiled in source.parent.glob(f"__pycache__/{source.stem}.*.pyc"):
        with contextlib.suppress(OSError):
            compiled.unlink()


def _remove_empty_folders(folder: Path, files: dict[PurePosixPath, str]) -> None:
    parents = {folder / parent for name in files for parent in name.parents}
    parents |= {parent / "__pycache__" for parent in parents}
    for parent in sorted(parents, key=lambda path: len(path.parts), reverse=True):
        with contextlib.suppress(OSError):
            parent.rmdir()


def _free_name(path: Path) -> Path:
    number = 1
    while (kept := path.with_name(f"{path.name}.edited-{number}")).exists():
        number += 1
    return kept


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _sha_of(path: Path) -> str | None:
    """None where there is no such file. A folder or a link is never what we wrote."""
    if path.is_symlink() or path.is_dir():
        return ""
    try:
        return _sha(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError:
        return ""


def _rename(path: Path, target: Path) -> None:
    try:
        path.rename(target)
    except OSError as error:
        raise OutputError(f"{path} cannot be renamed: {error.strerror}. {advice(error)}") from error


def _unlink(path: Path) -> None:
    try:
        path.unlink()
    except FileNotFoundError:
        return
    except OSError as error:
        raise OutputError(f"{path} cannot be removed: {error.strerror}. {advice(error)}") from error
