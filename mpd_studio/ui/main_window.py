"""The window: panels around the canvas, menus from the action table."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, QSettings, Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu, QWidget

from mpd_studio.core.timeline import Timeline
from mpd_studio.session.exporting import ExportReport
from mpd_studio.session.message import Message, info
from mpd_studio.session.selection import Compare, Tool
from mpd_studio.session.session import Session
from mpd_studio.ui.actions import ActionTable, Menu
from mpd_studio.ui.centre import Centre
from mpd_studio.ui.command_palette import CommandPalette
from mpd_studio.ui.commands.all_rows import ALL_ROWS
from mpd_studio.ui.dialogs.files import ask_media, ask_new_project, ask_project
from mpd_studio.ui.dock_panels import TabbedPages, add_dock
from mpd_studio.ui.gap_index import GapIndex
from mpd_studio.ui.key_guard import KeyGuard
from mpd_studio.ui.media_drops import files_of
from mpd_studio.ui.motion_drops import ask_motion, ask_new_motion, dropped_motion, take_motion
from mpd_studio.ui.panels.gap_list import GapList
from mpd_studio.ui.panels.inspector import Inspector
from mpd_studio.ui.panels.jobs import JobsPopup
from mpd_studio.ui.panels.lab import LabPanel
from mpd_studio.ui.panels.media_bin import MediaBin
from mpd_studio.ui.panels.takes import TakesStrip
from mpd_studio.ui.pieces import IconButton, label
from mpd_studio.ui.situation import Situation, read_situation
from mpd_studio.ui.status_line import StatusLine
from mpd_studio.ui.texts import tr
from mpd_studio.ui.theme import apply_theme, metrics_for, tokens_of
from mpd_studio.ui.timeline.hits import Hit
from mpd_studio.ui.timeline.menus import build_timeline_menu
from mpd_studio.ui.timeline.view import TimelineView

log = logging.getLogger(__name__)
_LAYOUT_VERSION = 2


class MainWindow(QMainWindow):
    """remembered: the file of the window's layout. open_demo: opens the demo project."""

    def __init__(self, session: Session, remembered: Path, open_demo: Callable[[], None]) -> None:
        super().__init__()
        self.session = session
        self.open_demo = open_demo
        self._remembered = remembered
        self._index = GapIndex()
        self._hidden_for_full_screen: list[QWidget] | None = None
        self.setObjectName("desk")
        self.setAcceptDrops(True)
        self.setDockOptions(QMainWindow.DockOption.AllowNestedDocks)
        self.table = ActionTable(ALL_ROWS, self, self)
        self.addActions(list(self.table.actions))
        self.centre = Centre(session, self.table)
        self.setCentralWidget(self.centre)
        self._build_panels()
        self.status = StatusLine(session, self._index)
        self.setStatusBar(self.status)
        self._menus = self.table.fill(self.menuBar())
        self.recent_menu = QMenu(tr("Open recent"), self)
        self._menus[Menu.FILE].insertMenu(self.table.action("file.import"), self.recent_menu)
        self.palette_popup = CommandPalette(self.table, self)
        self.jobs_popup = JobsPopup(session, self)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            self._key_guard = KeyGuard(app, self)
        self._listen()
        self.table.dress(tokens_of(self))
        self._restore()
        self.table.refresh()
        self._show_title()
        self._fill_recent()

    def _build_panels(self) -> None:
        session = self.session
        self.gaps, self.media = GapList(session, self._index), MediaBin(session)
        self.left_pages = TabbedPages((tr("Media"), self.media), (tr("Gaps"), self.gaps))
        self.inspector = Inspector(session, self, self.table)
        self.timeline = TimelineView(session, self._index)
        self.takes = TakesStrip(session, self, self.table)
        area = Qt.DockWidgetArea
        self.setCorner(Qt.Corner.BottomLeftCorner, area.BottomDockWidgetArea)
        self.setCorner(Qt.Corner.BottomRightCorner, area.BottomDockWidgetArea)
        tabs = (self.left_pages.tabs,)
        left = add_dock(self, "left", tr("Media and gaps"), area.LeftDockWidgetArea, self.left_pages, tabs)
        right = add_dock(self, "inspector", tr("Inspector"), area.RightDockWidgetArea, self.inspector)
        zoom = (
            "edit.snap",
            "edit.split",
            "gap.from_marks",
            "gap.previous",
            "gap.next",
            "view.timeline_out",
            "view.timeline_in",
        )
        buttons = [IconButton("", action=self.table.action(name)) for name in (*zoom, "view.timeline_fit")]
        title = (label(tr("Timeline"), "section"), *buttons)
        low = add_dock(self, "timeline", tr("Timeline"), area.BottomDockWidgetArea, self.timeline, title, self.takes)
        self.lab = LabPanel(session, self)
        lab = add_dock(self, "lab", tr("Lab"), area.BottomDockWidgetArea, self.lab)
        self.splitDockWidget(lab, low, Qt.Orientation.Vertical)
        lab.hide()
        self.docks = {"left": left, "inspector": right, "timeline": low, "lab": lab}

    def _listen(self) -> None:
        session = self.session
        session.message.connect(self.centre.messages.show_message)
        session.document.file_changed.connect(self._show_title)
        session.document.changed.connect(self._show_title)
        session.document.changed.connect(self._on_tracks)
        session.recent.changed.connect(self._fill_recent)
        session.preferences.changed.connect(self._on_preferences)
        session.exporter.finished.connect(self._on_exported)
        self.timeline.menu_wanted.connect(self._show_timeline_menu)
        self.media.import_wanted.connect(self.ask_import)
        self.media.demo_wanted.connect(lambda: self.open_demo())
        self.centre.canvas.demo_wanted.connect(lambda: self.open_demo())
        self.status.jobs_wanted.connect(self.show_jobs)
        self.takes.shown_changed.connect(self._on_takes_shown)
        for dock in self.docks.values():
            dock.visibilityChanged.connect(self.table.refresh_soon)

    # What the commands ask for

    def situation(self) -> Situation:
        return read_situation(self.session, self._index)

    def ask_open(self) -> None:
        ask_project(self, lambda path: self.session.importer.open_files([path]))

    def ask_import(self) -> None:
        ask_media(self, self.session.importer.open_files)

    def ask_save_as(self) -> None:
        ask_new_project(self, self.document_name, self.session.document.save_as)

    def ask_export(self, every_gap: bool) -> None:
        from mpd_studio.ui.dialogs.export import ExportDialog

        now = self.situation()
        ExportDialog(self.session, None if every_gap else now.gap, now.gap_number, self).open()

    def ask_export_timeline(self) -> None:
        from mpd_studio.ui.dialogs.export_timeline import ExportTimelineDialog

        ExportTimelineDialog(self.session, self.document_name, self).open()

    def ask_rename_take(self) -> None:
        self.takes.begin_rename()

    def ask_load_motion(self) -> None:
        ask_motion(self, lambda file: take_motion(self.session, file))

    def ask_save_motion(self) -> None:
        gap_id, end = self.session.selection.gap_id, self.session.selection.end
        if gap_id is not None:
            name = f"{self.document_name}-{end.value}-motion"
            ask_new_motion(self, name, lambda file: self.session.motions.save(gap_id, end, file))

    def show_preferences(self) -> None:
        from mpd_studio.ui.dialogs.preferences import PreferencesDialog

        PreferencesDialog(self.session, self).open()

    def show_weights(self) -> None:
        """One window of weights, which stays open beside the desk."""
        from mpd_studio.ui.dialogs.weights import WeightsDialog

        for dialog in self.findChildren(WeightsDialog):
            dialog.raise_()
            dialog.activateWindow()
            return
        WeightsDialog(self.session, self).show()

    def show_editors(self) -> None:
        """One window of editors, which stays open beside the desk."""
        from mpd_studio.ui.dialogs.editors import EditorsDialog

        for dialog in self.findChildren(EditorsDialog):
            dialog.raise_()
            dialog.activateWindow()
            return
        EditorsDialog(self.session.editors, self.session.bridge, self).show()

    def show_shortcuts(self) -> None:
        from mpd_studio.ui.dialogs.shortcuts import ShortcutsDialog

        ShortcutsDialog(self.table, self).open()

    def show_about(self) -> None:
        from mpd_studio.ui.dialogs.about import AboutDialog

        AboutDialog(self).open()

    def show_palette(self) -> None:
        self.palette_popup.open_over(self)

    def show_jobs(self) -> None:
        margin = metrics_for(self.font()).unit
        self.jobs_popup.open_above(self.status.mapToGlobal(QPoint(self.status.width() - margin, -margin)))

    def set_theme(self, name: str) -> None:
        self.session.preferences.set(theme=name)

    def zoom_canvas_fit(self) -> None:
        self.centre.canvas.zoom_fit()

    def zoom_canvas_pixel(self) -> None:
        self.centre.canvas.zoom_pixel()

    def toggle_grey_surround(self) -> None:
        self.centre.canvas.set_grey_surround(not self.is_grey_surround())

    def is_grey_surround(self) -> bool:
        return self.centre.canvas.is_grey_surround

    def zoom_timeline(self, factor: float) -> None:
        self.timeline.zoom(factor)

    def zoom_timeline_fit(self) -> None:
        self.timeline.zoom_fit()

    def toggle_full_screen(self) -> None:
        """Everything but the canvas and the transport goes, and comes back as it was."""
        if self._hidden_for_full_screen is None:
            others = [*self.docks.values(), self.menuBar(), self.status]
            self._hidden_for_full_screen = [widget for widget in others if not widget.isHidden()]
            for widget in self._hidden_for_full_screen:
                widget.hide()
            self.showFullScreen()
        else:
            for widget in self._hidden_for_full_screen:
                widget.show()
            self._hidden_for_full_screen = None
            self.showNormal()
        self.table.refresh_soon()

    def is_full_screen_canvas(self) -> bool:
        return self._hidden_for_full_screen is not None

    def toggle_panel(self, name: str) -> None:
        dock = self.docks[name]
        dock.setVisible(dock.isHidden())
        if dock.isVisible() and dock is self.docks["lab"]:  # its first height says nothing of what it has to show
            wanted = min(75 * metrics_for(self.font()).unit, self.height() // 3)
            self.resizeDocks([dock], [max(dock.height(), wanted)], Qt.Orientation.Vertical)

    def is_panel_shown(self, name: str) -> bool:
        return not self.docks[name].isHidden()

    def leave_mode(self) -> None:
        """The innermost mode ends: full screen, then a comparison, then a tool, then the selection."""
        selection = self.session.selection
        if self.is_full_screen_canvas():
            self.toggle_full_screen()
        elif selection.compare is not Compare.OFF:
            selection.set_compare(Compare.OFF)
        elif selection.tool is not Tool.SELECT:
            selection.set_tool(Tool.SELECT)
        else:
            selection.clear()

    def close_window(self) -> None:
        self.close()

    # Following the session

    @property
    def document_name(self) -> str:
        document = self.session.document
        return document.title if document.path else document.timeline.name

    def _show_title(self) -> None:
        document = self.session.document
        read_only = tr(" (read-only)") if document.is_read_only else ""
        self.setWindowTitle(f"{self.document_name}{read_only}[*] – MPD Studio")
        self.setWindowModified(document.is_modified)

    def _fill_recent(self) -> None:
        self.recent_menu.clear()
        for path in self.session.recent.files():
            action = self.recent_menu.addAction(path.name)
            action.setToolTip(str(path))
            action.triggered.connect(lambda checked=False, path=path: self.session.document.open(path))
        self.recent_menu.setToolTipsVisible(True)
        self.recent_menu.setEnabled(bool(self.session.recent.files()))

    def _on_preferences(self) -> None:
        app = QApplication.instance()
        name = self.session.preferences.settings.theme
        if isinstance(app, QApplication) and tokens_of(self).name != name:
            apply_theme(app, name)
        self.table.refresh_soon()

    def _on_exported(self, report: ExportReport) -> None:
        files, folder = report.files, report.folder
        verdict, lines = report.verdict, report.lines
        count = tr("1 file") if len(files) == 1 else tr("{count} files").format(count=len(files))
        text = tr("Exported {count} to {folder}: {verdict}.").format(count=count, folder=folder, verdict=verdict)
        self.centre.messages.show_message(info(text, "\n".join(lines)))

    def _on_takes_shown(self) -> None:
        """The strip of takes takes its room from the canvas, not from the timeline, and gives it back."""
        self._resize_low(self.timeline.height())

    def _on_tracks(self, before: Timeline, after: Timeline) -> None:
        """A track more takes its room from the canvas, as long as that stays the larger one."""
        wanted = min(self.timeline.wanted_height(), self.height() * 2 // 5)
        if len(after.tracks) > len(before.tracks) and self.timeline.height() < wanted:
            self._resize_low(wanted)

    def _resize_low(self, timeline_px: int) -> None:
        dock = self.docks["timeline"]
        title = dock.titleBarWidget()
        wanted = timeline_px + (title.sizeHint().height() if title else 0)
        self.resizeDocks([dock], [wanted], Qt.Orientation.Vertical)

    def show_message(self, message: Message) -> None:
        """For what happens outside of the session, such as a crash report."""
        self.centre.messages.show_message(message)

    def _show_timeline_menu(self, hit: Hit, spot: QPoint) -> None:
        build_timeline_menu(self, self.session, self.table, hit, self.timeline.begin_rename_track).popup(spot)

    # The window itself

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow():
            self.session.missing.check()  # the user may have been away to copy a file back
            self.session.take_files.look_again()
            self.session.weights.look_again()
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "table"):
            self.table.dress(tokens_of(self))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if files_of(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        files, motion = files_of(event.mimeData()), dropped_motion(event.mimeData())
        if motion is not None:
            take_motion(self.session, motion)
            event.acceptProposedAction()
        elif files:
            self.session.importer.open_files(files)
            event.acceptProposedAction()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Nobody is asked: edits are in the journal, and a running job is cancelled with nothing half-written."""
        if self.is_full_screen_canvas():
            self.toggle_full_screen()
        self._remember()
        event.accept()

    def _remember(self) -> None:
        try:
            self._remembered.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            log.warning("The layout of the window could not be kept in %s: %s", self._remembered, error)
            return
        settings = QSettings(str(self._remembered), QSettings.Format.IniFormat)
        settings.setValue("geometry", self.saveGeometry())
        settings.setValue("panels", self.saveState(_LAYOUT_VERSION))
        settings.setValue("tab", self.left_pages.tabs.currentIndex())
        stopped = [row.title for row in self.session.jobs.rows if not row.state.has_ended and row.gap_id]
        settings.setValue("stopped", "\n".join(stopped))
        settings.sync()

    def _restore(self) -> None:
        unit = metrics_for(self.font()).unit
        self.setMinimumSize(240 * unit, 150 * unit)
        self.resize(360 * unit, 225 * unit)
        side = [self.docks["left"], self.docks["inspector"]]
        self.resizeDocks(side, [62 * unit, 72 * unit], Qt.Orientation.Horizontal)
        self._resize_low(self.timeline.wanted_height())
        settings = QSettings(str(self._remembered), QSettings.Format.IniFormat)
        geometry, panels = settings.value("geometry"), settings.value("panels")
        if geometry is not None:
            self.restoreGeometry(geometry)  # type: ignore[arg-type]  # QSettings gives back what was put in
        if panels is not None:
            self.restoreState(panels, _LAYOUT_VERSION)  # type: ignore[arg-type]  # as above
        tab = settings.value("tab", 0)
        self.left_pages.tabs.setCurrentIndex(int(str(tab)))
        stopped = str(settings.value("stopped", "") or "").splitlines()
        if stopped:
            settings.remove("stopped")
            text = tr("Closing the window stopped what was being made: {jobs}. Press G in the gap to make it again.")
            self.centre.messages.show_message(info(text.format(jobs=", ".join(stopped))))
