"""How a track looks: its items, and what is too narrow to be seen as one."""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import dataclass

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter

from mpd_studio.core.ids import ClipId, GapId
from mpd_studio.core.timeline import Clip, Gap
from mpd_studio.ui.timeline.item_paint import Brushes, paint_clip, paint_foreign, paint_gap
from mpd_studio.ui.timeline.lanes import Lane
from mpd_studio.ui.timeline.ribbon import paint_ribbon
from mpd_studio.ui.tokens import Tokens

_SLIVER_PX = 4.0


@dataclass(frozen=True, slots=True)
class Marks:
    """What sets items apart. clip, gap: the selected one. busy: gaps that are being made. number_of: from 1.

    trust_in: the confidence of each new frame of a gap.
    """

    clip: ClipId | None
    gap: GapId | None
    busy: Set[str | None]
    number_of: Callable[[GapId], int]
    trust_in: Callable[[Gap], tuple[float, ...]]


def paint_track(painter: QPainter, lane: Lane, line: QRectF, marks: Marks, brushes: Brushes) -> None:
    """line: the track's rectangle, from the header to the right end of the window."""
    scale, seen = brushes.scale, brushes.view
    painter.fillRect(line, QColor(brushes.tokens.panel))
    first, stop = scale.frame(seen.left()), scale.frame(seen.right()) + 1
    slivers = _Slivers(painter, line, brushes.tokens)
    for bundle in lane.bundles(first, stop, _SLIVER_PX / scale.per_frame, 1 / scale.per_frame):
        width, item = bundle.length * scale.per_frame, bundle.item
        if item is None:
            slivers.add(scale.x(bundle.start), width, bundle.has_gap)
            continue
        box = QRectF(scale.x(bundle.start), line.top(), width, line.height())
        if isinstance(item, Clip):
            paint_clip(painter, item, box, item.id == marks.clip, brushes)
        elif isinstance(item, Gap):
            number = marks.number_of(item.id)
            is_selected = item.id == marks.gap
            paint_gap(painter, item, number, box, is_selected, item.id in marks.busy, brushes)
            paint_ribbon(painter, marks.trust_in(item), item.length, box, brushes.view, brushes.tokens)
        else:
            paint_foreign(painter, item.note, box, brushes)


class _Slivers:
    """Items too narrow for anything but a colour. Several in one pixel are painted once, gaps before clips."""

    def __init__(self, painter: QPainter, line: QRectF, tokens: Tokens) -> None:
        self._painter = painter
        self._line = line
        self._colors = (QColor(tokens.raised), QColor(tokens.gap))
        self._done = {False: -1, True: -1}

    def add(self, x: float, width: float, is_gap: bool) -> None:
        left, right = int(x), int(x + max(1.0, width))
        if left <= self._done[is_gap] or (not is_gap and left <= self._done[True]):
            return
        self._done[is_gap] = left
        box = QRectF(left, self._line.top(), max(1, right - left), self._line.height())
        self._painter.fillRect(box, self._colors[is_gap])
