"""Confidence for the eyes: classes with colour and texture, the ribbon under gaps, words with figures."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from mpd_studio.core.trust import Trust
from mpd_studio.ui.images import array_of
from mpd_studio.ui.timeline.ribbon import paint_ribbon, runs
from mpd_studio.ui.tokens import DARK, LIGHT, Tokens
from mpd_studio.ui.trust_looks import frame_tip, heat_pixels, map_tip

VALUES = (0.9, 0.95, 0.6, 0.2, 0.3)


def painted(values: tuple[float, ...], width: int = 200, height: int = 60, tokens: Tokens = DARK) -> np.ndarray:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(tokens.window))
    painter = QPainter(image)
    box = QRectF(0, 0, width, height)
    paint_ribbon(painter, values, len(VALUES), box, box, tokens)
    painter.end()
    return array_of(image)


def close_to(pixels: np.ndarray, color: str) -> np.ndarray:
    wanted = QColor(color)
    return np.abs(pixels.astype(int) - [wanted.red(), wanted.green(), wanted.blue()]).max(axis=-1) < 12


def test_neighbours_of_one_class_are_one_run() -> None:
    assert runs(VALUES) == [(0, 2, Trust.SAFE), (2, 3, Trust.CHECK), (3, 5, Trust.NO)]
    assert runs(()) == []


@pytest.mark.parametrize("tokens", [DARK, LIGHT])
def test_the_ribbon_has_each_class_where_its_frames_are(qtbot: QtBot, tokens: Tokens) -> None:
    strip = painted(VALUES, tokens=tokens)[-6:-2]
    assert close_to(strip[:, 5:75], tokens.safe).all()
    check, no = close_to(strip[:, 82:118], tokens.check), close_to(strip[:, 122:195], tokens.no)
    assert 0.2 < check.mean() < 0.8  # dotted
    assert 0.05 < no.mean() < 0.6  # hatched


def test_without_figures_or_room_there_is_no_ribbon(qtbot: QtBot) -> None:
    assert close_to(painted(()), DARK.window).all()
    assert close_to(painted(VALUES, height=20), DARK.window).all()


def test_the_heat_map_is_faint_where_it_is_safe_and_textured_where_not() -> None:
    plane = np.repeat(np.array([[255, 160, 40]], np.uint8), 32, axis=1).repeat(32, axis=0)
    heat = heat_pixels(plane, DARK)
    assert heat.shape == (32, 96, 4)
    alphas = [heat[:, part, 3] for part in (slice(0, 32), slice(32, 64), slice(64, 96))]
    assert alphas[0].max() < alphas[1].min() < alphas[2].max()
    colors = [len(np.unique(heat[:, part].reshape(-1, 4), axis=0)) for part in (slice(0, 32), slice(32, 64))]
    assert colors == [1, 2]


def test_words_tell_the_class_and_the_error() -> None:
    assert frame_tip(0.9) == "Confidence 90 %: safe. Expected error 2.1 of 255."
    assert "30 %: no" in frame_tip(0.3)
    plane = np.array([[255, 255, 255, 160, 10]], np.uint8)
    assert map_tip(plane) == "Of its pixels 60 % are safe, 20 % to check, 20 % not to be trusted."
