"""The session: everything about the open project that is not a widget, built and closed in one place."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from mpd_studio.core.paths import ProgramPaths
from mpd_studio.jobs.board import JobBoard
from mpd_studio.session.bridge_desk import BridgeDesk
from mpd_studio.session.document import Document
from mpd_studio.session.drafts import Drafts
from mpd_studio.session.editors_desk import EditorsDesk
from mpd_studio.session.exporting import ExportDesk
from mpd_studio.session.frames import Frames
from mpd_studio.session.generator import Generator
from mpd_studio.session.importer import Importer
from mpd_studio.session.lab import Lab
from mpd_studio.session.lanes import Lanes
from mpd_studio.session.message import Message, MessageKind
from mpd_studio.session.missing_media import MissingMedia
from mpd_studio.session.motion_desk import MotionDesk
from mpd_studio.session.motion_maps import MotionMaps
from mpd_studio.session.named_weights import NamedWeights
from mpd_studio.session.player import Player
from mpd_studio.session.preferences import Preferences
from mpd_studio.session.previews import Previews
from mpd_studio.session.proposals import Proposals
from mpd_studio.session.recent import RecentFiles
from mpd_studio.session.resolve_desk import ResolveDesk
from mpd_studio.session.selection import Selection
from mpd_studio.session.sheets import TakeSheets
from mpd_studio.session.shot_changes import ShotChanges
from mpd_studio.session.suggestions import Suggestions
from mpd_studio.session.take_files import TakeFiles
from mpd_studio.session.timeline_files import TimelineFiles
from mpd_studio.session.trust_maps import TrustMaps
from mpd_studio.session.weights_desk import WeightsDesk

__all__ = ["Message", "MessageKind", "Session"]

_MIB = 1024 * 1024


class Session(QObject):
    """Lives in the GUI thread. Its threads start with their first work; close() ends them.

    Signals:
        message(Message): from any part of the session.
    """

    message = Signal(object)

    def __init__(self, paths: ProgramPaths, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.paths = paths
        self._lanes = Lanes(self)
        lanes = self._lanes
        self.preferences = Preferences(paths, lanes.save, self)
        self.recent = RecentFiles(paths, lanes.save, self)
        self.jobs = JobBoard(self)
        for lane in (lanes.gpu, lanes.io, lanes.weights):
            self.jobs.follow(lane)
        self.document = Document(paths, lanes, self)
        self.selection = Selection(self.document, self)
        self.player = Player(self.document, self.selection, self)
        self.drafts = Drafts(self.document, self.selection, self.preferences, lanes, self)
        self.trust_maps = TrustMaps(self.drafts, lanes, self)
        self.motion_maps = MotionMaps(self.document, self.drafts, lanes, self)
        self.proposals = Proposals(self.document, lanes, self)
        self.suggestions = Suggestions(self.document, lanes, self)
        cache_bytes = self.preferences.settings.cache_mib * _MIB
        self.frames = Frames(self.document, self.drafts, lanes, cache_bytes, self)
        self.importer = Importer(self.document, self.jobs, lanes, self)
        self.timelines = TimelineFiles(self.document, self.jobs, lanes, self)
        self.importer.timeline_wanted.connect(self.timelines.open)
        self.missing = MissingMedia(self.document, self.jobs, lanes, self)
        self.weights = WeightsDesk(paths, self.preferences, self.jobs, lanes, self)
        self.generator = Generator(self.document, self.preferences, self.weights, self.jobs, lanes, self)
        self.named_weights = NamedWeights(self.generator, self.preferences)
        self.motions = MotionDesk(self.document, self.generator, self.jobs, lanes, self)
        self.shot_changes = ShotChanges(self.document, self.drafts, self.generator, self)
        self.previews = Previews(self.document, self.jobs, lanes.gpu, self)
        self.lab = Lab(paths, self.document, self.generator, self.weights, self.jobs, lanes, self)
        self.sheets = TakeSheets(lanes, self)
        self.take_files = TakeFiles(self.frames, lanes, self)
        self.exporter = ExportDesk(self.document, self.jobs, lanes, self)
        self.bridge = BridgeDesk(paths, self.document, self.selection, self.generator, self.jobs, lanes, self)
        self.editors = EditorsDesk(paths, lanes, self)
        self.resolve = ResolveDesk(paths, self.jobs, lanes, self)
        parts = (
            self.document,
            self.preferences,
            self.suggestions,
            self.importer,
            self.timelines,
            self.missing,
            self.weights,
            self.generator,
            self.motions,
            self.shot_changes,
            self.lab,
            self.exporter,
            self.bridge,
            self.editors,
            self.resolve,
        )
        for part in parts:
            part.message.connect(self.message)
        self.document.opened.connect(self.recent.add)
        self.document.saved.connect(self.recent.add)
        QTimer.singleShot(0, self._say_first_notes)

    def close(self) -> bool:
        """Orderly end: jobs are cancelled, what is to be saved is saved. Takes 10 s at most.

        Returns False when a lane did not stop: the process must then be left without destroying this object.
        """
        self.player.pause()
        self.bridge.close()
        self.document.close()
        has_stopped = self._lanes.close()
        if has_stopped:
            self.generator.close()
            self.bridge.release()
        self.document.release()
        return has_stopped

    def _say_first_notes(self) -> None:
        for note in self.preferences.notes:
            self.message.emit(note)
