"""Guidance as JSON, in a file of its own or inside a project.

Version 1: {"version", "size": [w, h], "ease", "paths": [{"id"?, "points": [{"t", "x", "y"}], "easing", "radius",
"region"}], "regions": [{"id", "on", "mode", "polygon" | "strokes" | "mask", "feather", "follows": path index}],
"depth_order"?: [path index]}. Positions are in pixels of `size`; times are fractions of the gap.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mpd_studio.core.errors import GuidanceError
from mpd_studio.core.geometry import Point, Size
from mpd_studio.core.guidance import (
    LINEAR,
    Boundary,
    Easing,
    EasingKind,
    Guidance,
    MaskRef,
    MotionPath,
    MotionRegion,
    PathPoint,
    RegionMode,
    Stroke,
    scale_guidance,
)
from mpd_studio.core.ids import PathId, RegionId

VERSION = 1
_MAX_BYTES = 50_000_000
_MAX_PX = 1_000_000.0  # ten times beyond the largest canvas; larger numbers only overflow somewhere
_MIN_PX = 0.01


def read_guidance(path: Path, canvas: Size) -> Guidance:
    """Read a guidance file and fit it to the canvas. A mask's path is relative to the file.

    Raises:
        GuidanceError: missing, not JSON, of a newer version, or malformed; the message names the place.
    """
    try:
        if path.exists() and not path.is_file():
            raise GuidanceError(f"{path} is not a file. Name a guidance file (.json).")
        if path.stat().st_size > _MAX_BYTES:
            raise GuidanceError(f"{path} is too large for a guidance file.")
        doc = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise GuidanceError(f"The guidance file {path} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise GuidanceError(f"{path} is not a JSON file ({error}).") from error
    guidance, size = decode_guidance(doc, path.parent)
    return scale_guidance(guidance, size, canvas)


def encode_guidance(guidance: Guidance, size: Size) -> dict[str, Any]:
    order = [path.id for path in guidance.paths]
    doc: dict[str, Any] = {
        "version": VERSION,
        "size": [size.width, size.height],
        "ease": _encode_easing(guidance.ease),
        "paths": [_encode_path(path) for path in guidance.paths],
        "regions": [_encode_region(region, order) for region in guidance.regions],
    }
    if guidance.depth_order:
        doc["depth_order"] = [order.index(path_id) for path_id in guidance.depth_order if path_id in order]
    return doc


def decode_guidance(doc: Any, folder: Path | None = None) -> tuple[Guidance, Size]:
    """The guidance and the size its positions refer to.

    folder: where relative mask paths begin; None leaves them as they are.

    Raises:
        GuidanceError: the message names the place.
    """
    where = "guidance"
    try:
        version = doc["version"]
        if version != VERSION:
            raise GuidanceError(f"The guidance has version {version}; this program knows version {VERSION}. Update it.")
        size = _size(doc["size"])
        ease = _decode_easing(doc.get("ease", "linear"))
        paths = []
        for index, entry in enumerate(doc.get("paths", [])):
            where = f"path {index + 1}"
            paths.append(_decode_path(entry, index))
        ids = [path.id for path in paths]
        regions = []
        for index, entry in enumerate(doc.get("regions", [])):
            where = f"region {index + 1}"
            regions.append(_decode_region(entry, ids, folder))
        where = "guidance"
        depth = tuple(ids[_index(number, ids)] for number in doc.get("depth_order", []))
        return Guidance(tuple(paths), tuple(regions), ease, depth), size
    except GuidanceError:
        raise
    except KeyError as error:
        raise GuidanceError(f"The {where} lacks {error}.") from error
    except (TypeError, ValueError, AttributeError, IndexError, OverflowError) as error:
        raise GuidanceError(f"The {where} is malformed: {error}") from error


def _encode_easing(easing: Easing) -> str | list[list[float]]:
    return [list(pair) for pair in easing.curve] if easing.kind is EasingKind.CURVE else easing.kind.value


def _decode_easing(doc: Any) -> Easing:
    if doc is None:
        return LINEAR
    if isinstance(doc, str):
        if doc == EasingKind.CURVE.value or doc not in [kind.value for kind in EasingKind]:
            raise ValueError(f"'{doc}' is no easing; use linear, in, out, in-out, hold, or a list of [t, u] pairs.")
        return Easing(EasingKind(doc))
    return Easing(EasingKind.CURVE, tuple((_real(t), _real(u)) for t, u in doc))


def _encode_path(path: MotionPath) -> dict[str, Any]:
    return {
        "id": path.id,
        "points": [{"t": p.time, "x": p.position.x, "y": p.position.y} for p in path.points],
        "easing": _encode_easing(path.easing),
        "radius": path.radius,
        "region": path.region,
    }


def _decode_path(doc: Any, index: int) -> MotionPath:
    points = tuple(PathPoint(_real(p["t"]), Point(_real(p["x"]), _real(p["y"]))) for p in doc["points"])
    region = doc.get("region")
    return MotionPath(
        PathId(_text(doc.get("id", f"path-{index + 1}"))),
        points,
        _decode_easing(doc.get("easing")),
        _length(doc.get("radius", 60.0), "radius"),
        None if region is None else RegionId(_text(region)),
    )


def _encode_region(region: MotionRegion, order: list[PathId]) -> dict[str, Any]:
    doc: dict[str, Any] = {
        "id": region.id,
        "on": region.on.value,
        "mode": region.mode.value,
        "polygon": [[p.x, p.y] for p in region.outline] or None,
        "mask": region.mask.path if region.mask else None,
        "feather": region.feather,
        "follows": order.index(region.follows) if region.follows is not None else None,
    }
    if region.strokes:
        doc["strokes"] = [
            {"points": [[p.x, p.y] for p in s.points], "width": s.width, "softness": s.softness} for s in region.strokes
        ]
    return doc


def _decode_region(doc: Any, path_ids: list[PathId], folder: Path | None) -> MotionRegion:
    mask = doc.get("mask")
    if mask is not None and folder is not None:
        mask = str(folder / _text(mask))
    follows = doc.get("follows")
    return MotionRegion(
        RegionId(_text(doc["id"])),
        Boundary(doc.get("on", "first")),
        RegionMode(doc.get("mode", "moves")),
        _points(doc.get("polygon") or []),
        tuple(
            Stroke(_points(s["points"]), _length(s["width"], "width"), _real(s.get("softness", 0.0)))
            for s in doc.get("strokes") or []
        ),
        None if mask is None else MaskRef(_text(mask)),
        _real(doc.get("feather", 4.0)),
        None if follows is None else path_ids[_index(follows, path_ids)],
    )


def _points(doc: Any) -> tuple[Point, ...]:
    return tuple(Point(_real(x), _real(y)) for x, y in doc)


def _index(doc: Any, ids: list[PathId]) -> int:
    if _whole(doc) not in range(len(ids)):
        raise ValueError(f"there is no path number {doc}; the first is 0.")
    return doc


def _size(doc: Any) -> Size:
    if not isinstance(doc, list) or len(doc) != 2:
        raise ValueError(f"size: expected [width, height], found {doc!r:.80}")
    width, height = (_whole(number) for number in doc)
    if max(width, height) > _MAX_PX:
        raise ValueError(f"size: at most {_MAX_PX:.0f} a side")
    return Size(width, height)


def _real(doc: Any) -> float:
    if isinstance(doc, bool) or not isinstance(doc, (int, float)):
        raise ValueError(f"expected a number, found {doc!r:.80}")
    if not abs(doc) <= _MAX_PX:  # also catches NaN
        raise ValueError(f"expected a finite number of at most {_MAX_PX:.0f}, found {doc!r:.80}")
    return float(doc)


def _length(doc: Any, what: str) -> float:
    if not _real(doc) >= _MIN_PX:
        raise ValueError(f"a {what} is at least {_MIN_PX} pixels, found {doc!r:.80}")
    return float(doc)


def _whole(doc: Any) -> int:
    if isinstance(doc, bool) or not isinstance(doc, int):
        raise ValueError(f"expected a whole number, found {doc!r}")
    return doc


def _text(doc: Any) -> str:
    if not isinstance(doc, str) or not doc or "\0" in doc:
        raise ValueError(f"expected a text, found {doc!r:.80}")
    return doc
