"""The dockable panels around the canvas, with slim title bars."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QMainWindow, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from mpd_studio.ui.pieces import IconButton, label
from mpd_studio.ui.texts import tr
from mpd_studio.ui.theme import metrics_for


class DockTitle(QWidget):
    """A title bar of one row, below `above` where there is something. The dock is dragged by what is free of it."""

    def __init__(self, dock: QDockWidget, parts: tuple[QWidget, ...], above: QWidget | None) -> None:
        super().__init__(dock)
        grid = metrics_for(self.font())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        if above is not None:
            column.addWidget(above)
        line = QHBoxLayout()
        column.addLayout(line)
        line.setContentsMargins(3 * grid.unit, 0, grid.unit, 0)
        line.setSpacing(grid.unit)
        for part in parts:
            line.addWidget(part)
        line.addStretch(1)
        close = IconButton("close", tr("Hide {panel}").format(panel=dock.windowTitle()))
        close.setToolTip(tr("Hide this panel. The Window menu brings it back."))
        close.clicked.connect(dock.hide)
        line.addWidget(close)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.ignore()  # the dock takes it, and can be dragged

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        event.ignore()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.ignore()


class TabbedPages(QWidget):
    """Pages whose tabs stand elsewhere: in the title bar of their dock."""

    def __init__(self, *pages: tuple[str, QWidget]) -> None:
        super().__init__()
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setFixedHeight(metrics_for(self.font()).row + metrics_for(self.font()).unit)
        self.tabs.setAccessibleName(tr("Panels"))
        self._stack = QStackedWidget()
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        for title, page in pages:
            self.tabs.addTab(title)
            self._stack.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)
        self.tabs.currentChanged.connect(self._stack.setCurrentIndex)


def add_dock(
    window: QMainWindow,
    name: str,
    title: str,
    area: Qt.DockWidgetArea,
    content: QWidget,
    title_parts: tuple[QWidget, ...] = (),
    above: QWidget | None = None,
) -> QDockWidget:
    """name: for remembering the layout. title_parts: instead of the title's text. above: over the title's row."""
    dock = QDockWidget(title, window)
    dock.setObjectName(name)
    dock.setWidget(content)
    dock.setTitleBarWidget(DockTitle(dock, title_parts or (label(title, "section"),), above))
    window.addDockWidget(area, dock)
    return dock
