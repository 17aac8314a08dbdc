"""Files of motion that are dropped on the window, and the questions for such files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMimeData, Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from mpd_studio.session.session import Session
from mpd_studio.ui.media_drops import files_of
from mpd_studio.ui.texts import tr

_ONLY_MOTION = (".npz", ".flo")  # an .exr may as well be a picture
_ANY_MOTION = (*_ONLY_MOTION, ".exr")
_PATTERNS = "Motion (*.npz *.flo *.exr)"


def dropped_motion(mime: QMimeData, is_asked_for: bool = False) -> Path | None:
    """The one file of motion that is dropped. is_asked_for: on a place that takes motion alone: .exr is one too."""
    files = files_of(mime)
    endings = _ANY_MOTION if is_asked_for else _ONLY_MOTION
    return files[0] if len(files) == 1 and files[0].suffix.lower() in endings else None


def take_motion(session: Session, file: Path) -> None:
    """Keep it with the selected gap, as the motion of the end that is shown."""
    session.motions.load(session.selection.gap_id, session.selection.end, file)


def ask_motion(parent: QWidget, then: Callable[[Path], object]) -> QFileDialog:
    dialog = _dialog(parent, tr("Load motion"), QFileDialog.FileMode.ExistingFile)
    dialog.fileSelected.connect(lambda name: then(Path(name)))
    dialog.open()
    return dialog


def ask_new_motion(parent: QWidget, suggested: str, then: Callable[[Path], None]) -> QFileDialog:
    """suggested: a name without ending."""
    dialog = _dialog(parent, tr("Save motion"), QFileDialog.FileMode.AnyFile)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix("npz")
    dialog.selectFile(f"{suggested}.npz")
    dialog.fileSelected.connect(lambda name: then(Path(name)))
    dialog.open()
    return dialog


def _dialog(parent: QWidget, title: str, mode: QFileDialog.FileMode) -> QFileDialog:
    dialog = QFileDialog(parent, title)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setFileMode(mode)
    dialog.setNameFilter(tr(_PATTERNS))
    return dialog
