"""Gap: find, make, fill and close gaps; choose takes."""

from __future__ import annotations

from functools import partial

from mpd_studio.core.edits import cut_range
from mpd_studio.core.gap_edits import close_gap, delete_take, set_boundary
from mpd_studio.core.guidance import Boundary
from mpd_studio.core.ids import ClipId, GapId
from mpd_studio.session.new_id import new_id
from mpd_studio.ui.actions import ActionRow, Menu
from mpd_studio.ui.commands.reasons import (
    needs_any_gap,
    needs_draftable_gap,
    needs_frame,
    needs_gap,
    needs_job,
    needs_marks,
    needs_no_problem,
    needs_sent_gap,
    needs_take,
)
from mpd_studio.ui.desk import Desk
from mpd_studio.ui.situation import Situation
from mpd_studio.ui.texts import frames_text, tr


def _generate(desk: Desk) -> None:
    now = desk.situation()
    if now.gap:
        desk.session.generator.generate(now.gap.gap.id)


def _generate_title(now: Situation) -> str:
    return tr("Generate {frames}").format(frames=frames_text(now.gap.gap.length)) if now.gap else tr("Generate")


def _cancel(desk: Desk) -> None:
    now = desk.situation()
    if now.running_job:
        desk.session.generator.cancel(now.running_job)


def _draft(desk: Desk) -> None:
    """Ask for a fresh draft and play the gap from its first boundary frame."""
    now, session = desk.situation(), desk.session
    if now.gap:
        session.drafts.request(now.gap.gap.id)
        session.selection.set_playhead(max(0, now.gap.start - 1))
        session.player.play()


def _fetch_resolve(desk: Desk) -> None:
    desk.session.resolve.fetch_gap()


def _place_resolve(desk: Desk) -> None:
    now = desk.situation()
    if now.gap:
        desk.session.resolve.place(now.gap.gap.id)


def _from_marks(desk: Desk) -> None:
    """The marked range becomes a gap on the track that has something there, the topmost first."""
    now = desk.situation()
    if now.mark_in is None or now.mark_out is None:
        return
    start, stop = now.mark_in, now.mark_out + 1
    reaching = [index for index, track in enumerate(now.timeline.tracks) if track.length >= stop]
    track = now.clip.track if now.clip else (reaching[-1] if reaching else 0)
    gap_id = GapId(new_id("gap"))
    if desk.session.document.apply(
        tr("Cut range"), lambda timeline: cut_range(timeline, track, start, stop, gap_id, ClipId(new_id("clip")))
    ):
        desk.session.selection.select_gap(gap_id)


def _close(desk: Desk) -> None:
    now = desk.situation()
    if now.gap:
        gap_id = now.gap.gap.id
        desk.session.document.apply(tr("Close gap"), lambda timeline: close_gap(timeline, gap_id))


def _set_end(boundary: Boundary, desk: Desk) -> None:
    now = desk.situation()
    if now.gap and now.clip_at_playhead:
        gap_id, placed = now.gap.gap.id, now.clip_at_playhead
        frame = placed.clip.frame(now.playhead - placed.start)
        desk.session.document.apply(
            tr("Set boundary frame"), lambda timeline: set_boundary(timeline, gap_id, boundary, frame)
        )


def _reset_ends(desk: Desk) -> None:
    now = desk.situation()
    if now.gap:
        gap_id = now.gap.gap.id
        desk.session.document.apply(
            tr("Use neighbouring frames"),
            lambda timeline: set_boundary(
                set_boundary(timeline, gap_id, Boundary.FIRST, None), gap_id, Boundary.LAST, None
            ),
        )


def _needs_own_ends(now: Situation) -> str:
    if now.gap and (now.gap.gap.first or now.gap.gap.last):
        return ""
    return needs_gap(now) or tr("The gap already lies between the frames of its neighbours.")


def _delete_take(desk: Desk) -> None:
    now = desk.situation()
    take = now.gap.gap.chosen_take if now.gap else None
    if now.gap and take:
        gap_id, take_id = now.gap.gap.id, take.id
        desk.session.document.apply(tr("Delete take"), lambda timeline: delete_take(timeline, gap_id, take_id))


ROWS = (
    ActionRow(
        "gap.next",
        Menu.GAP,
        "Next gap",
        "Select the next gap.",
        lambda desk: desk.session.selection.next_gap(),
        ("N",),
        icon="next-gap",
        why_not=needs_any_gap,
    ),
    ActionRow(
        "gap.previous",
        Menu.GAP,
        "Previous gap",
        "Select the gap before.",
        lambda desk: desk.session.selection.previous_gap(),
        ("Shift+N",),
        icon="previous-gap",
        why_not=needs_any_gap,
    ),
    ActionRow(
        "gap.generate",
        Menu.GAP,
        "Generate",
        "Make the missing frames with the chosen engine.",
        _generate,
        ("G",),
        icon="generate",
        why_not=needs_no_problem,
        title_now=_generate_title,
        line_before=True,
    ),
    ActionRow(
        "gap.draft",
        Menu.GAP,
        "Play draft",
        "Make a quick flow draft of the selected gap and play it.",
        _draft,
        ("D",),
        icon="draft",
        why_not=needs_draftable_gap,
    ),
    ActionRow(
        "gap.cancel",
        Menu.GAP,
        "Cancel running job",
        "Stop what is being made. Nothing half-written stays.",
        _cancel,
        ("Ctrl+.",),
        icon="close",
        why_not=needs_job,
    ),
    ActionRow(
        "gap.from_marks",
        Menu.GAP,
        "Cut marked range to a gap",
        "Turn the frames between the marks into a gap.",
        _from_marks,
        ("Ctrl+G",),
        icon="cut",
        why_not=needs_marks,
        line_before=True,
    ),
    ActionRow(
        "gap.set_first",
        Menu.GAP,
        "First frame from playhead",
        "Use the frame at the playhead as the gap's first boundary frame.",
        partial(_set_end, Boundary.FIRST),
        ("Shift+A",),
        why_not=needs_frame,
    ),
    ActionRow(
        "gap.set_last",
        Menu.GAP,
        "Last frame from playhead",
        "Use the frame at the playhead as the gap's last boundary frame.",
        partial(_set_end, Boundary.LAST),
        ("Shift+B",),
        why_not=needs_frame,
    ),
    ActionRow(
        "gap.reset_ends",
        Menu.GAP,
        "Boundary frames from neighbours",
        "Use the frames that touch the gap again.",
        _reset_ends,
        why_not=_needs_own_ends,
    ),
    ActionRow(
        "gap.close",
        Menu.GAP,
        "Close gap",
        "Delete the selected gap; what follows moves up. Its takes are kept.",
        _close,
        ("Ctrl+Backspace",),
        why_not=needs_gap,
    ),
    ActionRow(
        "gap.fetch_resolve",
        Menu.GAP,
        "Get gap from DaVinci Resolve",
        "Ask a running DaVinci Resolve Studio for the gap at its playhead; it is opened here.",
        _fetch_resolve,
        line_before=True,
    ),
    ActionRow(
        "gap.place_resolve",
        Menu.GAP,
        "Place take in DaVinci Resolve",
        "Have a running DaVinci Resolve Studio put the newest take into the gap that it sent.",
        _place_resolve,
        why_not=needs_sent_gap,
    ),
    ActionRow(
        "gap.rename_take",
        Menu.GAP,
        "Rename take…",
        "Give the chosen take a name.",
        lambda desk: desk.ask_rename_take(),
        ("F2",),
        icon="rename",
        why_not=needs_take,
        line_before=True,
    ),
    ActionRow(
        "gap.delete_take",
        Menu.GAP,
        "Delete take",
        "Take the chosen take off the list. Undo brings it back.",
        _delete_take,
        ("Ctrl+Shift+Backspace",),
        icon="delete",
        why_not=needs_take,
    ),
)
