"""OpenTimelineIO bundles (.otioz): a zip of the timeline and its media, whose paths lie below the bundle's own."""

from __future__ import annotations

import os
import shutil
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePath, PurePosixPath
from typing import IO

from mpd_studio.core.atomic_file import advice
from mpd_studio.core.errors import OutputError, TimelineError
from mpd_studio.core.frames import FrameRate
from mpd_studio.core.media_ref import MediaKind
from mpd_studio.interchange import otio
from mpd_studio.interchange.listing import Fill, ListedClip, ListedSource, Listing, OpenedTimeline
from mpd_studio.interchange.otio_objects import OtioWriter
from mpd_studio.interchange.source_text import LARGEST_BYTES

FORMAT_ID = "otioz"
_CONTENT, _VERSION, _MEDIA = "content.otio", "version.txt", "media/"
# What zipfile raises for archives it cannot read; RuntimeError: encrypted, or packed in a way that it does not know.
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError)


def read(path: Path, rate: FrameRate | None = None) -> OpenedTimeline:
    """rate: not needed, the file says it.

    Raises:
        TimelineError: no bundle, damaged, encrypted, or with a timeline that cannot be read.
    """
    del rate
    if not path.is_file():
        raise TimelineError(f"There is no file {path}. It may have been moved; choose it again.")
    try:
        with zipfile.ZipFile(path) as bundle:
            info = bundle.getinfo(_CONTENT)
            if info.file_size > LARGEST_BYTES:
                size = f"{info.file_size // 1_000_000} MB"
                raise TimelineError(f"{path.name} says that its timeline has {size}. That is no timeline.")
            with bundle.open(info) as file:
                data = file.read(LARGEST_BYTES)
    except KeyError as error:
        raise TimelineError(f"{path.name} is no OpenTimelineIO bundle: it holds no {_CONTENT}.") from error
    except (*_BROKEN, OSError) as error:
        raise TimelineError(f"{path.name} is damaged or no zip archive ({error}). Export it again.") from error
    inner = otio.opened_from(path.absolute() / _CONTENT, data)
    listing = inner.listing if inner.listing.name != Path(_CONTENT).stem else replace(inner.listing, name=path.stem)
    return OpenedTimeline(path, FORMAT_ID, listing, replace(inner, listing=listing), inner.notes)


def unpack(opened: OpenedTimeline, folder: Path, raise_if_cancelled: Callable[[], None]) -> Listing:
    """Put the media of a bundle into a folder, those that are not there yet; the listing with their places there.

    Raises:
        TimelineError: one of them is damaged. OutputError: the folder cannot be filled.
    """
    inside = opened.path.absolute()
    moved: dict[ListedSource, ListedSource] = {}
    try:
        with zipfile.ZipFile(opened.path) as bundle:
            for source in _sources(opened.listing):
                name = _member(source.path, inside)
                if name is None or name not in bundle.NameToInfo:
                    continue
                place = folder / name
                raise_if_cancelled()
                _extract(bundle, name, place)
                moved[source] = replace(source, path=place)
    except _BROKEN as error:
        raise TimelineError(f"{opened.path.name} is damaged ({error}). Export it again.") from error
    except OSError as error:
        raise OutputError(f"{folder} could not be filled: {error.strerror or error}. {advice(error)}") from error
    return _with_sources(opened.listing, moved)


def write_filled(opened: OpenedTimeline, fills: tuple[Fill, ...], path: Path) -> tuple[str, ...]:
    """The bundle with the new movies in it and their clips in the gaps; all else in it stays.

    Raises:
        TimelineError: a fill has no gap, or the bundle is damaged. OutputError: the file system refuses.
    """
    inner = opened.document
    assert isinstance(inner, OpenedTimeline)
    try:
        with zipfile.ZipFile(opened.path) as old:
            taken = set(old.NameToInfo)
            bundled = [(fill, _new_member(fill.clip.source, taken)) for fill in fills]
            text = otio.filled_text(inner, tuple(_inside(fill, name) for fill, name in bundled), inner.path.parent)
            media = [(name, Path(fill.clip.source.path)) for fill, name in bundled if fill.clip.source.path]
            _write_bundle(path, text, media, old)
    except _BROKEN as error:
        raise TimelineError(f"{opened.path.name} is damaged ({error}). Export it again.") from error
    return ()


def write(listing: Listing, path: Path) -> tuple[str, ...]:
    """A new bundle with its media. Returns: what is not inside.

    Raises:
        OutputError: the file system refuses, or a file is missing.
    """
    taken: set[str] = set()
    notes: list[str] = []
    inside: dict[ListedSource, ListedSource] = {}
    media: list[tuple[str, Path]] = []
    for source in _sources(listing):
        if source.path is None or source.kind is MediaKind.SEQUENCE or not Path(source.path).is_file():
            notes.append(f"{source.name} is not in the bundle: only movies and stills that are there can be")
            continue
        name = _new_member(source, taken)
        inside[source] = replace(source, path=PurePosixPath(name))
        media.append((name, Path(source.path)))
    writer = OtioWriter(_with_sources(listing, inside), float(listing.rate), {}, as_urls=False)
    text = writer.document_text()
    _write_bundle(path, text, media, None)
    return (*writer.notes, *notes)


def _sources(listing: Listing) -> list[ListedSource]:
    items = [item for track in listing.tracks for item in track.items]
    return list(dict.fromkeys(item.source for item in items if isinstance(item, ListedClip)))


def _with_sources(listing: Listing, moved: dict[ListedSource, ListedSource]) -> Listing:
    tracks = tuple(
        replace(
            track,
            items=tuple(
                replace(item, source=moved.get(item.source, item.source)) if isinstance(item, ListedClip) else item
                for item in track.items
            ),
        )
        for track in listing.tracks
    )
    return replace(listing, tracks=tracks)


def _member(path: PurePath | None, inside: Path) -> str | None:
    """The name in the bundle of a path below it; None for others. Never one that leads out of a folder."""
    if path is None or not path.is_relative_to(inside):
        return None
    name = path.relative_to(inside).as_posix()
    return name if name.startswith(_MEDIA) and ".." not in PurePosixPath(name).parts else None


def _extract(bundle: zipfile.ZipFile, name: str, place: Path) -> None:
    info = bundle.getinfo(name)
    if place.is_file() and place.stat().st_size == info.file_size:
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_name(f".{place.name}.{os.getpid()}.part")
    try:
        with bundle.open(info) as source, part.open("wb") as target:
            shutil.copyfileobj(source, target, 1 << 20)
        part.replace(place)
    finally:
        part.unlink(missing_ok=True)


def _new_member(source: ListedSource, taken: set[str]) -> str:
    stem, dot, suffix = source.name.rpartition(".")
    stem, end = (stem, f"{dot}{suffix}") if stem else (source.name, "")
    name, number = f"{_MEDIA}{stem}{end}", 2
    while name in taken:
        name, number = f"{_MEDIA}{stem}_{number}{end}", number + 1
    taken.add(name)
    return name


def _inside(fill: Fill, name: str) -> Fill:
    """Bundles hold no image sequences, so the clip names its movie alone."""
    source = replace(fill.clip.source, path=PurePosixPath(name))
    return replace(fill, clip=replace(fill.clip, source=source, sequence=None))


def _write_bundle(path: Path, text: str, media: list[tuple[str, Path]], old: zipfile.ZipFile | None) -> None:
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as bundle:
                bundle.writestr(_CONTENT, text.encode("utf-8"), zipfile.ZIP_DEFLATED)
                if old is None:
                    bundle.writestr(_VERSION, "1.0.0")
                for info in [i for i in old.infolist() if i.filename != _CONTENT] if old is not None else []:
                    assert old is not None
                    with old.open(info) as source, bundle.open(info, "w", force_zip64=True) as target:
                        shutil.copyfileobj(source, target, 1 << 20)
                for name, place in media:
                    bundle.write(place, name)
            _flush(file)
        os.replace(part, path)
    except OSError as error:
        raise OutputError(f"{path} could not be written: {error.strerror or error}. {advice(error)}") from error
    finally:
        part.unlink(missing_ok=True)


def _flush(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())
