"""The look: colour tokens of the dark and the light desk, and lengths that follow the font."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QColor, QFont, QFontInfo, QFontMetrics, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from mpd_studio.ui.style_sheet import style_sheet
from mpd_studio.ui.tokens import DARK, LIGHT, Tokens

_BASE_PX = 13
_CAPTION = 11 / 13


@dataclass(frozen=True, slots=True)
class Metrics:
    """Lengths in pixels. unit: the 4 px step of the grid at the 13 px font; everything else is counted in it."""

    unit: int
    font_px: int

    @property
    def row(self) -> int:
        return 6 * self.unit

    @property
    def icon(self) -> int:
        return 4 * self.unit

    @property
    def caption_px(self) -> int:
        return max(9, round(self.font_px * _CAPTION))


def metrics_for(font: QFont) -> Metrics:
    """The grid that belongs to a font."""
    pixels = QFontInfo(font).pixelSize()
    return Metrics(max(3, round(4 * pixels / _BASE_PX)), pixels)


def tokens_of(widget: QWidget) -> Tokens:
    """The tokens of the theme a widget is shown in.

    Told by the program's palette: a style sheet writes its backgrounds, also transparent ones, into a widget's own.
    """
    del widget
    return tokens_for(QApplication.palette())


def tokens_for(palette: QPalette) -> Tokens:
    return DARK if palette.color(QPalette.ColorRole.Window).lightness() < 128 else LIGHT


def base_font(system: QFont) -> QFont:
    """The system's font at 13 px or the size the user has set for the system, with figures of one width."""
    font = QFont(system)
    font.setPixelSize(max(_BASE_PX, QFontInfo(system).pixelSize()))
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def caption_font(font: QFont) -> QFont:
    smaller = QFont(font)
    smaller.setPixelSize(metrics_for(font).caption_px)
    return smaller


def build_palette(tokens: Tokens) -> QPalette:
    """The palette that Fusion draws with; the style sheet refines it."""
    role = QPalette.ColorRole
    palette = QPalette(QColor(tokens.window))
    colors = {
        role.Window: tokens.window,
        role.WindowText: tokens.text,
        role.Base: tokens.panel,
        role.AlternateBase: tokens.window,
        role.Text: tokens.text,
        role.Button: tokens.raised,
        role.ButtonText: tokens.text,
        role.BrightText: tokens.no,
        role.Highlight: tokens.accent,
        role.HighlightedText: tokens.on_accent,
        role.ToolTipBase: tokens.raised,
        role.ToolTipText: tokens.text,
        role.PlaceholderText: tokens.quiet,
        role.Link: tokens.accent,
        role.Mid: tokens.line,
        role.Dark: tokens.line,
        role.Light: tokens.raised,
        role.Shadow: tokens.surround,
    }
    for which, color in colors.items():
        palette.setColor(which, QColor(color))
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, QColor(tokens.disabled))
    return palette


def apply_theme(app: QApplication, name: str) -> Tokens:
    """Dress the program in "dark" or "light". Widgets hear of it as a change of palette."""
    tokens = LIGHT if name == "light" else DARK
    app.setFont(base_font(QApplication.font()))
    app.setPalette(build_palette(tokens))
    app.setStyleSheet(style_sheet(tokens, metrics_for(app.font()).unit, metrics_for(app.font()).caption_px))
    return tokens


def elided_middle(text: str, font: QFont, width: int) -> str:
    from PySide6.QtCore import Qt

    return QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideMiddle, width)
