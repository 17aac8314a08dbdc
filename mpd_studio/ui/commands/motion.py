"""Guidance: the motion that is kept with a gap, for engines that go along one."""

from __future__ import annotations

from mpd_studio.session.selection import MotionView
from mpd_studio.ui.actions import ActionRow, Menu
from mpd_studio.ui.commands.reasons import needs_gap
from mpd_studio.ui.desk import Desk
from mpd_studio.ui.situation import Situation
from mpd_studio.ui.texts import tr


def _predict(desk: Desk) -> None:
    selection = desk.session.selection
    if selection.gap_id is not None:
        desk.session.motions.predict(selection.gap_id, selection.end)


def _remove(desk: Desk) -> None:
    selection = desk.session.selection
    if selection.gap_id is not None:
        desk.session.motions.remove(selection.gap_id, selection.end)


def _move(desk: Desk) -> None:
    selection = desk.session.selection
    is_on = selection.motion_view is MotionView.MOVING
    selection.set_motion_view(MotionView.OFF if is_on else MotionView.MOVING)


def _needs_engine(now: Situation) -> str:
    return needs_gap(now) or now.motion_problem


def _needs_taker(now: Situation) -> str:
    return needs_gap(now) or ("" if now.takes_motion else tr("The chosen engine takes no motion. Choose Motion-I2V."))


def _needs_motion(now: Situation) -> str:
    if now.has_motion:
        return ""
    return needs_gap(now) or tr("This gap keeps no motion of that frame yet: predict or load one.")


def _needs_any_motion(now: Situation) -> str:
    if now.gap is not None and now.gap.gap.motions:
        return ""
    return needs_gap(now) or tr("This gap keeps no motion yet: predict or load one.")


ROWS = (
    ActionRow(
        "motion.predict",
        Menu.GUIDANCE,
        "Predict motion",
        "Let the engine say how the shown boundary frame moves, to see and edit it before frames are made.",
        _predict,
        why_not=_needs_engine,
        line_before=True,
    ),
    ActionRow(
        "motion.moving",
        Menu.GUIDANCE,
        "Motion as a moving picture",
        "Move the boundary frame along the motion that is kept, again and again.",
        _move,
        ("Ctrl+Alt+M",),
        icon="play",
        why_not=_needs_any_motion,
        checked=lambda now, desk: desk.session.selection.motion_view is MotionView.MOVING,
    ),
    ActionRow(
        "motion.load",
        Menu.GUIDANCE,
        "Load motion…",
        "Take the motion of the shown boundary frame from a file: .npz, .flo or .exr.",
        lambda desk: desk.ask_load_motion(),
        icon="folder",
        why_not=_needs_taker,
    ),
    ActionRow(
        "motion.save",
        Menu.GUIDANCE,
        "Save motion…",
        "Write the motion as it is edited: .npz, .flo or .exr.",
        lambda desk: desk.ask_save_motion(),
        icon="export",
        why_not=_needs_motion,
    ),
    ActionRow(
        "motion.remove",
        Menu.GUIDANCE,
        "Remove motion",
        "Forget the motion of the shown boundary frame: the engine predicts it again by itself.",
        _remove,
        icon="delete",
        why_not=_needs_motion,
    ),
)
