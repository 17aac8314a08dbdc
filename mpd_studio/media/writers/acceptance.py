"""Which pictures a format takes as they are. Narrowing, dropping and stretching are refused, never done silently."""

from __future__ import annotations

import numpy as np

from mpd_studio.core.errors import OutputError, UnsupportedRequest
from mpd_studio.core.exchange import ExporterInfo
from mpd_studio.core.picture import Picture

_WIDE = "PNG 16 bit (png16), TIFF 16 bit (tiff16) or FFV1 (ffv1)"
_WITH_ALPHA = "PNG (png, png16), TIFF (tiff16), EXR (exr), ProRes 4444 (prores4444) or FFV1 (ffv1)"


def check_picture(picture: Picture, info: ExporterInfo) -> None:
    """Whether the format can hold this picture.

    Movies with fewer bits than the picture narrow by their nature and say so in their title; lossless ones do not.

    Raises:
        UnsupportedRequest: it would lose depth, range or transparency; the message names formats that keep them.
    """
    kind = picture.pixels.dtype
    if picture.pixels.shape[2] > 4:
        raise UnsupportedRequest(f"{info.title} cannot hold {picture.pixels.shape[2]} channels; write RGB or RGBA.")
    if kind.kind == "f" and not info.is_float:
        raise UnsupportedRequest(f"{info.title} cannot hold floating-point pictures without loss. Choose EXR (exr).")
    if kind.kind != "f" and info.is_float:
        raise UnsupportedRequest(
            f"{info.title} holds linear light, these pictures are coded in {picture.bit_depth} bits. Choose {_WIDE}."
        )
    if kind == np.uint16 and info.bit_depth <= 8 and not info.is_movie:
        raise UnsupportedRequest(
            f"{info.title} would cut these {picture.bit_depth}-bit pictures to 8 bits. Choose {_WIDE}."
        )
    if picture.has_alpha and not info.alpha and not is_opaque(picture):
        raise UnsupportedRequest(f"{info.title} cannot hold transparency. Choose {_WITH_ALPHA}.")


def check_alike(picture: Picture, first: Picture, number: int) -> None:
    """Raises: OutputError: a picture differs from the first one in size, type or channels."""
    if picture.pixels.shape != first.pixels.shape or picture.pixels.dtype != first.pixels.dtype:
        raise OutputError(
            f"Picture {number} is {picture.size}, {picture.pixels.dtype} with {picture.pixels.shape[2]} channels, the "
            f"first one is {first.size}, {first.pixels.dtype} with {first.pixels.shape[2]}. All must be alike."
        )


def is_opaque(picture: Picture) -> bool:
    top = 1 if picture.pixels.dtype.kind == "f" else np.iinfo(picture.pixels.dtype).max
    return bool((picture.pixels[:, :, 3] >= top).all()) if picture.has_alpha else True
