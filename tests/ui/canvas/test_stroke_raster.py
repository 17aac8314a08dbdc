from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from mpd_studio.core.geometry import Point
from mpd_studio.core.guidance import Stroke
from mpd_studio.ui.canvas.stroke_raster import StrokeRaster, paint_coverage
from mpd_studio.ui.images import array_of

LONG = Stroke(tuple(Point(20 + 3 * i, 40 + (7 * i) % 50) for i in range(60)), 12)
SECOND = Stroke((Point(400, 300), Point(-50, 300)), 30)


def coverage(raster: StrokeRaster) -> np.ndarray:
    """(h, w) of how far each canvas pixel from (0, 0) is covered."""
    picture = QImage(512, 512, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.white)
    painter = QPainter(picture)
    painter.drawImage(raster.place.topLeft(), raster.mask)
    painter.end()
    return 255 - array_of(picture)[:, :, 0].astype(int)


def test_growing_point_by_point_covers_what_painting_at_once_does() -> None:
    grown, whole = StrokeRaster(), StrokeRaster()
    for count in range(1, len(LONG.points) + 1):
        added = grown.set_strokes((Stroke(LONG.points[:count], LONG.width),))
        assert (added is None) == (count == 1)
    assert grown.set_strokes((LONG, SECOND)) is not None
    whole.set_strokes((LONG, SECOND))
    differs = (coverage(grown) > 127) != (coverage(whole) > 127)
    assert np.count_nonzero(differs) <= 12  # edges of pieces that meet are smoothed twice
    assert coverage(whole)[300, 200] == 255
    assert coverage(whole)[280, 200] == 0


def test_only_the_place_of_what_was_added_is_reported() -> None:
    raster = StrokeRaster()
    raster.set_strokes((Stroke(LONG.points[:50], LONG.width),))
    added = raster.set_strokes((Stroke(LONG.points[:51], LONG.width),))
    assert added is not None
    assert added.width() < 40
    assert added.contains(LONG.points[50].x, LONG.points[50].y)


def test_a_stroke_taken_away_is_gone_from_the_mask() -> None:
    raster = StrokeRaster()
    raster.set_strokes((LONG, SECOND))
    assert raster.set_strokes((LONG,)) is None
    assert coverage(raster)[300, 200] == 0
    raster.set_strokes(())
    assert raster.is_empty


@pytest.mark.parametrize("ratio", [1.0, 2.0])
@pytest.mark.parametrize("zoom", [0.5, 1.0, 3.0])
def test_coverage_lies_where_the_canvas_is_on_any_screen(qtbot: QtBot, ratio: float, zoom: float) -> None:
    raster = StrokeRaster()
    raster.set_strokes((Stroke((Point(50, 30), Point(90, 30)), 20),))
    screen = QImage(round(400 * ratio), round(240 * ratio), QImage.Format.Format_RGB32)
    screen.setDevicePixelRatio(ratio)
    screen.fill(Qt.GlobalColor.white)
    painter = QPainter(screen)
    painter.translate(7, 5)
    painter.scale(zoom, zoom)
    green, red, black = QColor(0, 255, 0), QColor(255, 0, 0), QColor(0, 0, 0)
    paint_coverage(painter, raster, QRectF(0, 0, 512, 512), (QBrush(green),), red, black)
    painter.end()

    def at(x: float, y: float) -> tuple[int, int, int]:
        color = screen.pixelColor(int((x * zoom + 7) * ratio), int((y * zoom + 5) * ratio))
        return color.red(), color.green(), color.blue()

    assert at(50, 30) == at(90, 24) == (0, 255, 0)
    outside = 20 / 2 + 4 / zoom
    assert at(70, 30 + outside) == at(90 + outside, 30) == at(50 - outside, 30) == (255, 255, 255)
    border = at(70, 30 + 10 + 0.5 / zoom)
    assert border[0] > 2 * max(border[1], border[2])
