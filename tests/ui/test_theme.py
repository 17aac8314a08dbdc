"""Both themes: readable, neutral, and with lengths that follow the font."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QFont
from pytestqt.qtbot import QtBot

from mpd_studio.ui.icons import icon_pixmap
from mpd_studio.ui.theme import build_palette, metrics_for, tokens_for
from mpd_studio.ui.tokens import DARK, LIGHT, Tokens


def _channels(color: str) -> tuple[int, int, int]:
    made = QColor(color)
    return made.red(), made.green(), made.blue()


def _luminance(color: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    parts = [channel / 255 for channel in _channels(color)]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=lambda tokens: tokens.name)
def test_text_can_be_read(tokens: Tokens) -> None:
    assert contrast(tokens.text, tokens.panel) >= 10
    assert contrast(tokens.quiet, tokens.panel) >= 5
    assert contrast(tokens.on_accent, tokens.accent) >= 4.5
    assert contrast(tokens.accent, tokens.panel) >= 3
    assert contrast(tokens.gap, tokens.window) >= 3


@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=lambda tokens: tokens.name)
def test_greys_have_no_tint(tokens: Tokens) -> None:
    for color in (tokens.surround, tokens.window, tokens.panel, tokens.raised, tokens.line, tokens.text, tokens.quiet):
        red, green, blue = _channels(color)
        assert red == green == blue


@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=lambda tokens: tokens.name)
def test_a_palette_tells_its_theme(tokens: Tokens, qtbot: QtBot) -> None:
    assert tokens_for(build_palette(tokens)) is tokens


def test_lengths_grow_with_the_font(qtbot: QtBot) -> None:
    small, large = QFont(), QFont()
    small.setPixelSize(13)
    large.setPixelSize(26)
    assert metrics_for(small).unit == 4
    assert metrics_for(large).unit == 8
    assert metrics_for(large).row == 2 * metrics_for(small).row


def test_icons_take_the_colour_they_are_given(qtbot: QtBot) -> None:
    image = icon_pixmap("filled", "#ff0000", 16).toImage()
    inked = [image.pixelColor(x, y) for x in range(16) for y in range(16) if image.pixelColor(x, y).alpha() > 200]
    assert inked
    assert all(color.red() > 200 and color.green() < 60 for color in inked)
