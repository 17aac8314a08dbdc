"""The foot of the inspector: what stands in the way, and the one primary button of the window."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from mpd_studio.core.timeline import PlacedGap
from mpd_studio.session.session import Session
from mpd_studio.ui.actions import ActionTable
from mpd_studio.ui.icons import icon_pixmap
from mpd_studio.ui.pieces import label, rule
from mpd_studio.ui.texts import frames_text, tr
from mpd_studio.ui.theme import metrics_for, tokens_of


class GenerateFoot(QWidget):
    """Follows what the inspector shows it."""

    def __init__(self, session: Session, table: ActionTable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._placed: PlacedGap | None = None
        grid = metrics_for(self.font())
        self._icon = QLabel()
        self._icon.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._why = label("", wraps=True)
        self.button = QPushButton(tr("Generate"))
        self.button.setProperty("role", "primary")
        action = table.action("window.weights")
        self.weights = QPushButton(tr("Weights…"))
        self.weights.setToolTip(action.toolTip())
        self.weights.clicked.connect(action.trigger)
        why = QHBoxLayout()
        why.setSpacing(2 * grid.unit)
        why.addWidget(self._icon)
        why.addWidget(self._why, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(rule())
        inner = QVBoxLayout()
        inner.setContentsMargins(3 * grid.unit, 2 * grid.unit, 3 * grid.unit, 3 * grid.unit)
        inner.setSpacing(2 * grid.unit)
        inner.addLayout(why)
        inner.addWidget(self.weights)
        inner.addWidget(self.button)
        column.addLayout(inner)
        self.button.clicked.connect(self._generate)

    @property
    def problem_text(self) -> str:
        return "" if self._why.isHidden() else self._why.text()

    def show_gap(self, placed: PlacedGap) -> None:
        self._placed = placed
        problems = self._session.generator.problems(placed.gap.id)
        waiting = [r for r in self._session.jobs.rows if r.gap_id == placed.gap.id and not r.state.has_ended]
        frames = frames_text(placed.gap.length)
        self.button.setText(tr("Generate {frames}").format(frames=frames))
        if waiting:
            self.button.setText(tr("Generate another take"))
        self.button.setEnabled(not problems)
        tip = tr("Make the missing frames with the chosen engine.  (G)")
        self.button.setToolTip("\n".join((tip, *problems)))
        self._icon.setPixmap(icon_pixmap("warn", tokens_of(self).check, 16, self.devicePixelRatioF()))
        self._icon.setVisible(bool(problems))
        self._why.setVisible(bool(problems))
        self._why.setText("\n".join(problems))
        self.weights.setVisible(bool(self._session.generator.weights_problem()))

    def _generate(self) -> None:
        if self._placed is not None:
            self._session.generator.generate(self._placed.gap.id)
