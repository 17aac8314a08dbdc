"""The ribbon under a gap: for each new frame, how far it can be trusted."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter

from mpd_studio.core.timeline import Gap
from mpd_studio.core.trust import Trust, trust_of
from mpd_studio.session.drafts import Drafts
from mpd_studio.ui.texts import frames_text, tr
from mpd_studio.ui.timeline.hits import Hit
from mpd_studio.ui.tokens import Tokens
from mpd_studio.ui.trust_looks import frame_tip, paint_trust, trust_word

_HEIGHT = 6.0
_LEAST_HEIGHT = 24.0  # of a gap that has room for it


def trust_in(gap: Gap, drafts: Drafts) -> tuple[float, ...]:
    """Confidence of each new frame: of the chosen take, else of the draft; () where neither tells any."""
    take = gap.chosen_take
    if take is not None:
        return take.result.provenance.confidence
    draft = drafts.draft(gap.id)
    return draft.confidence if draft is not None else ()


def paint_ribbon(
    painter: QPainter, values: tuple[float, ...], length: int, box: QRectF, view: QRectF, tokens: Tokens
) -> None:
    """Along the lower edge of `box`, which has `length` frames. Neighbours of one class are painted as one."""
    if not values or box.height() < _LEAST_HEIGHT:
        return
    strip = QRectF(box.left() + 1, box.bottom() - _HEIGHT - 1, box.width() - 2, _HEIGHT)
    per_frame = strip.width() / max(length, 1)
    painter.fillRect(strip.intersected(view), QColor(tokens.surround))
    for start, stop, kind in runs(values[:length]):
        part = QRectF(strip.left() + start * per_frame, strip.top(), (stop - start) * per_frame, _HEIGHT)
        part = part.intersected(view)
        if not part.isEmpty():
            paint_trust(painter, part, kind, tokens)


def runs(values: tuple[float, ...]) -> list[tuple[int, int, Trust]]:
    """(start, stop, class) of neighbours of one class."""
    found: list[tuple[int, int, Trust]] = []
    for index, value in enumerate(values):
        kind = trust_of(value)
        if found and found[-1][2] is kind:
            found[-1] = (found[-1][0], index + 1, kind)
        else:
            found.append((index, index + 1, kind))
    return found


def ribbon_tip(hit: Hit, drafts: Drafts) -> str:
    """For the frame under the pointer; "" where there is nothing to tell."""
    if not isinstance(hit.item, Gap):
        return ""
    values, index = trust_in(hit.item, drafts), hit.frame - hit.start
    if not 0 <= index < len(values):
        return ""
    take = hit.item.chosen_take
    what = take.name if take is not None else tr("Draft")
    frame = tr("{what}, frame {index} of {count}").format(what=what, index=index + 1, count=hit.item.length)
    kinds = [trust_of(value) for value in values]
    each = [f"{kinds.count(kind)} {trust_word(kind)}" for kind in Trust if kinds.count(kind)]
    whole = f"{frames_text(len(values))}: {', '.join(each)}"
    return f"{frame}\n{frame_tip(values[index])}\n{whole}"
