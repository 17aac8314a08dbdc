"""Bring the two boundary frames to one size, depth, channel count and set of colour tags, or say why that is wrong.

A size of the same shape is scaled to the canvas; another shape is refused, for cropping is the editor's decision.
Integer depths rise to the higher one (8-bit v becomes 257·v of 65535); a missing alpha becomes opaque. Integer and
float pictures, or other primaries or transfer, are refused: the same number would mean another light.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mpd_studio.core.errors import BadInput
from mpd_studio.core.geometry import Size
from mpd_studio.core.inbetween import InbetweenRequest
from mpd_studio.core.media_ref import MediaRef
from mpd_studio.core.picture import Picture

_SHAPE_TOLERANCE = 0.005


def fit_problem(first: MediaRef, last: MediaRef, canvas: Size) -> str | None:
    """Why these two cannot be the ends of one gap; None when they can. Looks at the files' facts only."""
    for media in (first, last):
        if not _same_shape(media.size, canvas):
            return (
                f"{media.name} is {media.size}, but the frames are to be {canvas}. "
                "Crop or pad it to the same shape first."
            )
    if first.is_float != last.is_float:
        return f"{first.name} and {last.name} differ: one holds float values, the other integers. Convert one of them."
    for what in ("primaries", "transfer"):
        a, b = getattr(first.color, what), getattr(last.color, what)
        stated = what not in first.assumed and what not in last.assumed
        if a != b and stated:
            return f"{first.name} has {what} {a}, {last.name} has {b}. Convert one of them, so that colours match."
    return None


def fit_notes(first: MediaRef, last: MediaRef, canvas: Size) -> tuple[str, ...]:
    """What fitting changes, in words for the contract sheet; empty when both ends are used as they are."""
    notes = [f"{m.name} is scaled from {m.size} to {canvas}" for m in (first, last) if m.size != canvas]
    if first.bit_depth != last.bit_depth:
        notes.append(f"depths differ ({first.bit_depth} and {last.bit_depth} bit): the higher one is used")
    if first.alpha != last.alpha:
        notes.append("only one end has alpha: the other is taken as opaque")
    if first.color != last.color:
        notes.append(f"colour tags differ: those of {first.name} are written")
    return tuple(notes)


def fit(request: InbetweenRequest, first: Picture, last: Picture) -> tuple[Picture, Picture]:
    """Both pictures at the canvas size, in one dtype, with one channel count and the first one's tags.

    Raises:
        BadInput: they cannot be brought together; the message says why.
    """
    problem = fit_problem(request.first.media, request.last.media, request.canvas)
    if problem:
        raise BadInput(problem)
    floats = [np.issubdtype(p.pixels.dtype, np.floating) for p in (first, last)]
    if floats[0] != floats[1]:
        raise BadInput("One end holds float values, the other integers. Convert one of them.")
    dtype = np.promote_types(first.pixels.dtype, last.pixels.dtype)
    channels = max(first.pixels.shape[2], last.pixels.shape[2])
    depth = max(first.bit_depth, last.bit_depth)
    fitted = []
    for picture in (first, last):
        pixels = _resized(_deepened(picture.pixels, dtype), request.canvas)
        fitted.append(replace(picture, pixels=_widened(pixels, channels), color=first.color, bit_depth=depth))
    return fitted[0], fitted[1]


def _same_shape(size: Size, canvas: Size) -> bool:
    if size == canvas:
        return True
    return abs(size.width * canvas.height / (size.height * canvas.width) - 1) <= _SHAPE_TOLERANCE


def _deepened(pixels: np.ndarray, dtype: np.dtype) -> np.ndarray:
    if pixels.dtype == dtype:
        return pixels
    if pixels.dtype == np.uint8 and dtype == np.uint16:
        return pixels.astype(np.uint16) * np.uint16(257)
    return pixels.astype(dtype)


def _widened(pixels: np.ndarray, channels: int) -> np.ndarray:
    if pixels.shape[2] == channels:
        return pixels
    if channels != 4:
        raise BadInput("One end has extra channels that the other lacks. Give both the same channels.")
    opaque = 1.0 if np.issubdtype(pixels.dtype, np.floating) else np.iinfo(pixels.dtype).max
    alpha = np.full((*pixels.shape[:2], 1), opaque, pixels.dtype)
    return np.concatenate([pixels, alpha], axis=2)


def _resized(pixels: np.ndarray, canvas: Size) -> np.ndarray:
    if pixels.shape[:2] == (canvas.height, canvas.width):
        return pixels
    import cv2

    shrinking = pixels.shape[1] > canvas.width
    working = pixels.astype(np.float32)
    method = cv2.INTER_AREA if shrinking else cv2.INTER_CUBIC
    resized = cv2.resize(working, (canvas.width, canvas.height), interpolation=method)
    if np.issubdtype(pixels.dtype, np.floating):
        return resized.astype(pixels.dtype)
    return np.clip(np.rint(resized), 0, np.iinfo(pixels.dtype).max).astype(pixels.dtype)
