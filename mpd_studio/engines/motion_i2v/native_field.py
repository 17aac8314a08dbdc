"""A motion between the model's size and the canvas: cut out of its borders, and its vectors scaled."""

from __future__ import annotations

import numpy as np

from mpd_studio.engines.diffusion.model_size import Fit
from mpd_studio.motion.clip_field import ClipField
from mpd_studio.motion.clip_motion import ClipMotion
from mpd_studio.motion.warp import resize_flow


def to_canvas_field(field: np.ndarray, fit: Fit) -> np.ndarray:
    """(canvas height, canvas width, 2) float32 of a field of the model's size."""
    inside = field[fit.top : fit.top + fit.inside.height, fit.left : fit.left + fit.inside.width]
    return resize_flow(np.ascontiguousarray(inside), fit.canvas.height, fit.canvas.width)


def to_model_field(motion: ClipMotion, fit: Fit, hides: bool = False) -> ClipField:
    """A motion of the canvas, at any size, as a field of the model's; beside the picture its border goes on.

    hides: what is not known is hidden; else it does not move.
    """
    inside = ClipField.of(motion.resized(fit.inside), hides).px
    below = fit.model.height - fit.inside.height - fit.top
    right = fit.model.width - fit.inside.width - fit.left
    return ClipField(np.pad(inside, ((0, 0), (fit.top, below), (fit.left, right), (0, 0)), mode="edge"))


def of_picture(field: ClipField, fit: Fit) -> ClipMotion:
    """A field of the model's size without the borders that are not of the picture."""
    rows, columns = slice(fit.top, fit.top + fit.inside.height), slice(fit.left, fit.left + fit.inside.width)
    return ClipField(field.px[:, rows, columns]).motion
