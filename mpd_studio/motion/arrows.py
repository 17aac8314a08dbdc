"""Motion as arrows on a grid: each is the middle of the motion around its foot."""

from __future__ import annotations

import numpy as np


def motion_arrows(flow: np.ndarray, spacing: int) -> np.ndarray:
    """Arrows, one per square of `spacing` pixels that lies whole inside and has any known motion.

    flow: (h, w, 2) float in pixels, NaN where not known.
    Returns: (arrows, 4) float32 canvas points: foot x, y and tip x, y; the centre of the first pixel is (0.5, 0.5).
    Raises: ValueError: a spacing below 1.
    """
    if spacing < 1:
        raise ValueError(f"Arrows stand 1 pixel apart at least, not {spacing}.")
    rows, columns = flow.shape[0] // spacing, flow.shape[1] // spacing
    squares = flow[: rows * spacing, : columns * spacing].reshape(rows, spacing, columns, spacing, 2)
    squares = squares.transpose(0, 2, 1, 3, 4).reshape(rows * columns, spacing * spacing, 2)
    place = np.stack(np.meshgrid(np.arange(columns), np.arange(rows)), axis=-1).reshape(-1, 2)
    is_known = np.asarray(np.isfinite(squares).all(axis=2))  # (squares, pixels)
    has_known = np.asarray(is_known.any(axis=1))
    foot = (place[has_known] + 0.5) * spacing
    known = np.where(is_known[has_known, :, None], squares[has_known], np.nan)
    # The median: at an edge the arrow belongs to one of the two sides and does not point between them.
    middle = np.nanmedian(known, axis=1) if len(known) else np.empty((0, 2))
    return np.hstack([foot, foot + middle]).astype(np.float32)


def draw_arrows(picture: np.ndarray, flow: np.ndarray, spacing: int = 24) -> np.ndarray:
    """A copy of the picture with arrows of its motion; those shorter than half a pixel are dots.

    picture: (h, w, 3) uint8 RGB. flow: (h, w, 2), of the same size. Raises: ValueError: sizes differ.
    """
    import cv2

    if picture.shape[:2] != flow.shape[:2]:
        raise ValueError(f"A motion of {flow.shape[:2]} pixels does not lie on a picture of {picture.shape[:2]}.")
    drawn = np.ascontiguousarray(picture).copy()
    for color, width in (((0, 0, 0), 3), ((255, 255, 255), 1)):  # light on a dark rim: seen on any picture
        for left, top, x, y in motion_arrows(flow, spacing):
            foot, tip = (
                (round(float(left - 0.5)), round(float(top - 0.5))),
                (round(float(x - 0.5)), round(float(y - 0.5))),
            )
            if np.hypot(x - left, y - top) < 0.5:
                cv2.circle(drawn, foot, 1, color, width, cv2.LINE_AA)
            else:
                cv2.arrowedLine(drawn, foot, tip, color, width, cv2.LINE_AA, tipLength=0.3)
    return drawn
