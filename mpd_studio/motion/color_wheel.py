"""Motion as colours: the direction is the hue, the length the saturation.

The wheel of "A Database and Evaluation Methodology for Optical Flow" (Baker et al., IJCV 2011): 55 hues, more of them
where the eye tells more apart. White is no motion; right is red, down is yellow, left is cyan-blue, up is violet.
"""

from __future__ import annotations

import numpy as np

# From one colour to the next: how many steps, which channel changes, and whether it rises.
_ARCS = ((15, 1, True), (6, 0, False), (4, 2, True), (11, 1, False), (13, 0, True), (6, 2, False))
_BEYOND = 0.75  # what is longer than the rim is darker
_BLACK = 0  # of what is not known


def motion_colors(flow: np.ndarray, rim: float | None = None) -> np.ndarray:
    """flow: (h, w, 2) float in any unit, x right, y down; what is not finite becomes black.

    rim: the length, in the same unit, that has full colour; None: the longest there is, so that all is inside.
    Returns: (h, w, 3) uint8 RGB.
    Raises: ValueError: a rim that is not above 0.
    """
    known = np.asarray(np.isfinite(flow).all(axis=-1))
    x, y = (np.where(known, flow[..., axis], 0).astype(np.float64) for axis in (0, 1))
    length = np.hypot(x, y)
    if rim is None:
        rim = float(length.max(initial=0.0)) or 1.0
    if not rim > 0:
        raise ValueError(f"The rim of the wheel is a length above 0, not {rim}.")
    part = (length / rim)[..., None]  # (h, w, 1)
    color = _hue(np.arctan2(-y, -x))  # (h, w, 3) in 0..1
    shown = np.where(part <= 1, 1 - part * (1 - color), _BEYOND * color)
    return np.where(known[..., None], np.floor(255 * shown), _BLACK).astype(np.uint8)


def wheel_legend(side: int) -> np.ndarray:
    """(side, side, 3) uint8 RGB: the wheel itself, each colour where its motion points to; white outside the rim."""
    places = (np.arange(side) + 0.5) * 2 / side - 1
    flow = np.stack(np.meshgrid(places, places), axis=-1)  # x, y in -1..1
    colors = motion_colors(flow, 1.0)
    colors[np.hypot(flow[..., 0], flow[..., 1]) > 1] = 255
    return colors


def _hue(angle: np.ndarray) -> np.ndarray:
    """angle: of the opposite direction, -pi..pi, as the wheel counts. Between two hues the colour is mixed."""
    wheel = _wheel()
    place = (angle / np.pi + 1) / 2 * (len(wheel) - 1)
    below = np.floor(place).astype(np.intp)
    above = (below + 1) % len(wheel)
    share = (place - below)[..., None]
    return (1 - share) * wheel[below] + share * wheel[above]


def _wheel() -> np.ndarray:
    """(55, 3) in 0..1."""
    colors = []
    color = np.array([255.0, 0.0, 0.0])
    for steps, channel, rises in _ARCS:
        for step in range(steps):
            change = np.floor(255 * step / steps)
            color[channel] = change if rises else 255 - change
            colors.append(color.copy())
        color[channel] = 255.0 if rises else 0.0
    return np.array(colors) / 255
