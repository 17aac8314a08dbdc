"""Brush strokes as one fillable shape that can grow point by point without being made anew."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainterPath, QPainterPathStroker

from mpd_studio.core.geometry import Point
from mpd_studio.core.guidance import Stroke


class StrokeShape:
    """The area under a list of strokes. Filled by winding, so that overlaps are no darker and leave no holes."""

    def __init__(self) -> None:
        self._strokes: tuple[Stroke, ...] = ()
        self._area = QPainterPath()
        self._area.setFillRule(Qt.FillRule.WindingFill)

    @property
    def area(self) -> QPainterPath:
        return self._area

    def set_strokes(self, strokes: tuple[Stroke, ...]) -> QPainterPath | None:
        """Follow the strokes. Returns what was added where they only grew, or None where all was made anew."""
        added = self._growth(strokes)
        self._strokes = strokes
        if added is not None:
            self._area.addPath(added)
            return added
        self._area = QPainterPath()
        self._area.setFillRule(Qt.FillRule.WindingFill)
        for stroke in strokes:
            self._area.addPath(_tube(stroke.points, stroke.width))
        return None

    def _growth(self, strokes: tuple[Stroke, ...]) -> QPainterPath | None:
        """The area that is new, if the old strokes are the beginning of the new ones."""
        old = self._strokes
        if not old or len(strokes) < len(old) or strokes[: len(old) - 1] != old[:-1]:
            return None
        last, grown = old[-1], strokes[len(old) - 1]
        done = len(last.points)
        if (last.width, last.softness) != (grown.width, grown.softness) or grown.points[:done] != last.points:
            return None
        added = QPainterPath()
        added.setFillRule(Qt.FillRule.WindingFill)
        if len(grown.points) > done:
            added.addPath(_tube(grown.points[done - 1 :], grown.width))
        for stroke in strokes[len(old) :]:
            added.addPath(_tube(stroke.points, stroke.width))
        return added


def center_lines(strokes: tuple[Stroke, ...]) -> QPainterPath:
    """The lines the brush went along."""
    lines = QPainterPath()
    for stroke in strokes:
        first, *rest = stroke.points
        lines.moveTo(first.x, first.y)
        for point in rest or (first,):
            lines.lineTo(point.x, point.y)
    return lines


def _tube(points: tuple[Point, ...], width: float) -> QPainterPath:
    first, *rest = points
    if not rest:
        dot = QPainterPath()
        dot.addEllipse(QPointF(first.x, first.y), width / 2, width / 2)
        return dot
    line = QPainterPath(QPointF(first.x, first.y))
    for point in rest:
        line.lineTo(point.x, point.y)
    stroker = QPainterPathStroker()
    stroker.setWidth(width)
    stroker.setCapStyle(Qt.PenCapStyle.RoundCap)
    stroker.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return stroker.createStroke(line)
