"""What to make of a gap whose ends belong to different shots."""

from __future__ import annotations

from mpd_studio.ui.actions import ActionRow, Menu
from mpd_studio.ui.commands.reasons import needs_gap
from mpd_studio.ui.desk import Desk

_FLOW, _FADE, _GENERATIVE = "flow", "crossfade", "svd"


def _hold(desk: Desk) -> None:
    generator = desk.session.generator
    generator.choose_engine(_FLOW)
    generator.set_option("across_a_cut", "hold")


def _fade(desk: Desk) -> None:
    desk.session.generator.choose_engine(_FADE)


def _generate(desk: Desk) -> None:
    desk.session.generator.choose_engine(_GENERATIVE)


ROWS = (
    ActionRow(
        "gap.across_hold",
        Menu.GAP,
        "Hold frames",
        "Let the flow engine hold the first frame up to the middle of a gap with a cut in it, then the last.",
        _hold,
        why_not=needs_gap,
        line_before=True,
    ),
    ActionRow(
        "gap.across_fade",
        Menu.GAP,
        "Cross-fade",
        "Choose the engine that fades from the first frame to the last.",
        _fade,
        why_not=needs_gap,
    ),
    ActionRow(
        "gap.across_generative",
        Menu.GAP,
        "Use diffusion",
        "Choose the diffusion engine, which invents a way from one frame to the other.",
        _generate,
        why_not=needs_gap,
    ),
)
