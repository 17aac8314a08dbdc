"""Every text the user reads goes through here."""

from __future__ import annotations

import re

from PySide6.QtCore import QCoreApplication

_CONTEXT = "mpd_studio"
_MAY_BREAK = "\u200b"  # takes no room; lines may end there
_LONGEST_WORD = 20
_LONG_WORD = re.compile(rf"\S{{{_LONGEST_WORD + 1},}}")
_PIECE = re.compile(rf"[^_./\\-]{{0,{_LONGEST_WORD - 1}}}[_./\\-]|[^_./\\-]{{1,{_LONGEST_WORD}}}")


def tr(text: str) -> str:
    """The text in the user's language, where a translation is loaded."""
    return QCoreApplication.translate(_CONTEXT, text)


def frames_text(count: int) -> str:
    """ "1 frame", "19 frames"."""
    return tr("1 frame") if count == 1 else tr("{count} frames").format(count=count)


def breakable(text: str) -> str:
    """The text with places where its long words, such as names of files, may be broken into lines."""
    return _LONG_WORD.sub(lambda word: _MAY_BREAK.join(_PIECE.findall(word.group())), text)
