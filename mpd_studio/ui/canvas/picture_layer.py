"""All pictures of the canvas: the shown frame, the onion skin over it, the other side of a comparison."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, QRectF, QTimer, Signal
from PySide6.QtWidgets import QGraphicsScene

from mpd_studio.core.timeline import PlacedGap
from mpd_studio.session.frame_work import DraftFrame
from mpd_studio.session.selection import Compare, MotionView
from mpd_studio.session.session import Session
from mpd_studio.ui.canvas.compare_item import CompareItem, other_side
from mpd_studio.ui.canvas.frame_feed import FrameFeed, Place
from mpd_studio.ui.canvas.heat_item import HeatItem
from mpd_studio.ui.canvas.motion_item import MotionItem
from mpd_studio.ui.canvas.moving_item import MovingItem
from mpd_studio.ui.canvas.onion_skin import OnionSkin, onion_sources
from mpd_studio.ui.canvas.picture_item import PictureItem
from mpd_studio.ui.canvas.shown_frame import ShownFrame, ShownKind
from mpd_studio.ui.tokens import Tokens

_WAITING_OPACITY = 0.35
_LEAST_MS = 40  # that a frame of the moving picture stays


class PictureLayer(QObject):
    """Signals: failed(message): the shown frame cannot be read."""

    failed = Signal(str)

    def __init__(self, scene: QGraphicsScene, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._picture = PictureItem()
        self._onion = OnionSkin()
        self._compare = CompareItem()
        self._feed = FrameFeed(session, self)
        self._feed.arrived.connect(self._arrived)
        self._feed.failed.connect(self._failed)
        self.other_caption = ""
        self._heat = HeatItem()
        self._motion = MotionItem()
        self._moving = MovingItem()
        for item in (self._picture, self._onion, self._compare, self._heat, self._motion, self._moving):
            scene.addItem(item)
        self._clock = QTimer(self)
        self._clock.timeout.connect(self._step)

    @property
    def area(self) -> QRectF:
        """What the pictures fill, in canvas pixels."""
        return self._compare.whole_area

    @property
    def wipe_x(self) -> float | None:
        return self._compare.wipe_x

    def is_beside(self, x: float) -> bool:
        """Is this canvas x on the other picture of a comparison side by side? One draws on the left one only."""
        return self._compare.mode is Compare.SIDE_BY_SIDE and x >= self._session.document.timeline.canvas.width

    @property
    def picture(self) -> PictureItem:
        return self._picture

    @property
    def compare(self) -> CompareItem:
        return self._compare

    @property
    def onion(self) -> OnionSkin:
        return self._onion

    @property
    def heat(self) -> HeatItem:
        return self._heat

    @property
    def motion(self) -> MotionItem:
        return self._motion

    @property
    def moving(self) -> MovingItem:
        return self._moving

    def _step(self) -> None:
        self._moving.step()

    def show(self, shown: ShownFrame, placed: PlacedGap | None, tokens: Tokens) -> None:
        canvas = self._session.document.timeline.canvas
        area = QRectF(0, 0, canvas.width, canvas.height)
        for item in (self._picture, self._onion, self._compare):
            item.set_area(area)
        self._picture.setOpacity(_WAITING_OPACITY if shown.kind is ShownKind.WAITING else 1.0)
        self._picture.set_rough(shown.kind is ShownKind.PREVIEW)
        self._feed.want(Place.MAIN, shown.source)
        before, after = onion_sources(self._session, shown)
        self._feed.want(Place.BEFORE, before)
        self._feed.want(Place.AFTER, after)
        other, self.other_caption = other_side(self._session, placed, shown)
        self._feed.want(Place.OTHER, other)
        self._show_comparison()
        self._show_heat(shown, placed, area, tokens)
        self._show_motion(shown, placed, area)

    def trust_map(self, shown: ShownFrame, placed: PlacedGap | None) -> np.ndarray | None:
        """Where the shown frame of a take or a draft can be trusted: (h, w) uint8; None where that is not known."""
        maps = self._session.trust_maps
        if isinstance(shown.source, DraftFrame):
            return maps.of_draft(shown.source)
        take = placed.gap.chosen_take if placed is not None else None
        if shown.kind is not ShownKind.TAKE or take is None or shown.index is None:
            return None
        return maps.of_take(take.result.frames, shown.index) if take.result.provenance.confidence else None

    def _show_heat(self, shown: ShownFrame, placed: PlacedGap | None, area: QRectF, tokens: Tokens) -> None:
        wanted = self._session.selection.trust_map
        self._heat.show_map(self.trust_map(shown, placed) if wanted else None, area, tokens)

    def _show_motion(self, shown: ShownFrame, placed: PlacedGap | None, area: QRectF) -> None:
        view = self._session.selection.motion_view
        is_hidden = placed is None or shown.time is None or self._session.selection.playing
        self._show_moving(placed if view is MotionView.MOVING and not is_hidden else None, area)
        if placed is None or shown.time is None or is_hidden or view in (MotionView.OFF, MotionView.MOVING):
            self._motion.show_motion(MotionView.OFF, None, 0.0, area)
            return
        is_kept = bool(placed.gap.motions) and self._session.motions.is_offered
        if is_kept:
            motion = self._session.motions.seen(placed.gap.id, shown.time)
        else:
            found = self._session.motion_maps.ask(placed.gap.id, shown.time)
            motion = found.motion if found is not None else None
        self._motion.show_motion(view, motion, shown.time, area, is_kept)

    def _show_moving(self, placed: PlacedGap | None, area: QRectF) -> None:
        """As long as the gap itself lasts, and then again."""
        frames = None
        if placed is not None and placed.gap.motions:
            end = self._session.selection.end
            motion = placed.gap.motion(end) or placed.gap.motions[0]
            frames = self._session.motions.animation(placed.gap.id, motion.of)
        self._moving.show_frames(frames, area)
        if frames is None or placed is None:
            self._clock.stop()
            return
        lasts_ms = 1000 * (placed.gap.length + 1) / self._session.document.timeline.rate
        each_ms = max(_LEAST_MS, round(lasts_ms / max(1, len(frames) - 1)))
        if not self._clock.isActive() or self._clock.interval() != each_ms:
            self._clock.start(each_ms)

    def set_scale(self, scale: float) -> None:
        self._motion.set_scale(scale)
        self._moving.set_scale(scale)
        self._compare.set_scale(scale)

    def set_wipe(self, x: float) -> None:
        """x: canvas pixels."""
        self._compare.set_wipe(x / self._session.document.timeline.canvas.width)

    def set_onion_strength(self, strength: float) -> None:
        self._onion.set_strength(strength)

    def _arrived(self, place: Place) -> None:
        if place is Place.MAIN:
            self._picture.set_pixmap(self._feed.picture(place))
        if place in (Place.BEFORE, Place.AFTER):
            self._onion.set_pictures(self._feed.picture(Place.BEFORE), self._feed.picture(Place.AFTER))
        if place in (Place.MAIN, Place.OTHER):
            self._show_comparison()

    def _show_comparison(self) -> None:
        mode = self._session.selection.compare
        main, other = self._feed.picture(Place.MAIN), self._feed.picture(Place.OTHER)
        self._compare.show_pictures(mode, main, other)

    def _failed(self, place: Place, message: str) -> None:
        if place is Place.MAIN:
            self.failed.emit(message)
