"""View: playing, stepping, zooming, comparing."""

from __future__ import annotations

from functools import partial

from mpd_studio.session.selection import Compare
from mpd_studio.ui.actions import ActionRow, Menu
from mpd_studio.ui.commands.reasons import needs_any_gap, needs_clips, needs_comparison
from mpd_studio.ui.desk import Desk
from mpd_studio.ui.situation import Situation
from mpd_studio.ui.texts import tr


def _play_title(now: Situation) -> str:
    return tr("Pause") if now.playing else tr("Play")


def _step(by: int, desk: Desk) -> None:
    session = desk.session
    session.player.pause()
    stop = session.document.timeline.length
    session.selection.set_playhead(max(0, min(stop - 1, session.selection.playhead + by)))


def _go(to_end: bool, desk: Desk) -> None:
    session = desk.session
    session.player.pause()
    session.selection.set_playhead(session.document.timeline.length - 1 if to_end else 0)


def edit_points(now: Situation) -> tuple[int, ...]:
    """The first frames of all items, and the last frame, rising."""
    starts = {start for track in now.timeline.tracks for start, _ in track.placed()}
    return tuple(sorted(starts | {max(0, now.timeline.length - 1)}))


def _jump(direction: int, desk: Desk) -> None:
    now = desk.situation()
    points = edit_points(now)
    ahead = [p for p in points if p > now.playhead] if direction > 0 else [p for p in points if p < now.playhead]
    if ahead:
        desk.session.player.pause()
        desk.session.selection.set_playhead(ahead[0] if direction > 0 else ahead[-1])


def _compare(mode: Compare, desk: Desk) -> None:
    selection = desk.session.selection
    selection.set_compare(Compare.OFF if selection.compare is mode else mode, selection.compare_take)


def _is_comparing(mode: Compare, now: Situation, desk: Desk) -> bool:
    del desk
    return now.compare is mode


ROWS = (
    ActionRow(
        "view.play",
        Menu.VIEW,
        "Play",
        "Play or pause.",
        lambda desk: desk.session.player.toggle(),
        ("Space",),
        icon="play",
        why_not=needs_clips,
        title_now=_play_title,
    ),
    ActionRow(
        "view.play_back",
        Menu.VIEW,
        "Play backwards",
        "Play backwards; again: twice as fast.",
        lambda desk: desk.session.player.backward(),
        ("J",),
        why_not=needs_clips,
    ),
    ActionRow(
        "view.pause",
        Menu.VIEW,
        "Stop",
        "Stop playing.",
        lambda desk: desk.session.player.pause(),
        ("K",),
        why_not=needs_clips,
    ),
    ActionRow(
        "view.play_on",
        Menu.VIEW,
        "Play forwards",
        "Play forwards; again: twice as fast.",
        lambda desk: desk.session.player.forward(),
        ("L",),
        why_not=needs_clips,
    ),
    ActionRow(
        "view.previous_frame",
        Menu.VIEW,
        "Previous frame",
        "One frame back.",
        partial(_step, -1),
        ("Left",),
        icon="previous",
        why_not=needs_clips,
        line_before=True,
    ),
    ActionRow(
        "view.next_frame",
        Menu.VIEW,
        "Next frame",
        "One frame on.",
        partial(_step, 1),
        ("Right",),
        icon="next",
        why_not=needs_clips,
    ),
    ActionRow(
        "view.ten_back",
        Menu.VIEW,
        "Ten frames back",
        "Ten frames back.",
        partial(_step, -10),
        ("Shift+Left",),
        why_not=needs_clips,
    ),
    ActionRow(
        "view.ten_on",
        Menu.VIEW,
        "Ten frames on",
        "Ten frames on.",
        partial(_step, 10),
        ("Shift+Right",),
        why_not=needs_clips,
    ),
    ActionRow(
        "view.to_start",
        Menu.VIEW,
        "Go to the beginning",
        "The first frame of the timeline.",
        partial(_go, False),
        ("Home",),
        icon="first",
        why_not=needs_clips,
    ),
    ActionRow(
        "view.to_end",
        Menu.VIEW,
        "Go to the end",
        "The last frame of the timeline.",
        partial(_go, True),
        ("End",),
        icon="last",
        why_not=needs_clips,
    ),
    ActionRow(
        "view.previous_cut",
        Menu.VIEW,
        "Previous cut",
        "To the beginning of the clip or gap before.",
        partial(_jump, -1),
        ("Up",),
        why_not=needs_clips,
    ),
    ActionRow(
        "view.next_cut",
        Menu.VIEW,
        "Next cut",
        "To the beginning of the next clip or gap.",
        partial(_jump, 1),
        ("Down",),
        why_not=needs_clips,
    ),
    ActionRow(
        "view.zoom_fit",
        Menu.VIEW,
        "Fit picture",
        "Show the whole picture.",
        lambda desk: desk.zoom_canvas_fit(),
        ("Z",),
        icon="zoom-fit",
        line_before=True,
    ),
    ActionRow(
        "view.zoom_pixel",
        Menu.VIEW,
        "Pixel-true",
        "One pixel of the picture is one pixel of the screen.",
        lambda desk: desk.zoom_canvas_pixel(),
        ("1",),
        icon="zoom-pixel",
    ),
    ActionRow(
        "view.trust_map",
        Menu.VIEW,
        "Confidence map",
        "Show over made frames where they can be trusted: plain is safe, dotted to check, hatched not.",
        lambda desk: desk.session.selection.set_trust_map(not desk.session.selection.trust_map),
        ("T",),
        icon="trust",
        why_not=needs_any_gap,
        checked=lambda now, desk: desk.session.selection.trust_map,
    ),
    ActionRow(
        "view.grey",
        Menu.VIEW,
        "Grey surround",
        "Surround the picture with 18 % grey, to judge its colours.",
        lambda desk: desk.toggle_grey_surround(),
        ("Ctrl+Shift+G",),
        checked=lambda now, desk: desk.is_grey_surround(),
    ),
    ActionRow(
        "view.timeline_in",
        Menu.VIEW,
        "Zoom timeline in",
        "Fewer frames, larger.",
        lambda desk: desk.zoom_timeline(1.5),
        ("+", "="),
        icon="plus",
    ),
    ActionRow(
        "view.timeline_out",
        Menu.VIEW,
        "Zoom timeline out",
        "More frames, smaller.",
        lambda desk: desk.zoom_timeline(1 / 1.5),
        ("-",),
        icon="minus",
    ),
    ActionRow(
        "view.timeline_fit",
        Menu.VIEW,
        "Fit timeline",
        "Show the whole timeline.",
        lambda desk: desk.zoom_timeline_fit(),
        ("Shift+Z",),
        icon="zoom-fit",
    ),
    ActionRow(
        "view.wipe",
        Menu.VIEW,
        "Wipe",
        "Compare with another take: left of the line one, right of it the other.",
        partial(_compare, Compare.WIPE),
        ("W",),
        icon="wipe",
        why_not=needs_comparison,
        checked=partial(_is_comparing, Compare.WIPE),
        line_before=True,
    ),
    ActionRow(
        "view.difference",
        Menu.VIEW,
        "Difference",
        "Show where two takes differ.",
        partial(_compare, Compare.DIFFERENCE),
        ("Shift+D",),
        icon="difference",
        why_not=needs_comparison,
        checked=partial(_is_comparing, Compare.DIFFERENCE),
    ),
    ActionRow(
        "view.side_by_side",
        Menu.VIEW,
        "Side by side",
        "Show two takes next to each other.",
        partial(_compare, Compare.SIDE_BY_SIDE),
        ("Shift+W",),
        icon="side-by-side",
        why_not=needs_comparison,
        checked=partial(_is_comparing, Compare.SIDE_BY_SIDE),
    ),
)
