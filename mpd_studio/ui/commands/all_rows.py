"""Every row of the action table, in the order of the menus."""

from __future__ import annotations

from mpd_studio.ui.actions import ActionRow
from mpd_studio.ui.commands import across_cut, edit, file, gap, guidance, motion, view, window

ALL_ROWS: tuple[ActionRow, ...] = (
    *file.ROWS,
    *edit.ROWS,
    *gap.ROWS,
    *across_cut.ROWS,
    *guidance.ROWS,
    *motion.ROWS,
    *view.ROWS,
    *window.ROWS,
)
