"""Fill the gaps of an editor's timeline and write it back in its own format, with the new movies beside it."""

from __future__ import annotations

from pathlib import Path

from mpd_studio import interchange
from mpd_studio.core.errors import BadInput
from mpd_studio.core.project_file import write_project
from mpd_studio.workflow.fill_timeline import FilledTimeline
from mpd_studio.workflow.open_timeline import TimelineFile
from mpd_studio.workflow.timeline_clips import fill_of


def filled_path(file: TimelineFile, folder: Path) -> Path:
    """Where the filled timeline goes.

    Raises:
        BadInput: that is the original itself.
    """
    name = file.path.with_suffix(".fcpxml").name if file.path.is_dir() else file.path.name  # a bundle is a folder
    path = folder.absolute() / name
    if path.resolve() == file.path.resolve():
        raise BadInput(f"The filled timeline would replace {file.path} itself. Choose another folder for --out.")
    return path


def write_filled_file(file: TimelineFile, filled: FilledTimeline, path: Path, handles: int = 0) -> tuple[str, ...]:
    """Write the timeline with what was made, as a project or in the editor's format, even where nothing was made.

    Returns:
        What the user should know.

    Raises:
        MpdError: the file system refuses, or the format cannot hold a clip.
    """
    if file.opened is None:
        write_project(path, filled.timeline)
        return ()
    fills = tuple(
        fill_of(file.timeline, gap.placed, gap.run.result, gap.run.movies[0], handles)
        for gap in filled.gaps
        if gap.run is not None
    )
    return interchange.write_filled(file.opened, fills, path)
