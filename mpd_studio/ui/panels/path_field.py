"""The field for a file that an engine is told of, or for several: typed, picked, or dropped on it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent

from mpd_studio.core.engine_option import EngineOption, OptionValue
from mpd_studio.ui.file_question import ask_files
from mpd_studio.ui.media_drops import files_of
from mpd_studio.ui.panels.option_fields import TextField
from mpd_studio.ui.pieces import IconButton
from mpd_studio.ui.texts import tr


class PathField(TextField):
    """browse: the button for the picker; whoever shows the field puts it behind.

    Whether the files are there is for the engine to say, on the contract sheet and before a run.
    """

    def __init__(self, option: EngineOption) -> None:
        super().__init__(option)
        self._tip = ""
        self.setPlaceholderText(tr("none"))
        title = tr(option.title)
        self.browse = IconButton("folder", tr("Browse for {option}…").format(option=title), tr("Pick a file…"))
        self.browse.clicked.connect(self._on_browse)

    def show_value(self, said: OptionValue | None, in_effect: OptionValue) -> None:
        super().show_value(said, in_effect)
        self._tip = self._tip or self.toolTip()
        self.setToolTip("\n".join(filter(None, (self._tip, self._shown))))  # the field is too narrow for most paths

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._can_take(files_of(event.mimeData())):
            event.acceptProposedAction()
        else:
            super().dragEnterEvent(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if self._can_take(files_of(event.mimeData())):
            event.acceptProposedAction()
        else:
            super().dragMoveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        files = files_of(event.mimeData())
        if self._can_take(files):
            event.acceptProposedAction()
            self._take(files)
        else:
            super().dropEvent(event)

    def _can_take(self, files: tuple[Path, ...]) -> bool:
        return bool(files) and (len(files) == 1 or bool(self._option.joined_by))

    def _take(self, files: tuple[Path, ...]) -> None:
        """Where the option lists several, these come to those that are there."""
        between = self._option.joined_by
        kept = [part.strip() for part in self.text().split(between.strip()) if part.strip()] if between else []
        self.setText(between.join((*kept, *map(str, files))))
        self._on_edited()

    def _on_browse(self) -> None:
        last = self.text().rpartition(self._option.joined_by.strip())[2] if self._option.joined_by else self.text()
        folder = Path(last.strip()).expanduser().parent
        start = str(folder) if folder.is_absolute() else ""
        title = tr(self._option.title)
        ask_files(self.window(), title, start, self._take, are_many=bool(self._option.joined_by))
