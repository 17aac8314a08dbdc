"""Guidance: the tools of the canvas and what they draw on."""

from __future__ import annotations

from functools import partial

from mpd_studio.core.gap_edits import move_in_depth, set_guidance
from mpd_studio.core.guidance import Guidance
from mpd_studio.session.selection import MotionView, Shown, Tool
from mpd_studio.ui.actions import ActionRow, Menu
from mpd_studio.ui.commands.reasons import needs_gap, needs_guidance, needs_path_to_pass, needs_suggestions
from mpd_studio.ui.desk import Desk
from mpd_studio.ui.situation import Situation
from mpd_studio.ui.texts import tr


def _use(tool: Tool, desk: Desk) -> None:
    desk.session.selection.set_tool(tool)


def _is_in_use(tool: Tool, now: Situation, desk: Desk) -> bool:
    del desk
    return now.tool is tool


def _show(shown: Shown, desk: Desk) -> None:
    """The same key again goes back to the playhead."""
    selection = desk.session.selection
    selection.set_shown(Shown.PLAYHEAD if selection.shown is shown else shown)


def _is_shown(shown: Shown, now: Situation, desk: Desk) -> bool:
    del desk
    return now.shown is shown


def _suggest(desk: Desk) -> None:
    gap_id = desk.session.selection.gap_id
    if gap_id:
        desk.session.suggestions.ask(gap_id)


def _accept_all(desk: Desk) -> None:
    desk.session.suggestions.accept_all()


def _show_motion(view: MotionView, desk: Desk) -> None:
    selection = desk.session.selection
    selection.set_motion_view(MotionView.OFF if selection.motion_view is view else view)


def _is_motion_shown(view: MotionView, now: Situation, desk: Desk) -> bool:
    del now
    return desk.session.selection.motion_view is view


def _clear(desk: Desk) -> None:
    now = desk.situation()
    if now.gap:
        gap_id = now.gap.gap.id
        desk.session.document.apply(tr("Clear guidance"), lambda timeline: set_guidance(timeline, gap_id, Guidance()))


def _move_in_depth(by: int, desk: Desk) -> None:
    gap_id, path_id = desk.session.selection.gap_id, desk.session.selection.path_id
    if gap_id and path_id:
        desk.session.document.apply(
            tr("Move path in depth"), lambda timeline: move_in_depth(timeline, gap_id, path_id, by)
        )


ROWS = (
    ActionRow(
        "guidance.select",
        Menu.GUIDANCE,
        "Select",
        "Select and move paths, regions and their points.",
        partial(_use, Tool.SELECT),
        ("V",),
        icon="tool-select",
        checked=partial(_is_in_use, Tool.SELECT),
    ),
    ActionRow(
        "guidance.path",
        Menu.GUIDANCE,
        "Draw path",
        "Drag from a thing on the first frame to where it is on the last.",
        partial(_use, Tool.PATH),
        ("P",),
        icon="tool-path",
        why_not=needs_gap,
        checked=partial(_is_in_use, Tool.PATH),
    ),
    ActionRow(
        "guidance.pin",
        Menu.GUIDANCE,
        "Pin",
        "Hold a place where it is: click it on a boundary frame.",
        partial(_use, Tool.PIN),
        ("H",),
        icon="tool-pin",
        why_not=needs_gap,
        checked=partial(_is_in_use, Tool.PIN),
    ),
    ActionRow(
        "guidance.region",
        Menu.GUIDANCE,
        "Draw region",
        "Outline what moves, or what must hold still.",
        partial(_use, Tool.REGION),
        ("R",),
        icon="tool-region",
        why_not=needs_gap,
        checked=partial(_is_in_use, Tool.REGION),
    ),
    ActionRow(
        "guidance.brush",
        Menu.GUIDANCE,
        "Brush region",
        "Paint a region with a soft brush.",
        partial(_use, Tool.BRUSH),
        ("Shift+R",),
        icon="tool-brush",
        why_not=needs_gap,
        checked=partial(_is_in_use, Tool.BRUSH),
    ),
    ActionRow(
        "guidance.first",
        Menu.GUIDANCE,
        "Show first frame",
        "Show the boundary frame before the gap. Again: back to the playhead.",
        partial(_show, Shown.FIRST),
        ("A",),
        icon="boundary-first",
        why_not=needs_gap,
        checked=partial(_is_shown, Shown.FIRST),
        line_before=True,
    ),
    ActionRow(
        "guidance.last",
        Menu.GUIDANCE,
        "Show last frame",
        "Show the boundary frame after the gap. Again: back to the playhead.",
        partial(_show, Shown.LAST),
        ("B",),
        icon="boundary-last",
        why_not=needs_gap,
        checked=partial(_is_shown, Shown.LAST),
    ),
    ActionRow(
        "guidance.onion",
        Menu.GUIDANCE,
        "Onion skin",
        "Let the other boundary frame shine through.",
        lambda desk: desk.session.selection.set_onion_skin(not desk.session.selection.onion_skin),
        ("Shift+O",),
        icon="onion",
        why_not=needs_gap,
        checked=lambda now, desk: now.onion_skin,
    ),
    ActionRow(
        "guidance.suggest",
        Menu.GUIDANCE,
        "Suggest paths",
        "Look for things that move by themselves between the two frames, and suggest a path for each.",
        _suggest,
        ("Shift+P",),
        icon="suggest",
        why_not=needs_gap,
        line_before=True,
    ),
    ActionRow(
        "guidance.accept_all",
        Menu.GUIDANCE,
        "Accept suggested paths",
        "Make all suggestions paths of the gap; one undo takes them back. One by one: in the Inspector.",
        _accept_all,
        ("Ctrl+Shift+P",),
        why_not=needs_suggestions,
    ),
    ActionRow(
        "guidance.reject_all",
        Menu.GUIDANCE,
        "Reject suggested paths",
        "Drop all suggestions.",
        lambda desk: desk.session.suggestions.reject_all(),
        why_not=needs_suggestions,
    ),
    ActionRow(
        "guidance.ghosts",
        Menu.GUIDANCE,
        "Ghosts along the path",
        "Show what the selected path carries at some places along it.",
        lambda desk: desk.session.selection.set_ghosts(not desk.session.selection.ghosts),
        ("Shift+G",),
        icon="ghosts",
        checked=lambda now, desk: desk.session.selection.ghosts,
    ),
    ActionRow(
        "guidance.motion_arrows",
        Menu.GUIDANCE,
        "Motion as arrows",
        "Show the motion of every part of the picture as arrows, from the first frame to the last.",
        partial(_show_motion, MotionView.ARROWS),
        ("Shift+M",),
        icon="motion-arrows",
        why_not=needs_gap,
        checked=partial(_is_motion_shown, MotionView.ARROWS),
    ),
    ActionRow(
        "guidance.motion_colors",
        Menu.GUIDANCE,
        "Motion as colours",
        "Show the motion of every pixel as a colour of the wheel: the hue is its direction.",
        partial(_show_motion, MotionView.COLORS),
        ("Ctrl+Shift+M",),
        icon="motion-colours",
        why_not=needs_gap,
        checked=partial(_is_motion_shown, MotionView.COLORS),
    ),
    ActionRow(
        "guidance.nearer",
        Menu.GUIDANCE,
        "Bring path nearer",
        "Where paths cross, the one higher up in the list lies in front.",
        partial(_move_in_depth, -1),
        ("Ctrl+]",),
        icon="nearer",
        why_not=partial(needs_path_to_pass, -1),
        line_before=True,
    ),
    ActionRow(
        "guidance.farther",
        Menu.GUIDANCE,
        "Send path farther",
        "Where paths cross, the one lower down in the list lies behind.",
        partial(_move_in_depth, 1),
        ("Ctrl+[",),
        icon="farther",
        why_not=partial(needs_path_to_pass, 1),
    ),
    ActionRow(
        "guidance.clear",
        Menu.GUIDANCE,
        "Clear guidance",
        "Delete every path and region of the selected gap.",
        _clear,
        why_not=needs_guidance,
        line_before=True,
    ),
)
