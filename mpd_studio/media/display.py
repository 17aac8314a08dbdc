"""Any picture as 8-bit RGB for showing. Never for writing: it narrows, clips and flattens."""

from __future__ import annotations

import numpy as np

from mpd_studio.core.picture import Picture

_SQUARE_PX = 8
_LIGHT, _DARK = 153, 102


def display(picture: Picture, *, on_checker: bool = True) -> np.ndarray:
    """(h, w, 3) uint8 RGB, possibly read-only and sharing memory with the picture.

    Linear floats get the sRGB curve and are clipped to 0..1; other transfers are shown as they are coded. Transparent
    pictures lie on a checkerboard, or on black.
    """
    import cv2

    pixels = picture.pixels
    if pixels.dtype == np.uint8:
        shown = pixels[:, :, :3]
    elif pixels.dtype == np.uint16:
        shown = cv2.convertScaleAbs(np.ascontiguousarray(pixels[:, :, :3]), alpha=1 / 257)
    else:
        shown = _from_float(pixels[:, :, :3], is_linear=picture.color.transfer == "linear")
    if not picture.has_alpha:
        return shown
    return _flattened(shown, pixels[:, :, 3], on_checker)


def _from_float(values: np.ndarray, *, is_linear: bool) -> np.ndarray:
    clipped = np.clip(np.nan_to_num(values.astype(np.float32), nan=0.0, posinf=1.0, neginf=0.0), 0.0, 1.0)
    if is_linear:  # IEC 61966-2-1
        curved = 1.055 * np.power(clipped, 1 / 2.4) - 0.055
        clipped = np.where(clipped <= 0.0031308, clipped * 12.92, curved)
    return np.rint(clipped * 255).astype(np.uint8)


def _flattened(shown: np.ndarray, alpha: np.ndarray, on_checker: bool) -> np.ndarray:
    top = 1.0 if alpha.dtype.kind == "f" else float(np.iinfo(alpha.dtype).max)
    cover = np.clip(np.nan_to_num(alpha.astype(np.float32) / top), 0.0, 1.0)[:, :, None]
    back = _checkerboard(*shown.shape[:2])[:, :, None] if on_checker else np.float32(0)
    return np.rint(shown * cover + back * (1 - cover)).astype(np.uint8)


def _checkerboard(height: int, width: int) -> np.ndarray:
    rows, columns = np.arange(height)[:, None] // _SQUARE_PX, np.arange(width)[None, :] // _SQUARE_PX
    return np.where((rows + columns) % 2 == 0, np.float32(_LIGHT), np.float32(_DARK))
