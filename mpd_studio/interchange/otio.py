"""OpenTimelineIO files (.otio): the library reads them; gaps are filled in the file's own text, which else stays."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mpd_studio.core.atomic_file import write_atomically
from mpd_studio.core.errors import TimelineError
from mpd_studio.core.frames import FrameRate
from mpd_studio.interchange.json_places import Path as Way
from mpd_studio.interchange.json_places import places, strings_named
from mpd_studio.interchange.listing import Fill, Listing, OpenedTimeline, check_fills
from mpd_studio.interchange.media_urls import is_relative_place, path_of_url
from mpd_studio.interchange.otio_objects import OtioWriter
from mpd_studio.interchange.otio_reading import OtioReader, Space
from mpd_studio.interchange.otio_unknown import without_unknown
from mpd_studio.interchange.source_text import read_bytes

FORMAT_ID = "otio"
_LIBRARY_TYPE = re.compile(r"N14opentimelineio\S*?\d+([A-Z]\w*?)E(?=\W|$)")  # how it names its own classes
_PLACES = ("target_url", "target_url_base")


@dataclass(frozen=True, slots=True)
class _Document:
    """versions: the lowest version of each schema in the file, so that a new clip is not newer than the rest."""

    text: str
    spaces: dict[tuple[int, int, int], Space]
    rate_number: float
    versions: dict[str, int]
    has_urls: bool


def read(path: Path, rate: FrameRate | None = None) -> OpenedTimeline:
    """The timeline of a file, or the first one of a collection. rate: not needed, the file says it.

    Raises:
        TimelineError: it cannot be read, or has schemas newer than the library.
    """
    del rate
    return opened_from(path, read_bytes(path))


def opened_from(path: Path, data: bytes) -> OpenedTimeline:
    """As read(), from the bytes of the file. path: what relative media are relative to, and what messages name."""
    try:
        text = data.decode("utf-8")
        doc = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        where = f" ({error})" if isinstance(error, json.JSONDecodeError) else ""
        raise TimelineError(f"{path.name} is damaged or truncated{where}. Export it again from the editor.") from error
    if not isinstance(doc, dict) or "OTIO_SCHEMA" not in doc:
        raise TimelineError(f"{path.name} is no OpenTimelineIO file: it names no OTIO_SCHEMA.")
    versions = _checked_versions(doc, path.name)
    timeline, way, count = _timeline(_library_objects(doc, path.name), path.name)
    reader = OtioReader(path, timeline, way)
    listing = reader.listing()
    notes = (f"{path.name} holds {count} timelines; the first, {listing.name}, was opened.",) if count > 1 else ()
    has_urls = any(str(value).lower().startswith("file:") for value in _values_named(doc, "target_url"))
    document = _Document(text, reader.spaces, reader.rate_number, versions, has_urls)
    return OpenedTimeline(path, FORMAT_ID, listing, document, notes)


def write_filled(opened: OpenedTimeline, fills: tuple[Fill, ...], path: Path) -> tuple[str, ...]:
    """The original text with a clip object in place of each gap object.

    Raises:
        TimelineError: a fill has no gap of its own. OutputError: the file system refuses.
    """
    write_atomically(path, filled_text(opened, fills, path.parent).encode("utf-8"))
    return ()


def filled_text(opened: OpenedTimeline, fills: tuple[Fill, ...], folder: Path) -> str:
    """folder: where it will stand; from another one, relative places of media become absolute."""
    document = opened.document
    assert isinstance(document, _Document)
    check_fills(opened.listing, fills)
    text = document.text
    found = places(text)
    writer = OtioWriter(opened.listing, document.rate_number, document.versions, as_urls=document.has_urls)
    edits: list[tuple[int, int, str]] = []
    for fill in fills:
        space = document.spaces.get((fill.track, fill.start, fill.clip.length))
        if space is None:
            raise TimelineError(
                f"The gap at frame {fill.start} of track {fill.track + 1} is not one of its own in {opened.path.name}; "
                "a transition reaches into it. Remove the transition in the editor."
            )
        start, stop = found[*space.children, space.first][0], found[*space.children, space.last][1]
        edits.append((start, stop, writer.clip_text(fill.clip, _indent(text, start))))
    if folder.absolute() != opened.path.parent.absolute():
        edits += _moved(text, found, opened.path.parent)
    return _edited(text, edits)


def write(listing: Listing, path: Path) -> tuple[str, ...]:
    """A new file, shaped as DaVinci Resolve reads it. Returns: what could not be held (nothing but foreign items).

    Raises:
        OutputError: the file system refuses.
    """
    writer = OtioWriter(listing, float(listing.rate), {}, as_urls=False)
    write_atomically(path, writer.document_text().encode("utf-8"))
    return writer.notes


def _checked_versions(doc: dict[str, Any], name: str) -> dict[str, int]:
    """The lowest version of each schema used.

    Raises:
        TimelineError: one is newer than this library knows; named with both versions.
    """
    import opentimelineio as otio

    known = otio.core.type_version_map()
    lowest: dict[str, int] = {}
    newer: dict[str, int] = {}
    for schema in _values_named(doc, "OTIO_SCHEMA"):
        title, _, number = str(schema).rpartition(".")
        if not number.isdigit() or len(number) > 6:
            continue
        lowest[title] = min(int(number), lowest.get(title, int(number)))
        if title in known and int(number) > known[title]:
            newer[title] = max(int(number), newer.get(title, 0))
    if newer:
        named = ", ".join(f"{title}.{number} (known here: {title}.{known[title]})" for title, number in newer.items())
        raise TimelineError(
            f"{name} was written by a newer OpenTimelineIO: it holds {named}, and version {otio.__version__} does not "
            "read that. Export it for an older version, or update OpenTimelineIO."
        )
    return lowest


def _values_named(doc: Any, key: str) -> Iterator[Any]:
    waiting = [doc]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            if key in part:
                yield part[key]
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)


def _library_objects(doc: dict[str, Any], name: str) -> Any:
    import opentimelineio as otio

    try:
        text = json.dumps(without_unknown(doc, otio.core.type_version_map()))
        return otio.core.deserialize_json_from_string(text)
    except (otio.exceptions.OTIOError, ValueError, TypeError, KeyError) as error:
        said = _LIBRARY_TYPE.sub(r"\1", str(error)).strip("'\"")
        raise TimelineError(f"OpenTimelineIO cannot read {name}: {said}. Export it again from the editor.") from error


def _timeline(root: Any, name: str) -> tuple[Any, Way, int]:
    """(the timeline, the way to it, how many there are)."""
    import opentimelineio as otio

    if isinstance(root, otio.schema.Timeline):
        return root, (), 1
    if isinstance(root, otio.schema.SerializableCollection):
        found = [(i, child) for i, child in enumerate(root) if isinstance(child, otio.schema.Timeline)]
        if found:
            return found[0][1], ("children", found[0][0]), len(found)
    kind = root.schema_name() if hasattr(root, "schema_name") else type(root).__name__
    raise TimelineError(f"{name} holds a {kind} and no timeline. Export a timeline from the editor.")


def _moved(text: str, found: dict[Way, tuple[int, int]], folder: Path) -> Iterator[tuple[int, int, str]]:
    for key in _PLACES:
        for start, stop in strings_named(found, key):
            value = json.loads(text[start:stop])
            if isinstance(value, str) and is_relative_place(value):
                path = path_of_url(value, folder)
                if path is not None:
                    yield start, stop, json.dumps(path.as_posix(), ensure_ascii=False)


def _indent(text: str, start: int) -> str:
    line = text[text.rfind("\n", 0, start) + 1 : start]
    return line if not line.strip() else ""


def _edited(text: str, edits: list[tuple[int, int, str]]) -> str:
    parts: list[str] = []
    position = 0
    for start, stop, new in sorted(edits):
        parts += [text[position:start], new]
        position = stop
    return "".join([*parts, text[position:]])
