"""Plots of the lab: one figure of every run as bars, and the distilled shift step by step as lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QEvent
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from mpd_studio.session.lab import COLUMNS, LabEntry
from mpd_studio.ui.pieces import label
from mpd_studio.ui.texts import tr
from mpd_studio.ui.theme import caption_font, metrics_for, tokens_of
from mpd_studio.ui.tokens import Tokens

# Okabe and Ito's colours, in their order without black: told apart by everybody.
_COLORS = ("#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7")


class LabPlots(QWidget):
    """pyqtgraph is loaded with the first results, which takes a third of a second once."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        unit = metrics_for(self.font()).unit
        self.setProperty("role", "panel")
        self.figure = QComboBox()
        self.figure.setAccessibleName(tr("Figure to plot"))
        for column in COLUMNS:
            self.figure.addItem(f"{tr(column.title)} {column.unit}".strip(), column.id)
        self.figure.addItem(tr("shift, step by step"), "")
        self.figure.setCurrentIndex(next(i for i, column in enumerate(COLUMNS) if column.id == "warp_error"))
        self._nothing = label(tr("No run tells this figure."), "quiet", wraps=True)
        self._canvas: _Canvas | None = None
        self._entries: tuple[LabEntry, ...] = ()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(unit, unit, 2 * unit, unit)
        self._column.setSpacing(unit)
        self._column.addWidget(self.figure)
        self._column.addWidget(self._nothing)
        self._column.addStretch(0)
        self.setFixedWidth(68 * unit)
        self.figure.currentIndexChanged.connect(self._draw)

    @property
    def plotted(self) -> dict[str, list[float]]:
        """What is drawn now: a run's title and its values, one for bars, one a step for lines."""
        if self.figure.currentData():
            return {title: [value] for _, title, value in self._bars()}
        return {title: [value for _, value in shifts] for _, title, shifts in self._lines()}

    def show_entries(self, entries: Sequence[LabEntry]) -> None:
        """All runs of a gap, numbered as their rows; those that have not ended have nothing to plot."""
        if tuple(entries) != self._entries:
            self._entries = tuple(entries)
            self._draw()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._canvas is not None:
            self._canvas.dress(tokens_of(self), caption_font(self.font()))
            self._draw()

    def _draw(self) -> None:
        if self._canvas is None:
            if not any(entry.result for entry in self._entries):
                return
            self._canvas = self._build()
        canvas = self._canvas
        canvas.clear()
        is_any = self._draw_bars(canvas) if self.figure.currentData() else self._draw_lines(canvas)
        canvas.view.setVisible(is_any)
        self._nothing.setVisible(not is_any)

    def _bars(self) -> list[tuple[int, str, float]]:
        """(number of the row, title, value) of the runs that tell the figure."""
        column = next(column for column in COLUMNS if column.id == self.figure.currentData())
        made = [(number, entry.run.title, entry.made) for number, entry in enumerate(self._entries, 1) if entry.made]
        values = [(number, title, column.value(result)) for number, title, result in made]
        return [(number, title, value) for number, title, value in values if value is not None]

    def _lines(self) -> list[tuple[int, str, tuple[tuple[int, float], ...]]]:
        """(number of the row, title, shifts) of the runs that distil."""
        made = [(n, entry.run.title, entry.made.work) for n, entry in enumerate(self._entries, 1) if entry.made]
        return [(number, title, work.shifts) for number, title, work in made if work and work.shifts]

    def _draw_bars(self, canvas: _Canvas) -> bool:
        values = self._bars()
        for number, _, value in values:
            canvas.add_bar(number, value, _color(number))
        canvas.name_bottom(tr("run"), [(float(number), str(number)) for number, _, _ in values])
        return bool(values)

    def _draw_lines(self, canvas: _Canvas) -> bool:
        lines = self._lines()
        for number, title, shifts in lines:
            canvas.add_line(f"{number} {title}", [(step + 1, value) for step, value in shifts], _color(number))
        steps = sorted({step + 1 for _, _, shifts in lines for step, _ in shifts})
        canvas.name_bottom(tr("early step"), [(float(step), str(step)) for step in steps])
        return bool(lines)

    def _build(self) -> _Canvas:
        canvas = _Canvas()
        canvas.view.setMinimumHeight(24 * metrics_for(self.font()).unit)
        canvas.view.setAccessibleName(tr("Plot of the chosen figure"))
        self._column.insertWidget(1, canvas.view, 1)
        canvas.dress(tokens_of(self), caption_font(self.font()))
        return canvas


class _Canvas:
    """A plot of pyqtgraph's parts: axes, a legend, and what is plotted.

    Not its PlotWidget: that makes menus and forms without a parent, which Python's garbage collector then destroys in
    whichever thread it happens to run, and Qt does not survive that.
    """

    def __init__(self) -> None:
        import pyqtgraph

        self.view: Any = pyqtgraph.GraphicsView()
        layout = pyqtgraph.GraphicsLayout()
        self.view.setCentralItem(layout)
        self._box = layout.addViewBox(row=0, col=1, enableMenu=False, enableMouse=False)
        self._axes = {side: pyqtgraph.AxisItem(side) for side in ("left", "bottom")}
        layout.addItem(self._axes["left"], row=0, col=0)
        layout.addItem(self._axes["bottom"], row=1, col=1)
        for axis in self._axes.values():
            axis.linkToView(self._box)
        self._legend = pyqtgraph.LegendItem(offset=(-4, 4), labelTextSize="8pt")
        self._legend.setParentItem(self._box)

    def clear(self) -> None:
        self._box.clear()
        self._legend.clear()
        self._box.enableAutoRange()

    def add_bar(self, place: int, height: float, color: str) -> None:
        import pyqtgraph

        self._box.addItem(pyqtgraph.BarGraphItem(x=[place], height=[height], width=0.7, brush=color, pen=None))

    def add_line(self, name: str, points: Sequence[tuple[int, float]], color: str) -> None:
        import pyqtgraph

        pen = pyqtgraph.mkPen(color, width=2)
        x, y = [x for x, _ in points], [y for _, y in points]
        line = pyqtgraph.PlotDataItem(x, y, pen=pen, symbol="o", symbolSize=5, symbolBrush=color, symbolPen=pen)
        self._box.addItem(line)
        self._legend.addItem(line, name)

    def name_bottom(self, text: str, ticks: list[tuple[float, str]]) -> None:
        """ticks: (place, text)."""
        self._axes["bottom"].setTicks([ticks])
        self._axes["bottom"].setLabel(text)

    def dress(self, tokens: Tokens, small: QFont) -> None:
        self.view.setBackground(tokens.panel)
        for axis in self._axes.values():
            axis.setPen(tokens.line)
            axis.setTextPen(tokens.quiet)
            axis.setStyle(tickFont=small)
        self._legend.setLabelTextColor(tokens.text)


def _color(number: int) -> str:
    """number: of the run's row, from 1."""
    return _COLORS[(number - 1) % len(_COLORS)]
