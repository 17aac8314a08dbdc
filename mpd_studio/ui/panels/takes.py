"""The strip of takes: only there with a gap selected."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QHBoxLayout, QMenu, QScrollArea, QWidget

from mpd_studio.core.drawing_edits import differ_only_in_guidance
from mpd_studio.core.gap_edits import choose_take, delete_take, rename_take, take_fits
from mpd_studio.core.geometry import Size
from mpd_studio.core.ids import GapId, TakeId
from mpd_studio.core.timeline import PlacedGap, Take, Timeline
from mpd_studio.session.drafts import Draft
from mpd_studio.session.selection import Compare
from mpd_studio.session.session import Session
from mpd_studio.ui.actions import ActionTable
from mpd_studio.ui.desk import Desk
from mpd_studio.ui.elided_label import ElidedLabel
from mpd_studio.ui.images import pixmap_of
from mpd_studio.ui.panels.take_card import TakeCard
from mpd_studio.ui.panels.take_origin import made_with
from mpd_studio.ui.pieces import IconButton, label, rule
from mpd_studio.ui.texts import tr
from mpd_studio.ui.theme import metrics_for
from mpd_studio.ui.thumbnails import Thumbnails


class TakesStrip(QWidget):
    """Cards of the draft and of every take, and the ways to compare two of them.

    Signals:
        shown_changed(): it came or went; the layout has not followed yet.
    """

    shown_changed = Signal()

    def __init__(self, session: Session, desk: Desk, table: ActionTable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._desk = desk
        self._thumbnails = Thumbnails(session.frames, self)
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(tr("Takes"))
        grid = metrics_for(self.font())
        self._title = label("", "section")
        self._hint = ElidedLabel()
        self._hint.setProperty("role", "caption")
        self._draft = TakeCard(is_draft=True)
        self._draft.chosen.connect(lambda: self._choose(None))
        self._preview = TakeCard(is_draft=True)
        self._preview.chosen.connect(lambda: self._show_on_canvas(True))
        self._preview.hide()
        self._draft_picture: tuple[GapId, np.ndarray, QPixmap] | None = None
        self._cards: list[TakeCard] = []
        row = QWidget()
        row.setProperty("role", "panel")
        self._row = QHBoxLayout(row)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(2 * grid.unit)
        self._row.addWidget(self._draft)
        self._row.addWidget(self._preview)
        self._row.addWidget(self._hint, 1)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setWidget(row)
        self._area.setFixedHeight(self._draft.height() + 2 * grid.unit + 2)  # with room for its scroll bar
        line = QHBoxLayout(self)
        line.setContentsMargins(3 * grid.unit, 0, 3 * grid.unit, 0)
        line.setSpacing(grid.unit)
        line.addWidget(self._title)
        line.addSpacing(2 * grid.unit)
        line.addWidget(self._area, 1)
        for action_id in (
            "view.wipe",
            "view.difference",
            "view.side_by_side",
            "",
            "gap.rename_take",
            "gap.delete_take",
        ):
            line.addWidget(IconButton("", action=table.action(action_id)) if action_id else rule(upright=True))
        self._thumbnails.arrived.connect(self.refresh)
        session.document.changed.connect(self._on_document)
        session.selection.changed.connect(self.refresh)
        session.take_files.changed.connect(self.refresh)
        session.drafts.changed.connect(self._on_draft)
        session.previews.changed.connect(self._on_draft)
        session.selection.playhead_changed.connect(self._on_playhead)
        self.hide()
        self.refresh()

    @property
    def cards(self) -> tuple[TakeCard, ...]:
        """Of the takes, in order; without the draft's."""
        return tuple(self._cards)

    @property
    def draft_card(self) -> TakeCard:
        return self._draft

    @property
    def preview_card(self) -> TakeCard:
        """Hidden while nothing is made for the gap."""
        return self._preview

    def begin_rename(self) -> None:
        for card in self._cards:
            if card.is_chosen:
                card.begin_rename()

    def refresh(self) -> None:
        now = self._desk.situation()
        if self.isHidden() == (now.gap is not None):
            self.setVisible(now.gap is not None)
            self.shown_changed.emit()
        if now.gap is None:
            return
        takes = now.gap.gap.takes
        self._title.setText(tr("Takes of gap {number}").format(number=now.gap_number))
        self._match(len(takes))
        for card, take in zip(self._cards, takes, strict=True):
            self._show(card, take, now.gap)
        self._show_draft(now.gap)
        self._show_preview(now.gap)
        self._hint.setText(self._hint_text(now.gap))

    def _match(self, count: int) -> None:
        while len(self._cards) > count:
            card = self._cards.pop()
            self._row.removeWidget(card)
            card.hide()
            card.deleteLater()
        while len(self._cards) < count:
            card = TakeCard()
            index = len(self._cards)
            card.chosen.connect(lambda i=index: self._choose(self._take_id(i)))
            card.compared.connect(lambda i=index: self._compare(self._take_id(i)))
            card.renamed.connect(lambda name, i=index: self._rename(self._take_id(i), name))
            card.deleted.connect(lambda i=index: self._delete(self._take_id(i)))
            card.menu_wanted.connect(lambda spot, i=index: self._show_menu(i, spot))
            self._cards.append(card)
            self._row.insertWidget(len(self._cards), card)

    def _show(self, card: TakeCard, take: Take, placed: PlacedGap) -> None:
        frames = take.result.frames
        source = frames.path(frames.count // 2)
        is_compared = take.id == self._session.selection.compare_take
        note = take.note
        if not take_fits(placed, take):
            note = tr("Made for another length or other boundary frames: generate again to fit the gap as it is now.")
        lost = self._session.take_files.problem(take)
        made = made_with(take, self._session.generator.engines())
        note = "\n".join(part for part in (lost, note, made) if part)
        pixmap = self._thumbnails.pixmap(source, self._picture_size())
        card.show_take(take.name, note, take.id == placed.gap.chosen, is_compared, pixmap, is_lost=bool(lost))

    def _show_draft(self, placed: PlacedGap) -> None:
        draft = self._session.drafts.draft(placed.gap.id)
        problem = self._session.drafts.problem(placed.gap.id)
        name = tr("draft") if draft is not None else tr("no draft") if problem else tr("draft …")
        is_compared = (
            self._session.selection.compare is not Compare.OFF and self._session.selection.compare_take is None
        )
        is_shown = placed.gap.chosen is None and self._session.previews.on_canvas(placed.gap.id) is None
        self._draft.show_take(name, problem, is_shown, is_compared, self._picture_of(placed.gap.id, draft))

    def _picture_of(self, gap_id: GapId, draft: Draft | None) -> QPixmap | None:
        """The middle frame. It rests while a path is dragged: glances, many a second, are for the canvas."""
        if draft is None or not draft.frames:
            self._draft_picture = None
            return None
        pixels, known = draft.frames[len(draft.frames) // 2], self._draft_picture
        if known is None or known[0] != gap_id or (draft.glanced is None and known[1] is not pixels):
            self._draft_picture = known = (gap_id, pixels, pixmap_of(pixels))
        return known[2]

    def _show_preview(self, placed: PlacedGap) -> None:
        """The picture of the playhead's place, or of the middle when it is elsewhere."""
        previews = self._session.previews
        live = previews.preview(placed.gap.id)
        self._preview.setVisible(live is not None)
        if live is None:
            return
        place = self._session.selection.playhead - placed.start + 1
        inside = 1 <= place <= placed.gap.length
        _, pixels = live.nearest(place if inside else (placed.gap.length + 1) // 2)
        name = tr("preview\n{step} of {steps}").format(step=live.step, steps=live.steps)
        note = tr("What the engine expects so far. It is no take, and goes when the job ends.")
        tip = tr("Click to show it on the canvas.")
        is_shown = previews.on_canvas(placed.gap.id) is not None
        self._preview.show_take(name, note, is_shown, False, pixmap_of(pixels), tip)

    def _picture_size(self) -> Size:
        ratio = self.devicePixelRatioF()
        width, height = self._draft.picture_px
        return Size(round(width * ratio), round(height * ratio))

    def _hint_text(self, placed: PlacedGap) -> str:
        selection = self._session.selection
        if not placed.gap.takes:
            return tr("Press G to generate the first take.")
        if selection.compare is Compare.OFF:
            return tr(
                "Click a take to show it. W compares it with the draft; Ctrl-click picks another to compare with."
            )
        other = next((take.name for take in placed.gap.takes if take.id == selection.compare_take), tr("draft"))
        return tr("Compared with {name}. Ctrl-click picks another.").format(name=other)

    def _on_document(self, before: Timeline, after: Timeline) -> None:
        if not differ_only_in_guidance(before, after):
            self.refresh()

    def _on_draft(self, gap_id: object) -> None:
        if gap_id == self._session.selection.gap_id and (placed := self._gap()) is not None:
            self._show_draft(placed)
            self._show_preview(placed)

    def _on_playhead(self) -> None:
        if not self._preview.isHidden() and (placed := self._gap()) is not None:
            self._show_preview(placed)

    def _gap(self) -> PlacedGap | None:
        return self._desk.situation().gap

    def _take_id(self, index: int) -> TakeId | None:
        placed = self._gap()
        return placed.gap.takes[index].id if placed and index < len(placed.gap.takes) else None

    def _show_on_canvas(self, is_on: bool) -> None:
        if (placed := self._gap()) is not None:
            self._session.previews.put_on_canvas(placed.gap.id, is_on)

    def _choose(self, take_id: TakeId | None) -> None:
        self._show_on_canvas(False)
        placed = self._gap()
        if placed and placed.gap.chosen != take_id:
            gap_id = placed.gap.id
            self._session.document.apply(
                tr("Choose take"), lambda timeline: choose_take(timeline, gap_id, take_id), ("choose", gap_id)
            )

    def _compare(self, take_id: TakeId | None) -> None:
        selection = self._session.selection
        selection.set_compare(Compare.WIPE if selection.compare is Compare.OFF else selection.compare, take_id)

    def _rename(self, take_id: TakeId | None, name: str) -> None:
        placed = self._gap()
        if placed and take_id:
            gap_id = placed.gap.id
            self._session.document.apply(
                tr("Rename take"), lambda timeline: rename_take(timeline, gap_id, take_id, name)
            )

    def _delete(self, take_id: TakeId | None) -> None:
        placed = self._gap()
        if placed and take_id:
            gap_id = placed.gap.id
            self._session.document.apply(tr("Delete take"), lambda timeline: delete_take(timeline, gap_id, take_id))

    def _show_menu(self, index: int, spot: QPoint) -> None:
        take_id = self._take_id(index)
        if take_id is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(tr("Show in the gap"), lambda: self._choose(take_id))
        menu.addAction(tr("Compare with this"), lambda: self._compare(take_id))
        menu.addAction(tr("Rename"), self._cards[index].begin_rename)
        menu.addAction(tr("Delete"), lambda: self._delete(take_id))
        menu.popup(spot)
