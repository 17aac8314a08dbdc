"""Parts of an OpenTimelineIO document whose schema the library does not know, and would refuse the whole file for.

They are replaced, in a copy that only the reading sees, by parts that it knows: the file itself keeps them as they are.
"""

from __future__ import annotations

from typing import Any

UNKNOWN = "unknown_schema"


def without_unknown(document: Any, known: dict[str, int]) -> Any:
    """A copy of the document that the library reads. known: schemas by name."""
    if isinstance(document, dict):
        copy = {key: value if key == "metadata" else without_unknown(value, known) for key, value in document.items()}
        for key, stand_in in (("effects", _effect), ("children", _child)):
            if isinstance(copy.get(key), list):
                copy[key] = [stand_in(part) if _is_unknown(part, known) else part for part in copy[key]]
        if isinstance(copy.get("markers"), list):
            copy["markers"] = [part for part in copy["markers"] if not _is_unknown(part, known)]
        if _is_unknown(copy.get("media_reference"), known):
            copy["media_reference"] = {"OTIO_SCHEMA": "MissingReference.1"}
        if isinstance(copy.get("media_references"), dict):
            copy["media_references"] = {
                key: {"OTIO_SCHEMA": "MissingReference.1"} if _is_unknown(part, known) else part
                for key, part in copy["media_references"].items()
            }
        return copy
    if isinstance(document, list):
        return [without_unknown(part, known) for part in document]
    return document


def _is_unknown(part: Any, known: dict[str, int]) -> bool:
    return isinstance(part, dict) and str(part.get("OTIO_SCHEMA", "")).rpartition(".")[0] not in known


def _effect(part: dict[str, Any]) -> dict[str, Any]:
    return {"OTIO_SCHEMA": "Effect.1", "name": "", "effect_name": str(part.get("effect_name", "")), "metadata": {}}


def _child(part: dict[str, Any]) -> dict[str, Any]:
    """Something that lasts as long, when it says how long that is."""
    return {
        "OTIO_SCHEMA": "Stack.1",
        "name": str(part.get("name") or part.get("OTIO_SCHEMA", "item")),
        "source_range": part.get("source_range"),
        "children": [],
        "metadata": {"mpd_studio": {UNKNOWN: str(part.get("OTIO_SCHEMA", ""))}},
    }
