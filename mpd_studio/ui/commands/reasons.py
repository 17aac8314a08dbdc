"""Why something cannot be done now, in the words of the tool tips. Each gives "" when it can."""

from __future__ import annotations

from mpd_studio.core.gap_edits import nearest_first
from mpd_studio.session.bridge_work import job_of
from mpd_studio.ui.situation import Situation
from mpd_studio.ui.texts import tr


def needs_clips(now: Situation) -> str:
    if any(track.items for track in now.timeline.tracks):
        return ""
    return tr("The timeline is empty. Drop clips on it first.")


def needs_gap(now: Situation) -> str:
    return "" if now.gap else tr("No gap is selected. Press N, or click one.")


def needs_sent_gap(now: Situation) -> str:
    """A gap that an editor sent, with a take that can go back."""
    if now.gap is None:
        return needs_gap(now)
    if job_of(now.gap.gap.id) is None:
        return tr("This gap was not sent by an editor.")
    return "" if now.gap.gap.takes else tr("There is no take yet. Generate one first.")


def needs_any_gap(now: Situation) -> str:
    return "" if now.gaps else tr("There is no gap yet. Move two clips apart, or mark a range and cut it out.")


def needs_clip(now: Situation) -> str:
    return "" if now.clip else tr("No clip is selected. Click one.")


def needs_path_to_pass(by: int, now: Situation) -> str:
    """by: -1 towards the viewer, 1 away."""
    if now.gap is None or now.path_id is None:
        return tr("No path is selected. Click one.")
    order = [path.id for path in nearest_first(now.gap.gap.guidance)]
    if len(order) < 2:
        return tr("There is only one path.")
    if now.path_id == order[0 if by < 0 else -1]:
        return tr("This path is the nearest one already.") if by < 0 else tr("This path is the farthest one already.")
    return ""


def needs_selection(now: Situation) -> str:
    if now.clip or now.gap or now.has_guidance_item:
        return ""
    return tr("Nothing is selected.")


def needs_clip_under_playhead(now: Situation) -> str:
    placed = now.clip_at_playhead
    if placed and placed.start < now.playhead:
        return ""
    return tr("The playhead does not stand inside a clip.")


def needs_frame(now: Situation) -> str:
    return needs_gap(now) or (
        "" if now.clip_at_playhead else tr("There is no clip at the playhead to take a frame of.")
    )


def needs_marks(now: Situation) -> str:
    if now.mark_in is None or now.mark_out is None:
        return tr("Mark a range first: I at its first frame, O at its last.")
    return "" if now.mark_in <= now.mark_out else tr("The out mark lies before the in mark.")


def needs_some_mark(now: Situation) -> str:
    return "" if now.mark_in is not None or now.mark_out is not None else tr("Nothing is marked.")


def needs_undo(now: Situation) -> str:
    return "" if now.undo_label else tr("There is nothing to undo.")


def needs_redo(now: Situation) -> str:
    return "" if now.redo_label else tr("There is nothing to redo.")


def needs_take(now: Situation) -> str:
    return needs_gap(now) or (
        "" if now.gap and now.gap.gap.chosen_take else tr("No take is chosen. Generate one first.")
    )


def needs_any_take(now: Situation) -> str:
    return needs_any_gap(now) or (
        "" if any(gap.chosen_take for gap in now.gaps.gaps) else tr("No gap has a chosen take yet.")
    )


def needs_comparison(now: Situation) -> str:
    return needs_gap(now) or ("" if now.gap and now.gap.gap.takes else tr("There is no take to compare with yet."))


def needs_no_problem(now: Situation) -> str:
    return needs_gap(now) or " ".join(now.problems)


def needs_draftable_gap(now: Situation) -> str:
    """Drafts are made by the embedded engine, whatever stands in the way of the chosen one."""
    return needs_gap(now) or " ".join(now.gap_problems)


def needs_job(now: Situation) -> str:
    return "" if now.running_job else tr("Nothing is running.")


def needs_guidance(now: Situation) -> str:
    reason = needs_gap(now)
    if reason or not now.gap:
        return reason
    return tr("Nothing is drawn in this gap.") if now.gap.gap.guidance.is_empty else ""


def needs_suggestions(now: Situation) -> str:
    return needs_gap(now) or ("" if now.has_suggestions else tr("Nothing is suggested for this gap. Press Shift+P."))
