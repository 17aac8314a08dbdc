"""Questions for files. They open beside the desk and answer with a call; nothing waits for them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from mpd_studio.session.timeline_files import SUFFIXES
from mpd_studio.ui.texts import tr

_PROJECTS = "MPD Studio projects (*.mpdproj)"


def ask_project(parent: QWidget, then: Callable[[Path], None]) -> QFileDialog:
    """A project, or a timeline of an editor."""
    dialog = _dialog(parent, tr("Open project or timeline"), QFileDialog.FileMode.ExistingFile)
    timelines = " ".join(f"*{suffix}" for suffix in SUFFIXES)
    every = tr("Projects and timelines ({patterns})").format(patterns=f"*.mpdproj {timelines}")
    dialog.setNameFilters([every, tr(_PROJECTS), tr("Timelines of editors ({patterns})").format(patterns=timelines)])
    dialog.fileSelected.connect(lambda name: then(Path(name)))
    dialog.open()
    return dialog


def ask_media(parent: QWidget, then: Callable[[list[Path]], None]) -> QFileDialog:
    dialog = _dialog(parent, tr("Import media"), QFileDialog.FileMode.ExistingFiles)
    dialog.filesSelected.connect(lambda names: then([Path(name) for name in names]))
    dialog.open()
    return dialog


def ask_new_project(parent: QWidget, suggested: str, then: Callable[[Path], None]) -> QFileDialog:
    """suggested: a name without suffix."""
    dialog = _dialog(parent, tr("Save project as"), QFileDialog.FileMode.AnyFile)
    dialog.setNameFilter(tr(_PROJECTS))
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix("mpdproj")
    dialog.selectFile(suggested)
    dialog.fileSelected.connect(lambda name: then(Path(name)))
    dialog.open()
    return dialog


def _dialog(parent: QWidget, title: str, mode: QFileDialog.FileMode) -> QFileDialog:
    dialog = QFileDialog(parent, title)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setFileMode(mode)
    return dialog
