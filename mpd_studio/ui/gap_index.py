"""The gaps of the present timeline, found once for all who ask."""

from __future__ import annotations

from mpd_studio.core.ids import GapId
from mpd_studio.core.timeline import GapRows, Timeline


class GapIndex:
    """Shared by the panels of one window: after an edit of a long timeline each of them asks for the same."""

    def __init__(self) -> None:
        self._timeline: Timeline | None = None
        self._gaps = GapRows(Timeline())
        self._rows: dict[GapId, int] = {}

    def gaps(self, timeline: Timeline) -> GapRows:
        """By start and then by track."""
        self._find(timeline)
        return self._gaps

    def row(self, timeline: Timeline, gap_id: GapId | None) -> int | None:
        """The place of a gap among all, from 0; None when it is not there."""
        self._find(timeline)
        return None if gap_id is None else self._rows.get(gap_id)

    def _find(self, timeline: Timeline) -> None:
        if timeline is not self._timeline:
            self._gaps = GapRows(timeline)
            self._rows = {gap.id: row for row, gap in enumerate(self._gaps.gaps)}
            self._timeline = timeline
