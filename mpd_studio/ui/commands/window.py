"""Window and Help."""

from __future__ import annotations

from functools import partial

from mpd_studio.ui.actions import ActionRow, Menu
from mpd_studio.ui.desk import Desk
from mpd_studio.ui.situation import Situation


def _toggle(panel: str, desk: Desk) -> None:
    desk.toggle_panel(panel)


def _is_open(panel: str, now: Situation, desk: Desk) -> bool:
    del now
    return desk.is_panel_shown(panel)


ROWS = (
    ActionRow(
        "window.full_screen",
        Menu.WINDOW,
        "Full-screen canvas",
        "Only the picture, as large as the screen.",
        lambda desk: desk.toggle_full_screen(),
        ("F11", "F"),
        icon="full-screen",
        checked=lambda now, desk: desk.is_full_screen_canvas(),
    ),
    ActionRow(
        "window.leave",
        Menu.WINDOW,
        "Leave mode",
        "Leave full screen, a comparison or a tool; clear the selection.",
        lambda desk: desk.leave_mode(),
        ("Esc",),
    ),
    ActionRow(
        "window.left",
        Menu.WINDOW,
        "Media and gaps",
        "Show or hide the panel on the left.",
        partial(_toggle, "left"),
        ("Ctrl+1",),
        checked=partial(_is_open, "left"),
        line_before=True,
    ),
    ActionRow(
        "window.inspector",
        Menu.WINDOW,
        "Inspector",
        "Show or hide the panel on the right.",
        partial(_toggle, "inspector"),
        ("Ctrl+2",),
        checked=partial(_is_open, "inspector"),
    ),
    ActionRow(
        "window.timeline",
        Menu.WINDOW,
        "Timeline",
        "Show or hide the timeline.",
        partial(_toggle, "timeline"),
        ("Ctrl+3",),
        checked=partial(_is_open, "timeline"),
    ),
    ActionRow(
        "window.lab",
        Menu.WINDOW,
        "Lab",
        "Compare samplers and engines on the selected gap, side by side.",
        partial(_toggle, "lab"),
        ("Ctrl+4",),
        checked=partial(_is_open, "lab"),
    ),
    ActionRow(
        "window.jobs",
        Menu.WINDOW,
        "Jobs",
        "What is being made, what waits, and what ended how.",
        lambda desk: desk.show_jobs(),
        ("Ctrl+J",),
    ),
    ActionRow(
        "window.weights",
        Menu.WINDOW,
        "Weights…",
        "The model files of diffusion engines: get, verify, repair or add them.",
        lambda desk: desk.show_weights(),
    ),
    ActionRow(
        "window.editors",
        Menu.WINDOW,
        "Editors…",
        "Put the bridge into Blender or DaVinci Resolve, and open the gaps they send.",
        lambda desk: desk.show_editors(),
    ),
    ActionRow(
        "window.dark",
        Menu.WINDOW,
        "Dark theme",
        "Dark greys.",
        lambda desk: desk.set_theme("dark"),
        checked=lambda now, desk: desk.session.preferences.settings.theme == "dark",
        line_before=True,
    ),
    ActionRow(
        "window.light",
        Menu.WINDOW,
        "Light theme",
        "Light greys.",
        lambda desk: desk.set_theme("light"),
        checked=lambda now, desk: desk.session.preferences.settings.theme == "light",
    ),
    ActionRow(
        "window.palette",
        Menu.HELP,
        "Find a command…",
        "Type what you want to do.",
        lambda desk: desk.show_palette(),
        ("Ctrl+K",),
        icon="search",
    ),
    ActionRow(
        "help.shortcuts", Menu.HELP, "Keys", "Every key at a glance.", lambda desk: desk.show_shortcuts(), ("F1",)
    ),
    ActionRow(
        "help.demo",
        Menu.HELP,
        "Open the demo",
        "Two clips with a gap between them, to try things on.",
        lambda desk: desk.open_demo(),
        line_before=True,
    ),
    ActionRow("help.about", Menu.HELP, "About MPD Studio", "Version and licences.", lambda desk: desk.show_about()),
)
