"""Every text the user reads goes through here."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

_CONTEXT = "mpd_studio"


def tr(text: str) -> str:
    """The text in the user's language, where a translation is loaded."""
    return QCoreApplication.translate(_CONTEXT, text)


def frames_text(count: int) -> str:
    """ "1 frame", "19 frames"."""
    return tr("1 frame") if count == 1 else tr("{count} frames").format(count=count)
