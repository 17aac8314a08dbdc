"""The inspector answers from top to bottom: what is selected, what guides it, what makes it, what it will be, go."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtWidgets import QPushButton, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from mpd_studio.core.drawing_edits import differ_only_in_guidance
from mpd_studio.core.guidance import Guidance
from mpd_studio.core.timeline import Timeline
from mpd_studio.session.session import Session
from mpd_studio.ui.actions import ActionTable
from mpd_studio.ui.desk import Desk
from mpd_studio.ui.panels.clip_facts import ClipFacts
from mpd_studio.ui.panels.engine_settings import EngineSettings
from mpd_studio.ui.panels.gap_ends import GapEnds
from mpd_studio.ui.panels.generate import GenerateFoot
from mpd_studio.ui.panels.guidance import GuidancePanel
from mpd_studio.ui.panels.motion import MotionPanel
from mpd_studio.ui.panels.sheet import Line, SheetView
from mpd_studio.ui.pieces import FoldSection, label, rule
from mpd_studio.ui.situation import PlacedClip, Situation
from mpd_studio.ui.texts import frames_text, tr
from mpd_studio.ui.theme import metrics_for

_SETTLE_MS = 150  # during a drag the sheet is worked out when the hand rests
_DRAG_MS = 100


class Inspector(QWidget):
    """Follows the selection."""

    def __init__(self, session: Session, desk: Desk, table: ActionTable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._desk = desk
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._title, self._range = label("", "title"), label("", "caption")
        self.ends = GapEnds(session, table)
        self.guidance = GuidancePanel(session, table)
        self.engine = EngineSettings(session, table)
        self.motion = MotionPanel(session, table)
        self.sheet = SheetView()
        self.foot = GenerateFoot(session, table)
        self._facts = ClipFacts()
        self._clip_title = label("", "title", wraps=True)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._build_empty(table))
        self._pages.addWidget(self._build_gap())
        self._pages.addWidget(self._build_clip())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._pages, 1)
        column.addWidget(self.foot)
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self.refresh)
        self._later = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._later.timeout.connect(self._refresh_sheet)
        session.document.changed.connect(self._on_document)
        session.drafts.changed.connect(self._refresh_in_turn)
        for signal in (
            session.selection.changed,
            session.generator.plan_changed,
            session.jobs.changed,
            session.sheets.arrived,
            session.generator.forecasts.arrived,
            session.motions.changed,
        ):
            signal.connect(self._refresh_soon)
        self.refresh()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_later"):
            self._refresh_soon()

    @property
    def title_text(self) -> str:
        return self._title.text()

    def refresh(self) -> None:
        now = self._desk.situation()
        self.foot.setVisible(now.gap is not None)
        if now.gap is not None:
            self._show_gap(now)
        elif now.clip is not None:
            self._show_clip(now.clip, now)
        else:
            self._pages.setCurrentIndex(0)

    def _refresh_soon(self) -> None:
        if not self._soon.isActive() or self._soon.interval():
            self._soon.start(0)

    def _refresh_in_turn(self) -> None:
        """Moves of a drag and looks at it come many times a second; the eyes are on the canvas."""
        if not self._soon.isActive():
            self._soon.start(_DRAG_MS)

    def _on_document(self, before: Timeline, after: Timeline) -> None:
        if differ_only_in_guidance(before, after):
            self._refresh_in_turn()
        else:
            self._refresh_soon()

    def _show_gap(self, now: Situation) -> None:
        placed = now.gap
        assert placed is not None
        self._pages.setCurrentIndex(1)
        title = tr("Gap {number} · {frames}").format(number=now.gap_number, frames=frames_text(placed.gap.length))
        self._title.setText(title)
        self._range.setText(f"{now.timeline.timecode(placed.start)} – {now.timeline.timecode(placed.stop - 1)}")
        self.ends.show_gap(placed)
        self.guidance.show_gap(placed.gap)
        self._guidance_section.set_aside(_guidance_text(placed.gap.guidance))
        self.motion.show_gap(placed)
        self._motion_part.setVisible(self._session.motions.is_offered)
        self._motion_section.set_aside(self.motion.aside)
        self.foot.show_gap(placed)
        self._later.start()

    def _refresh_sheet(self) -> None:
        """Of the chosen take what was found; of a gap without one what is promised."""
        placed = self._desk.situation().gap
        take = placed.gap.chosen_take if placed else None
        lines: tuple[Line, ...] | None = None
        if take is not None:
            lines = self._session.sheets.lines(take)
        elif placed is not None and not self._session.generator.problems(placed.gap.id):
            lines = tuple(self._session.generator.sheet(placed.gap.id).lines)
        self._sheet_section.setVisible(lines is not None)
        if lines is not None:
            self.sheet.show_lines(lines)
            self._sheet_section.set_aside(f"{take.name}: {take.result.verdict}" if take else tr("before the run"))

    def _show_clip(self, placed: PlacedClip, now: Situation) -> None:
        self._pages.setCurrentIndex(2)
        self._clip_title.setText(placed.clip.media.name)
        self._facts.show_clip(placed, now.timeline)

    def _build_gap(self) -> QWidget:
        unit = metrics_for(self.font()).unit
        self._guidance_section = FoldSection(tr("Guidance"), self.guidance)
        self._motion_section = FoldSection(tr("Motion"), self.motion)
        self._motion_part = QWidget()
        motion = QVBoxLayout(self._motion_part)
        motion.setContentsMargins(0, 0, 0, 0)
        motion.setSpacing(2 * unit)
        motion.addWidget(self._motion_section)
        motion.addWidget(rule())
        self._sheet_section = FoldSection(tr("Contract sheet"), self.sheet)
        parts: tuple[QWidget, ...] = (
            self.ends,
            rule(),
            self._guidance_section,
            rule(),
            FoldSection(tr("Engine"), self.engine),
            rule(),
            self._motion_part,
            self._sheet_section,
        )
        return _scrolled(unit, self._title, self._range, *parts)

    def _build_clip(self) -> QWidget:
        return _scrolled(metrics_for(self.font()).unit, self._clip_title, self._facts)

    def _build_empty(self, table: ActionTable) -> QWidget:
        unit = metrics_for(self.font()).unit
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(3 * unit, 3 * unit, 3 * unit, 3 * unit)
        column.setSpacing(2 * unit)
        column.addWidget(label(tr("Nothing selected"), "title"))
        text = tr(
            "Select a gap to fill it: click one, or press N.\n\nA gap is the space between two clips. Move two clips "
            "apart, or mark a range with I and O and cut it out with Ctrl+G."
        )
        column.addWidget(label(text, "quiet", wraps=True))
        action = table.action("gap.next")
        button = QPushButton(tr("Go to the first gap"))
        button.clicked.connect(action.trigger)
        action.changed.connect(lambda: _mirror(button, action.isEnabled(), action.toolTip()))
        _mirror(button, action.isEnabled(), action.toolTip())
        column.addWidget(button)
        column.addStretch(1)
        return page


def _mirror(button: QPushButton, is_enabled: bool, tip: str) -> None:
    button.setEnabled(is_enabled)
    button.setToolTip(tip)


def _scrolled(unit: int, *parts: QWidget) -> QScrollArea:
    page = QWidget()
    page.setProperty("role", "panel")
    column = QVBoxLayout(page)
    column.setContentsMargins(3 * unit, 3 * unit, 3 * unit, 3 * unit)
    column.setSpacing(2 * unit)
    for part in parts:
        column.addWidget(part)
    column.addStretch(1)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(page)
    return area


def _guidance_text(guidance: Guidance) -> str:
    pins = sum(path.is_pin for path in guidance.paths)
    paths, regions = len(guidance.paths) - pins, len(guidance.regions)
    parts = []
    if paths:
        parts.append(tr("1 path") if paths == 1 else tr("{count} paths").format(count=paths))
    if pins:
        parts.append(tr("1 pin") if pins == 1 else tr("{count} pins").format(count=pins))
    if regions:
        parts.append(tr("1 region") if regions == 1 else tr("{count} regions").format(count=regions))
    return ", ".join(parts)
