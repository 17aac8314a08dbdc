"""File: projects, media, export."""

from __future__ import annotations

from mpd_studio.ui.actions import ActionRow, Menu
from mpd_studio.ui.commands.reasons import needs_any_take, needs_clips, needs_take
from mpd_studio.ui.desk import Desk


def _save(desk: Desk) -> None:
    document = desk.session.document
    if document.path is None or document.is_read_only:
        desk.ask_save_as()
    else:
        document.save()


ROWS = (
    ActionRow(
        "file.new",
        Menu.FILE,
        "New project",
        "Start with an empty timeline. The open project stays as it was last written.",
        lambda desk: desk.session.document.new(),
        ("Ctrl+N",),
    ),
    ActionRow(
        "file.open",
        Menu.FILE,
        "Open project…",
        "Open a project, or a timeline of an editor: OTIO, XML, FCPXML, EDL, MLT.",
        lambda desk: desk.ask_open(),
        ("Ctrl+O",),
        icon="folder",
    ),
    ActionRow(
        "file.import",
        Menu.FILE,
        "Import media…",
        "Bring clips, image sequences or stills into the project.",
        lambda desk: desk.ask_import(),
        ("Ctrl+I",),
        icon="film",
        line_before=True,
    ),
    ActionRow(
        "file.save",
        Menu.FILE,
        "Save",
        "Write the project file. Every change is kept safe in between, too.",
        _save,
        ("Ctrl+S",),
        line_before=True,
    ),
    ActionRow(
        "file.save_as",
        Menu.FILE,
        "Save as…",
        "Write the project to another file.",
        lambda desk: desk.ask_save_as(),
        ("Ctrl+Shift+S",),
    ),
    ActionRow(
        "file.export_take",
        Menu.FILE,
        "Export take…",
        "Write the chosen take of the selected gap as files.",
        lambda desk: desk.ask_export(False),
        ("Ctrl+E",),
        icon="export",
        why_not=needs_take,
        line_before=True,
    ),
    ActionRow(
        "file.export_all",
        Menu.FILE,
        "Export all gaps…",
        "Write the chosen take of every gap.",
        lambda desk: desk.ask_export(True),
        ("Ctrl+Shift+E",),
        why_not=needs_any_take,
    ),
    ActionRow(
        "file.export_timeline",
        Menu.FILE,
        "Export timeline…",
        "Write the timeline for an editor, with the chosen takes in its gaps.",
        lambda desk: desk.ask_export_timeline(),
        ("Ctrl+Alt+E",),
        why_not=needs_clips,
    ),
    ActionRow(
        "file.preferences",
        Menu.FILE,
        "Preferences…",
        "Theme, engine, export format, memory.",
        lambda desk: desk.show_preferences(),
        ("Ctrl+,",),
        line_before=True,
    ),
    ActionRow(
        "file.quit",
        Menu.FILE,
        "Quit",
        "Leave. Everything is kept; a running job is cancelled.",
        lambda desk: desk.close_window(),
        ("Ctrl+Q",),
        line_before=True,
    ),
)
