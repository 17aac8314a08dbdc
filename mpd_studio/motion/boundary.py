"""What two boundary pictures must have in common before an engine can begin."""

from __future__ import annotations

from mpd_studio.core.engine import BoundaryPictures
from mpd_studio.core.errors import UnsupportedRequest
from mpd_studio.core.inbetween import InbetweenRequest

SMALLEST_SIDE_PX = 8


def check_boundary(request: InbetweenRequest, pictures: BoundaryPictures, smallest_side_px: int = 1) -> None:
    """Raise UnsupportedRequest when the two pictures differ in kind, or are not of the canvas size."""
    first, last = pictures.first.pixels, pictures.last.pixels
    if first.shape != last.shape or first.dtype != last.dtype:
        raise UnsupportedRequest(
            f"The boundary frames differ: the first is {_kind(first)}, the last {_kind(last)}. "
            "Bring both to one size, depth and number of channels."
        )
    if pictures.first.size != request.canvas:
        raise UnsupportedRequest(
            f"The boundary frames are {pictures.first.size}, but new frames of {request.canvas} are asked for."
        )
    if min(first.shape[:2]) < smallest_side_px:
        raise UnsupportedRequest(
            f"A picture of {pictures.first.size} is too small for this engine; "
            f"it needs at least {smallest_side_px} pixels each way."
        )


def _kind(pixels) -> str:
    height, width, channels = pixels.shape
    return f"{width} × {height}, {channels} channels, {pixels.dtype}"
