"""The suggested paths of the selected gap, each with its own yes and no."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from mpd_studio.core.guidance import MotionPath
from mpd_studio.core.ids import GapId
from mpd_studio.session.suggestions import Suggestions
from mpd_studio.ui.pieces import IconButton, label
from mpd_studio.ui.texts import tr
from mpd_studio.ui.theme import metrics_for


class SuggestionRows(QWidget):
    """Hidden while nothing is suggested or searched for."""

    def __init__(self, suggestions: Suggestions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._suggestions = suggestions
        self._gap_id: GapId | None = None
        self._shown: tuple[MotionPath, ...] = ()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(metrics_for(self.font()).unit)
        self._head = label(tr("Suggested paths"), "quiet")
        self._column.addWidget(self._head)
        self.rows: list[QWidget] = []
        suggestions.changed.connect(self._refresh)
        self._refresh()

    def show_gap(self, gap_id: GapId | None) -> None:
        self._gap_id = gap_id
        self._refresh()

    def _refresh(self) -> None:
        paths = self._suggestions.paths(self._gap_id)
        self._head.setText(tr("Looking for motion …") if self._suggestions.is_searching else tr("Suggested paths"))
        self.setVisible(bool(paths) or self._suggestions.is_searching)
        if paths == self._shown:
            return
        self._shown = paths
        for row in self.rows:
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = [self._row(number, path) for number, path in enumerate(paths, 1)]
        for row in self.rows:
            self._column.addWidget(row)

    def _row(self, number: int, path: MotionPath) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(metrics_for(self.font()).unit)
        way = round(path.start.distance_to(path.end))
        line.addWidget(label(tr("{0}: moves {1} px").format(number, way)), 1)
        accept = IconButton("pass", tr("Accept suggestion {0}").format(number), tr("Make it a path of this gap."))
        accept.clicked.connect(partial(self._suggestions.accept, path.id))
        reject = IconButton("close", tr("Reject suggestion {0}").format(number), tr("Drop this suggestion."))
        reject.clicked.connect(partial(self._suggestions.reject, path.id))
        line.addWidget(accept)
        line.addWidget(reject)
        return row
