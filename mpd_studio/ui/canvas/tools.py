"""The tools by name, and the column of buttons that chooses among them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QIcon, QKeySequence
from PySide6.QtWidgets import QButtonGroup, QToolButton, QVBoxLayout, QWidget

from mpd_studio.session.selection import Tool
from mpd_studio.session.session import Session
from mpd_studio.ui.canvas.brush_tool import BrushTool
from mpd_studio.ui.canvas.path_tool import PathTool
from mpd_studio.ui.canvas.pin_tool import PinTool
from mpd_studio.ui.canvas.region_tool import RegionTool
from mpd_studio.ui.canvas.select_tool import SelectTool
from mpd_studio.ui.canvas.stage import Stage
from mpd_studio.ui.canvas.tool import CanvasTool
from mpd_studio.ui.commands.guidance import ROWS
from mpd_studio.ui.icons import build_icon
from mpd_studio.ui.texts import tr
from mpd_studio.ui.theme import metrics_for, tokens_of

_ICONS = {tool: f"tool-{tool.value}" for tool in Tool}


def make_tools(stage: Stage) -> dict[Tool, CanvasTool]:
    return {
        Tool.SELECT: SelectTool(stage),
        Tool.PATH: PathTool(stage),
        Tool.PIN: PinTool(stage),
        Tool.REGION: RegionTool(stage),
        Tool.BRUSH: BrushTool(stage),
    }


class ToolColumn(QWidget):
    """One button a tool, the active one pressed. icon: draws an icon by name; the theme's own by default."""

    def __init__(
        self, session: Session, icon: Callable[[str], QIcon] | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._icon = icon
        self._buttons = QButtonGroup(self)
        self._by_tool: dict[Tool, QToolButton] = {}
        metrics = metrics_for(self.font())
        column = QVBoxLayout(self)
        column.setContentsMargins(metrics.unit, metrics.unit, metrics.unit, metrics.unit)
        column.setSpacing(metrics.unit)
        for tool, (title, tip) in _texts().items():
            button = QToolButton(self)
            button.setCheckable(True)
            button.setAutoRaise(True)
            button.setToolTip(tip)
            button.setAccessibleName(title)
            button.setIconSize(QSize(metrics.icon, metrics.icon))
            button.setFixedSize(metrics.row + metrics.unit, metrics.row + metrics.unit)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self._buttons.addButton(button)
            self._by_tool[tool] = button
            column.addWidget(button)
        column.addStretch(1)
        self._buttons.buttonClicked.connect(self._chosen)
        session.selection.changed.connect(self._refresh)
        self._draw_icons()
        self._refresh()

    def button(self, tool: Tool) -> QToolButton:
        return self._by_tool[tool]

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._draw_icons()
        super().changeEvent(event)

    def _chosen(self, button: QToolButton) -> None:
        tool = next(tool for tool, other in self._by_tool.items() if other is button)
        self._session.selection.set_tool(tool)

    def _refresh(self) -> None:
        self._by_tool[self._session.selection.tool].setChecked(True)

    def _draw_icons(self) -> None:
        for tool, button in self._by_tool.items():
            name = _ICONS[tool]
            button.setIcon(self._icon(name) if self._icon is not None else build_icon(name, tokens_of(self)))


def _texts() -> dict[Tool, tuple[str, str]]:
    """Title and tool tip of each tool, with the key that the action table gives it."""
    rows = {row.id: row for row in ROWS}
    texts = {}
    for tool in Tool:
        row = rows[f"guidance.{tool.value}"]
        keys = QKeySequence(row.keys[0]).toString(QKeySequence.SequenceFormat.NativeText)
        texts[tool] = (tr(row.title), f"{tr(row.tip)} ({keys})")
    return texts
