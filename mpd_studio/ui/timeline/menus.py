"""The menus of the right mouse button on the timeline, from the action table."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QWidget

from mpd_studio.core.edits import remove_track
from mpd_studio.core.gap_edits import place_unplaced
from mpd_studio.core.timeline import Gap
from mpd_studio.session.session import Session
from mpd_studio.ui.actions import ActionTable
from mpd_studio.ui.texts import tr
from mpd_studio.ui.timeline.hits import Hit, Place

_ON_CLIP = ("edit.split", "edit.delete", "edit.ripple_delete", "", "gap.from_marks", "edit.nudge_right_10")
_ON_GAP = ("gap.generate", "gap.draft", "", "gap.set_first", "gap.set_last", "gap.reset_ends", "", "gap.close",
           "file.export_take")  # fmt: skip
_ELSEWHERE = ("edit.mark_in", "edit.mark_out", "edit.clear_marks", "gap.from_marks", "", "file.import",
              "edit.add_track", "", "view.timeline_fit")  # fmt: skip


def build_timeline_menu(
    parent: QWidget, session: Session, table: ActionTable, hit: Hit, rename: Callable[[int], object]
) -> QMenu:
    """The menu for what lies under the mouse; it deletes itself when it closes. rename: begins to name a track."""
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.setToolTipsVisible(True)
    table.refresh()
    on_clip = hit.place in (Place.CLIP, Place.HEAD, Place.TAIL)
    for action_id in _ON_CLIP if on_clip else _ON_GAP if hit.place is Place.GAP else _ELSEWHERE:
        if action_id:
            menu.addAction(table.action(action_id))
        else:
            menu.addSeparator()
    if isinstance(hit.item, Gap):
        _add_unplaced(menu, session, hit.item)
    if hit.place is Place.HEADER and hit.track is not None:
        _add_track_actions(menu, session, hit.track, rename)
    return menu


def _add_unplaced(menu: QMenu, session: Session, gap: Gap) -> None:
    """Takes whose gap was deleted can be given to this one."""
    unplaced = session.document.timeline.unplaced
    if not unplaced:
        return
    submenu = menu.addMenu(tr("Use an unplaced take"))
    for entry in unplaced:
        take_id = entry.take.id
        submenu.addAction(
            entry.take.name,
            lambda take_id=take_id: session.document.apply(
                tr("Use unplaced take"), lambda timeline: place_unplaced(timeline, take_id, gap.id)
            ),
        )


def _add_track_actions(menu: QMenu, session: Session, track: int, rename: Callable[[int], object]) -> None:
    menu.addSeparator()
    tracks = session.document.timeline.tracks
    name = tracks[track].name
    menu.addAction(tr("Rename track {name}").format(name=name), lambda: rename(track))
    remove = menu.addAction(
        tr("Remove track {name}").format(name=name),
        lambda: session.document.apply(tr("Remove track"), lambda timeline: remove_track(timeline, track)),
    )
    if len(tracks) == 1:
        remove.setEnabled(False)
        remove.setToolTip(tr("A timeline needs at least one track."))
