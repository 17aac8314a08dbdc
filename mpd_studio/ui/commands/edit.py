"""Edit: undo, clips, marks, tracks."""

from __future__ import annotations

from functools import partial

from mpd_studio.core import edits
from mpd_studio.core.gap_edits import close_gap, delete_path, delete_region
from mpd_studio.core.ids import ClipId, GapId
from mpd_studio.session.new_id import new_id
from mpd_studio.ui.actions import ActionRow, Menu
from mpd_studio.ui.commands.reasons import (
    needs_clip,
    needs_clip_under_playhead,
    needs_redo,
    needs_selection,
    needs_some_mark,
    needs_undo,
)
from mpd_studio.ui.desk import Desk
from mpd_studio.ui.situation import Situation
from mpd_studio.ui.texts import tr


def _undo_title(now: Situation) -> str:
    return tr("Undo {label}").format(label=now.undo_label) if now.undo_label else tr("Undo")


def _redo_title(now: Situation) -> str:
    return tr("Redo {label}").format(label=now.redo_label) if now.redo_label else tr("Redo")


def _delete(desk: Desk) -> None:
    """What is selected most closely goes: a path or region, then a clip (leaving a gap), then a gap."""
    now, selection, document = desk.situation(), desk.session.selection, desk.session.document
    if now.gap and selection.path_id:
        gap_id, path_id = now.gap.gap.id, selection.path_id
        document.apply(tr("Delete path"), lambda timeline: delete_path(timeline, gap_id, path_id))
    elif now.gap and selection.region_id:
        gap_id, region_id = now.gap.gap.id, selection.region_id
        document.apply(tr("Delete region"), lambda timeline: delete_region(timeline, gap_id, region_id))
    elif now.clip:
        clip_id = now.clip.clip.id
        document.apply(tr("Delete clip"), lambda timeline: edits.lift_clip(timeline, clip_id, GapId(new_id("gap"))))
    elif now.gap:
        gap_id = now.gap.gap.id
        document.apply(tr("Close gap"), lambda timeline: close_gap(timeline, gap_id))


def _ripple_delete(desk: Desk) -> None:
    now = desk.situation()
    if now.clip:
        clip_id = now.clip.clip.id
        desk.session.document.apply(
            tr("Delete clip and close up"), lambda timeline: edits.ripple_delete_clip(timeline, clip_id)
        )


def _split(desk: Desk) -> None:
    now = desk.situation()
    inside = now.clip if now.clip and now.clip.start < now.playhead < now.clip.stop else now.clip_at_playhead
    if inside:
        desk.session.document.apply(
            tr("Split clip"),
            lambda timeline: edits.split_clip(timeline, inside.clip.id, now.playhead, ClipId(new_id("clip"))),
        )


def _nudge(by: int, desk: Desk) -> None:
    now = desk.situation()
    if now.clip:
        clip_id = now.clip.clip.id
        desk.session.document.apply(
            tr("Move clip"),
            lambda timeline: edits.shift_from(timeline, clip_id, by, GapId(new_id("gap"))),
            merge_key=("nudge", clip_id),
        )


def _add_track(desk: Desk) -> None:
    document = desk.session.document
    name = f"V{len(document.timeline.tracks) + 1}"
    document.apply(tr("Add track"), lambda timeline: edits.add_track(timeline, name))


def _clear_marks(desk: Desk) -> None:
    desk.session.selection.set_mark_in(None)
    desk.session.selection.set_mark_out(None)


def _toggle_snapping(desk: Desk) -> None:
    preferences = desk.session.preferences
    preferences.set(snapping=not preferences.settings.snapping)


ROWS = (
    ActionRow(
        "edit.undo",
        Menu.EDIT,
        "Undo",
        "Take the last edit back.",
        lambda desk: desk.session.document.undo(),
        ("Ctrl+Z",),
        icon="undo",
        why_not=needs_undo,
        title_now=_undo_title,
    ),
    ActionRow(
        "edit.redo",
        Menu.EDIT,
        "Redo",
        "Do again what was undone.",
        lambda desk: desk.session.document.redo(),
        ("Ctrl+Shift+Z", "Ctrl+Y"),
        icon="redo",
        why_not=needs_redo,
        title_now=_redo_title,
    ),
    ActionRow(
        "edit.snap",
        Menu.EDIT,
        "Snap",
        "Dragged clips snap to the playhead and to the edges of others. Hold Ctrl during a drag to place freely.",
        _toggle_snapping,
        ("Shift+S",),
        icon="snap",
        checked=lambda now, desk: desk.session.preferences.settings.snapping,
        line_before=True,
    ),
    ActionRow(
        "edit.delete",
        Menu.EDIT,
        "Delete",
        "Delete the selected path, region or clip (which leaves a gap), or close the selected gap.",
        _delete,
        ("Del", "Backspace"),
        icon="delete",
        why_not=needs_selection,
        line_before=True,
    ),
    ActionRow(
        "edit.ripple_delete",
        Menu.EDIT,
        "Delete and close up",
        "Delete the selected clip; what follows moves up.",
        _ripple_delete,
        ("Shift+Del",),
        why_not=needs_clip,
    ),
    ActionRow(
        "edit.split",
        Menu.EDIT,
        "Split at playhead",
        "Cut the clip at the playhead in two.",
        _split,
        ("S",),
        icon="split",
        why_not=needs_clip_under_playhead,
    ),
    ActionRow(
        "edit.nudge_left",
        Menu.EDIT,
        "Move clip left",
        "Move the selected clip and all after it one frame to the left.",
        partial(_nudge, -1),
        ("Alt+Left",),
        why_not=needs_clip,
        line_before=True,
    ),
    ActionRow(
        "edit.nudge_right",
        Menu.EDIT,
        "Move clip right",
        "Move the selected clip and all after it one frame to the right: a gap opens.",
        partial(_nudge, 1),
        ("Alt+Right",),
        why_not=needs_clip,
    ),
    ActionRow(
        "edit.nudge_left_10",
        Menu.EDIT,
        "Move clip left by ten",
        "Move the selected clip and all after it ten frames to the left.",
        partial(_nudge, -10),
        ("Alt+Shift+Left",),
        why_not=needs_clip,
    ),
    ActionRow(
        "edit.nudge_right_10",
        Menu.EDIT,
        "Move clip right by ten",
        "Move the selected clip and all after it ten frames to the right.",
        partial(_nudge, 10),
        ("Alt+Shift+Right",),
        why_not=needs_clip,
    ),
    ActionRow(
        "edit.mark_in",
        Menu.EDIT,
        "Mark in",
        "Begin the marked range at the playhead.",
        lambda desk: desk.session.selection.set_mark_in(desk.session.selection.playhead),
        ("I",),
        icon="mark-in",
        line_before=True,
    ),
    ActionRow(
        "edit.mark_out",
        Menu.EDIT,
        "Mark out",
        "End the marked range with the frame at the playhead.",
        lambda desk: desk.session.selection.set_mark_out(desk.session.selection.playhead),
        ("O",),
        icon="mark-out",
    ),
    ActionRow(
        "edit.clear_marks",
        Menu.EDIT,
        "Clear marks",
        "Forget the marked range.",
        _clear_marks,
        ("X",),
        why_not=needs_some_mark,
    ),
    ActionRow(
        "edit.add_track",
        Menu.EDIT,
        "Add track",
        "Add an empty track on top.",
        _add_track,
        ("Ctrl+T",),
        line_before=True,
    ),
)
