"""The three classes of confidence for the eyes: a colour and a texture each, so that colour is not needed."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter

from mpd_studio.core.trust import CHECK_FROM, SAFE_FROM, Trust, expected_error_of, trust_of
from mpd_studio.ui.texts import tr
from mpd_studio.ui.tokens import Tokens

_TEXTURES = {
    Trust.SAFE: Qt.BrushStyle.SolidPattern,
    Trust.CHECK: Qt.BrushStyle.Dense4Pattern,
    Trust.NO: Qt.BrushStyle.BDiagPattern,
}
_SAFE_ALPHA, _CHECK_ALPHA, _NO_ALPHA = 40, 120, 170
_HEAT_HEIGHT = 240  # textures look the same over drafts and takes
_PERIOD = 8  # px of the map, between two dots or lines


def trust_color(kind: Trust, tokens: Tokens) -> QColor:
    return QColor({Trust.SAFE: tokens.safe, Trust.CHECK: tokens.check, Trust.NO: tokens.no}[kind])


def trust_word(kind: Trust) -> str:
    return {Trust.SAFE: tr("safe"), Trust.CHECK: tr("check"), Trust.NO: tr("no")}[kind]


def paint_trust(painter: QPainter, box: QRectF, kind: Trust, tokens: Tokens) -> None:
    """Fill a box with the class's colour under its texture."""
    color = trust_color(kind, tokens)
    if kind is not Trust.SAFE:
        painter.fillRect(box, color.darker(230))
    painter.fillRect(box, QBrush(color, _TEXTURES[kind]))


def frame_tip(confidence: float) -> str:
    """One line on a whole frame."""
    return tr("Confidence {0} %: {1}. Expected error {2} of 255.").format(
        round(confidence * 100), trust_word(trust_of(confidence)), f"{expected_error_of(confidence):.1f}"
    )


def map_tip(plane: np.ndarray) -> str:
    """How much of a picture is of which class. plane: (h, w) uint8, 255 is trusted."""
    safe, no = float(np.mean(plane >= _level(SAFE_FROM))), float(np.mean(plane < _level(CHECK_FROM)))
    return tr("Of its pixels {0} % are safe, {1} % to check, {2} % not to be trusted.").format(
        round(safe * 100), round((1 - safe - no) * 100), round(no * 100)
    )


def heat_pixels(plane: np.ndarray, tokens: Tokens) -> np.ndarray:
    """(h, w, 4) uint8 RGBA, about 240 pixels high at most.

    Faint and plain where it is safe, dotted where to check, hatched where not to trust.

    plane: (h, w) uint8, 255 is trusted.
    """
    step = max(1, round(plane.shape[0] / _HEAT_HEIGHT))
    plane = plane[::step, ::step]
    height, width = plane.shape
    y, x = np.mgrid[:height, :width]
    dots = ((x % _PERIOD) // 2 == 0) & ((y % _PERIOD) // 2 == 0)
    lines = (x + y) % _PERIOD < 2
    heat = np.empty((height, width, 4), np.uint8)
    heat[...] = _rgba(Trust.SAFE, tokens, _SAFE_ALPHA)
    is_no = plane < _level(CHECK_FROM)
    is_check = (plane < _level(SAFE_FROM)) & ~is_no
    heat[is_check] = _rgba(Trust.CHECK, tokens, _CHECK_ALPHA)
    heat[is_no] = _rgba(Trust.NO, tokens, _NO_ALPHA)
    heat[(is_check & dots) | (is_no & lines)] = (20, 20, 20, _NO_ALPHA)
    return heat


def _rgba(kind: Trust, tokens: Tokens, alpha: int) -> tuple[int, int, int, int]:
    color = trust_color(kind, tokens)
    return color.red(), color.green(), color.blue(), alpha


def _level(confidence: float) -> int:
    return round(confidence * 255)
