"""A timeline ↔ its JSON document.

Media stand once, in a table. Paths inside the project's folder are relative to it, others absolute. Guidance has the
shape of a guidance file. What cannot be read is left out with a note (a clip leaves a placeholder of its length), so
that one bad entry never costs the rest.
"""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath
from typing import Any

from mpd_studio.core.errors import GuidanceError, ProjectError
from mpd_studio.core.gap_motion import GapMotion
from mpd_studio.core.geometry import Size
from mpd_studio.core.guidance import Guidance, scale_guidance
from mpd_studio.core.guidance_file import decode_guidance, encode_guidance
from mpd_studio.core.inbetween import InbetweenRequest
from mpd_studio.core.json_values import decode_value, encode_value
from mpd_studio.core.media_ref import MediaRef
from mpd_studio.core.timeline import Clip, Foreign, Gap, Item, Take, Timeline, Track, UnplacedTake

FORMAT = "mpd-studio project"

_ITEM_KINDS: dict[str, type] = {"clip": Clip, "gap": Gap, "foreign": Foreign}
_Kinds = dict[type, Any]


@dataclass(frozen=True, slots=True)
class OpenedProject:
    """notes: what could not be read, in the user's words; empty when all is well."""

    timeline: Timeline
    notes: tuple[str, ...] = ()


def encode(timeline: Timeline, version: int, base: Path) -> dict[str, Any]:
    """base: the project's folder."""
    writer = _Writer(Path(os.path.abspath(base)))
    kinds = writer.kinds(timeline.canvas)
    body = encode_value(replace(timeline, tracks=()), kinds)
    body["tracks"] = [
        {"name": track.name, "items": [_encode_item(item, kinds) for item in track.items]} for track in timeline.tracks
    ]
    return {"format": FORMAT, "version": version, "media": writer.media_docs(), "timeline": body}


def decode(doc: dict[str, Any], base: Path) -> OpenedProject:
    """Raises: ProjectError: not even the timeline's own facts (rate, canvas) can be read."""
    reader = _Reader(Path(os.path.abspath(base)))
    reader.read_media(doc.get("media"))
    body = doc.get("timeline") or {}
    if not isinstance(body, dict):
        raise ProjectError("The project is damaged: its timeline is no timeline.")
    body = dict(body)
    tracks = body.pop("tracks", None)
    unplaced = body.pop("unplaced", [])
    bin_keys = body.pop("media", [])
    try:
        timeline = decode_value(Timeline, body, reader.kinds(Size(1, 1)))
    except ValueError as error:
        raise ProjectError(f"The project is damaged: {error}.") from error
    if not 0 < timeline.rate <= 1000:
        raise ProjectError(f"The project is damaged: {timeline.rate} frames per second is no rate.")
    kinds = reader.kinds(timeline.canvas)
    timeline = replace(
        timeline,
        tracks=tuple(reader.track(entry, kinds) for entry in tracks) if isinstance(tracks, list) else (Track("V1"),),
        media=tuple(reader.table[key] for key in _list(bin_keys) if isinstance(key, str) and key in reader.table),
        unplaced=reader.each("an unplaced take", unplaced, lambda entry: decode_value(UnplacedTake, entry, kinds)),
    )
    return OpenedProject(timeline, tuple(reader.notes))


class _Writer:
    def __init__(self, base: Path) -> None:
        self._base = base
        self._table: dict[MediaRef, str] = {}

    def kinds(self, canvas: Size) -> _Kinds:
        """What is not written field by field. canvas: what positions in guidance refer to."""

        def request(value: InbetweenRequest) -> Any:
            kinds = self.kinds(value.canvas)
            del kinds[InbetweenRequest]
            return encode_value(value, kinds)

        return {
            PurePath: self._path,
            MediaRef: self._media_key,
            Guidance: lambda value: encode_guidance(value, canvas),
            InbetweenRequest: request,
        }

    def media_docs(self) -> dict[str, Any]:
        return {key: encode_value(media, {PurePath: self._path}) for media, key in self._table.items()}

    def _media_key(self, media: MediaRef) -> str:
        return self._table.setdefault(media, f"m{len(self._table) + 1}")

    def _path(self, path: PurePath) -> str:
        return path.relative_to(self._base).as_posix() if path.is_relative_to(self._base) else path.as_posix()


@dataclass(slots=True)
class _Reader:
    base: Path
    table: dict[str, MediaRef] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def kinds(self, canvas: Size) -> _Kinds:
        def request(doc: Any) -> InbetweenRequest:
            size = decode_value(Size, doc["canvas"], {})
            kinds = self.kinds(size)
            del kinds[InbetweenRequest]
            return decode_value(InbetweenRequest, doc, kinds)

        return {
            PurePath: self._path,
            MediaRef: self._media,
            Guidance: lambda doc: _guidance(doc, canvas),
            InbetweenRequest: request,
        }

    def read_media(self, docs: Any) -> None:
        for key, doc in docs.items() if isinstance(docs, dict) else ():
            try:
                self.table[key] = decode_value(MediaRef, doc, {PurePath: self._path})
            except (ValueError, TypeError) as error:
                self.notes.append(f"A media entry ({key}) could not be read: {error}.")

    def track(self, doc: Any, kinds: _Kinds) -> Track:
        if not isinstance(doc, dict):
            self.notes.append("A track could not be read.")
            return Track("?")
        items = tuple(item for entry in _list(doc.get("items")) if (item := self._item(entry, kinds)))
        return Track(str(doc.get("name", "V")), items)

    def each(self, what: str, docs: Any, read: Any) -> tuple[Any, ...]:
        values = []
        for doc in docs if isinstance(docs, list) else ():
            try:
                values.append(read(doc))
            except (ValueError, TypeError, KeyError, GuidanceError) as error:
                self.notes.append(f"{what[:1].upper()}{what[1:]} could not be read and was left out: {error}.")
        return tuple(values)

    def _item(self, doc: Any, kinds: _Kinds) -> Item | None:
        try:
            return decode_value(_ITEM_KINDS[doc["kind"]], doc, kinds)
        except (ValueError, TypeError, KeyError, GuidanceError) as error:
            return self._rescued(doc, kinds, str(error))

    def _rescued(self, doc: Any, kinds: _Kinds, problem: str) -> Item | None:
        """As much as can be saved of a damaged item; its length keeps everything after it in place."""
        if isinstance(doc, dict) and doc.get("kind") == "gap" and isinstance(doc.get("length"), int):
            with contextlib.suppress(ValueError):
                return self._bare_gap(doc, kinds)
        used = doc.get("source_range") if isinstance(doc, dict) else None
        length = used.get("length") if isinstance(used, dict) else doc.get("length") if isinstance(doc, dict) else None
        if not isinstance(length, int) or isinstance(length, bool) or length < 1:
            self.notes.append(f"An item of a track could not be read and was left out: {problem}.")
            return None
        self.notes.append(f"A clip of {length} frames could not be read; a placeholder keeps its place: {problem}.")
        return Foreign(length, "unreadable clip", json.dumps(doc, ensure_ascii=False))

    def _bare_gap(self, doc: dict[str, Any], kinds: _Kinds) -> Gap:
        """A gap with what can be read of its takes, motions and drawings. Raises: ValueError: not even the gap can."""
        gap = decode_value(Gap, {key: doc[key] for key in ("kind", "id", "length", "chosen") if key in doc}, kinds)
        takes = self.each("a take", doc.get("takes"), lambda entry: decode_value(Take, entry, kinds))
        motions = self.each("a gap's motion", doc.get("motions"), lambda entry: decode_value(GapMotion, entry, kinds))
        guidance = self.each("a gap's guidance", [doc.get("guidance")], kinds[Guidance])
        return replace(gap, takes=takes, motions=motions, guidance=guidance[0] if guidance else Guidance())

    def _media(self, key: Any) -> MediaRef:
        if not isinstance(key, str) or key not in self.table:
            raise ValueError(f"its media entry {key!r} is missing")
        return self.table[key]

    def _path(self, text: Any) -> PurePath:
        if not isinstance(text, str) or "\0" in text:
            raise ValueError("a path is no text")
        path = PurePath(text)
        return path if path.is_absolute() else PurePath(os.path.normpath(self.base / path))


def _list(doc: Any) -> list[Any]:
    return doc if isinstance(doc, list) else []


def _encode_item(item: Item, kinds: _Kinds) -> dict[str, Any]:
    return {"kind": type(item).__name__.lower(), **encode_value(item, kinds)}


def _guidance(doc: Any, canvas: Size) -> Guidance:
    guidance, size = decode_guidance(doc)
    return scale_guidance(guidance, size, canvas)
