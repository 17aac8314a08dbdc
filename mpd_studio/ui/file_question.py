"""The question for files of any kind. It opens beside what asks and answers with a call."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget


def ask_files(
    parent: QWidget, title: str, start: str, then: Callable[[tuple[Path, ...]], None], *, are_many: bool
) -> QFileDialog:
    """start: the folder to begin in; "" for where the user was last. are_many: more than one may be named."""
    dialog = QFileDialog(parent, title, start)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles if are_many else QFileDialog.FileMode.ExistingFile)
    dialog.filesSelected.connect(lambda names: then(tuple(Path(name) for name in names)))
    dialog.open()
    return dialog
