"""The media bin: what the project can use, with thumbnails; from here it is dragged to the timeline."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import (
    QFileDialog,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QPushButton,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from mpd_studio.core.edits import remove_media
from mpd_studio.core.frames import rate_title
from mpd_studio.core.geometry import Size
from mpd_studio.core.media_ref import FrameRef, MediaKind, MediaRef
from mpd_studio.core.timeline import Clip, Timeline
from mpd_studio.session.session import Session
from mpd_studio.ui.icons import build_icon
from mpd_studio.ui.media_drops import media_mime, place_media
from mpd_studio.ui.panels.two_column_delegate import SECOND_LINE, TwoColumnDelegate
from mpd_studio.ui.pieces import label
from mpd_studio.ui.texts import tr
from mpd_studio.ui.theme import metrics_for, tokens_of
from mpd_studio.ui.thumbnails import Thumbnails


class _List(QListWidget):
    """Drags carry the place of the media in the bin."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session

    def mimeData(self, items: object) -> QMimeData:
        row = self.row(items[0]) if isinstance(items, list) and items else self.currentRow()
        timeline = self._session.document.timeline
        return media_mime(timeline, timeline.media[row])


class MediaBin(QWidget):
    """Signals: import_wanted(), demo_wanted(): the buttons of the empty bin."""

    import_wanted = Signal()
    demo_wanted = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._thumbnails = Thumbnails(session.frames, self)
        grid = metrics_for(self.font())
        self._picture = QSize(16 * grid.unit, 9 * grid.unit)
        self._list = _List(session)
        self._list.setItemDelegate(TwoColumnDelegate(self._list, self._picture, two_lines=True))
        self._list.setAccessibleName(tr("Media"))
        self._list.setDragEnabled(True)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self._list)
        self._pages.addWidget(self._build_empty())
        self._list.customContextMenuRequested.connect(self._show_menu)
        self._list.itemActivated.connect(lambda item: self.place(self._list.row(item)))
        self._thumbnails.arrived.connect(self._show_pictures)
        session.document.changed.connect(self._on_document)
        session.missing.changed.connect(self._fill)
        self._fill()

    @property
    def list(self) -> QListWidget:
        return self._list

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_pages"):
            self._show_pictures()

    def place(self, row: int) -> None:
        """Put the media at the end of the first track."""
        timeline = self._session.document.timeline
        place_media(self._session, timeline.media[row], 0, timeline.tracks[0].length)

    def _build_empty(self) -> QWidget:
        page = QWidget()
        grid = metrics_for(self.font())
        column = QVBoxLayout(page)
        column.setContentsMargins(3 * grid.unit, 3 * grid.unit, 3 * grid.unit, 3 * grid.unit)
        column.setSpacing(2 * grid.unit)
        column.addWidget(label(tr("Drop clips, image sequences or stills here."), "quiet", wraps=True))
        open_media = QPushButton(tr("Import media…"))
        open_media.setToolTip(tr("Bring clips, image sequences or stills into the project."))
        demo = QPushButton(tr("Open the demo"))
        demo.setToolTip(tr("Two clips with a gap between them, to try things on."))
        column.addWidget(open_media)
        column.addWidget(demo)
        column.addStretch(1)
        open_media.clicked.connect(self.import_wanted)
        demo.clicked.connect(self.demo_wanted)
        return page

    def _on_document(self, before: Timeline, after: Timeline) -> None:
        if before.media is not after.media:
            self._fill()

    def _fill(self) -> None:
        media = self._session.document.timeline.media
        self._pages.setCurrentIndex(0 if media else 1)
        while self._list.count() > len(media):
            self._list.takeItem(self._list.count() - 1)
        while self._list.count() < len(media):
            self._list.addItem(QListWidgetItem())
        for row, ref in enumerate(media):
            item = self._list.item(row)
            item.setText(ref.name)
            is_missing = self._session.missing.is_missing(ref)
            facts = tr("missing") if is_missing else facts_line(ref)
            item.setData(SECOND_LINE, facts)
            tip = tr("Missing. Right-click to find it again.") if is_missing else facts
            item.setToolTip(f"{ref.path}\n{tip}")
        self._show_pictures()

    def _show_pictures(self) -> None:
        ratio = self.devicePixelRatioF()
        size = Size(round(self._picture.width() * ratio), round(self._picture.height() * ratio))
        tokens = tokens_of(self)
        for row, ref in enumerate(self._session.document.timeline.media[: self._list.count()]):
            pixmap = self._thumbnails.pixmap(FrameRef(ref, 0), size)
            if self._session.missing.is_missing(ref):
                self._list.item(row).setIcon(build_icon("warn", tokens, tokens.check))
                continue
            blank = build_icon("still" if ref.kind is MediaKind.STILL else "film", tokens, tokens.quiet)
            self._list.item(row).setIcon(QIcon(_fitted(pixmap, size)) if pixmap else blank)

    def _show_menu(self, point: QPoint) -> None:
        item = self._list.itemAt(point)
        if item is None:
            return
        row = self._list.row(item)
        media = self._session.document.timeline.media[row]
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(tr("Add to the end of the timeline"), lambda: self.place(row))
        menu.addAction(tr("Find the file again…"), lambda: self._ask_relink(media))
        if self._session.missing.refs:
            menu.addAction(tr("Search a folder for missing files…"), self._ask_search)
        remove = menu.addAction(tr("Remove from project"), lambda: self.remove(media))
        if _is_used(self._session, media):
            remove.setEnabled(False)
            remove.setToolTip(tr("Its clips are still on the timeline. Delete them first."))
            menu.setToolTipsVisible(True)
        menu.popup(self._list.viewport().mapToGlobal(point))

    def remove(self, media: MediaRef) -> None:
        self._session.document.apply(tr("Remove media"), lambda timeline: remove_media(timeline, media))

    def _ask_relink(self, media: MediaRef) -> None:
        dialog = QFileDialog(self, tr("Where is {name} now?").format(name=media.name), str(media.path.parent))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self._session.importer.relink(media, Path(name)))
        dialog.open()

    def _ask_search(self) -> None:
        dialog = QFileDialog(self, tr("Which folder are the missing files in?"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(lambda name: self._session.missing.search(Path(name)))
        dialog.open()


def facts_line(media: MediaRef) -> str:
    """ "1280 × 720 · 23.976 · 48 f"; a still has neither rate nor length."""
    parts = [str(media.size)]
    if media.frame_count > 1:
        parts += [rate_title(media.rate), tr("{count} f").format(count=media.frame_count)]
    return " · ".join(parts)


def _fitted(pixmap: QPixmap, size: Size) -> QPixmap:
    return pixmap.scaled(
        size.width, size.height, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    )


def _is_used(session: Session, media: MediaRef) -> bool:
    return any(
        isinstance(item, Clip) and item.media == media
        for track in session.document.timeline.tracks
        for item in track.items
    )
