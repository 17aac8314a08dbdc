"""The action table: one row for everything the desk can do. Menus, keys and the palette are built from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar

from mpd_studio.core.drawing_edits import differ_only_in_guidance
from mpd_studio.core.timeline import Timeline
from mpd_studio.ui.desk import Desk
from mpd_studio.ui.icons import build_icon
from mpd_studio.ui.situation import Situation
from mpd_studio.ui.texts import tr
from mpd_studio.ui.tokens import Tokens

_DRAG_MS = 100


class Menu(Enum):
    FILE = "File"
    EDIT = "Edit"
    GAP = "Gap"
    GUIDANCE = "Guidance"
    VIEW = "View"
    WINDOW = "Window"
    HELP = "Help"


def _always(situation: Situation) -> str:
    del situation
    return ""


@dataclass(frozen=True, slots=True)
class ActionRow:
    """One thing the user can do.

    keys: the first is shown in the menu. why_not: "" when it can be done now, otherwise the reason, which becomes part
    of the tool tip. checked: for on/off actions, whether it is on. title_now: a title that changes ("Undo Add path").
    line_before: a separator above it in the menu.
    """

    id: str
    menu: Menu
    title: str
    tip: str
    call: Callable[[Desk], None]
    keys: tuple[str, ...] = ()
    icon: str = ""
    why_not: Callable[[Situation], str] = _always
    checked: Callable[[Situation, Desk], bool] | None = None
    title_now: Callable[[Situation], str] | None = None
    line_before: bool = False


class ActionTable(QObject):
    """The rows as QActions of a window, kept in step with the session."""

    def __init__(self, rows: Iterable[ActionRow], desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self.rows = tuple(rows)
        self._desk = desk
        self._actions = {row.id: self._build(row) for row in self.rows}
        self._reasons = dict.fromkeys(self._actions, "")  # as the actions show them now
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self.refresh)
        session = desk.session
        session.document.changed.connect(self._on_document)
        session.document.file_changed.connect(self.refresh_soon)
        session.selection.changed.connect(self.refresh_soon)
        session.selection.playhead_changed.connect(self.refresh_soon)
        session.jobs.changed.connect(self.refresh_soon)
        session.generator.plan_changed.connect(self.refresh_soon)
        session.suggestions.changed.connect(self.refresh_soon)

    def action(self, action_id: str) -> QAction:
        return self._actions[action_id]

    @property
    def actions(self) -> tuple[QAction, ...]:
        return tuple(self._actions.values())

    def fill(self, bar: QMenuBar) -> dict[Menu, QMenu]:
        """Put every row into its menu."""
        menus = {menu: bar.addMenu(tr(f"&{menu.value}")) for menu in Menu}
        for menu in menus.values():
            menu.setToolTipsVisible(True)
        for row in self.rows:
            if row.line_before:
                menus[row.menu].addSeparator()
            menus[row.menu].addAction(self._actions[row.id])
        return menus

    def dress(self, tokens: Tokens) -> None:
        """Draw the icons in the theme's colours."""
        for row in self.rows:
            if row.icon:
                self._actions[row.id].setIcon(build_icon(row.icon, tokens))

    def refresh_soon(self) -> None:
        """Many signals in one turn of the event loop cost one refresh."""
        if not self._soon.isActive() or self._soon.interval():
            self._soon.start(0)

    def _on_document(self, before: Timeline, after: Timeline) -> None:
        """Moves of a drag, many a second, wait for each other: hardly anything that can be done changes by them."""
        if not differ_only_in_guidance(before, after):
            self.refresh_soon()
        elif not self._soon.isActive():
            self._soon.start(_DRAG_MS)

    def refresh(self) -> None:
        situation = self._desk.situation()
        for row in self.rows:
            action = self._actions[row.id]
            reason = row.why_not(situation)
            if reason != self._reasons[row.id]:
                self._reasons[row.id] = reason
                action.setEnabled(not reason)
                action.setToolTip(self._tool_tip(row, reason))
            if row.checked is not None:
                action.setChecked(row.checked(situation, self._desk))
            if row.title_now is not None:
                action.setText(row.title_now(situation))

    def _build(self, row: ActionRow) -> QAction:
        action = QAction(tr(row.title), self)
        action.setObjectName(row.id)
        action.setShortcuts([QKeySequence(key) for key in row.keys])
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.setCheckable(row.checked is not None)
        action.setToolTip(self._tool_tip(row, ""))
        action.setMenuRole(QAction.MenuRole.NoRole)
        action.triggered.connect(lambda: self._run(row))
        return action

    def _run(self, row: ActionRow) -> None:
        # The state may have moved on since the last refresh, which waits for the event loop.
        if not row.why_not(self._desk.situation()):
            row.call(self._desk)
        self.refresh_soon()

    @staticmethod
    def _tool_tip(row: ActionRow, reason: str) -> str:
        key = f"  ({QKeySequence(row.keys[0]).toString(QKeySequence.SequenceFormat.NativeText)})" if row.keys else ""
        tip = tr(row.tip) + key
        return f"{tip}\n{reason}" if reason else tip
