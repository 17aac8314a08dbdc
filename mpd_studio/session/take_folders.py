"""Taking the takes and kept motions of a project along to the file that it gets, its first or another one.

Copies first, rewrites the timeline then, deletes last: whatever fails half-way, every take is still where some
timeline says it is.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from mpd_studio.core.atomic_file import advice
from mpd_studio.core.engine_option import OptionValue
from mpd_studio.core.errors import OutputError
from mpd_studio.core.gap_motion import GapMotion
from mpd_studio.core.history import History, Step
from mpd_studio.core.progress import Reporter
from mpd_studio.core.timeline import Gap, Item, Take, Timeline
from mpd_studio.session.project_home import TAKES_SUFFIX


@dataclass(frozen=True, slots=True)
class Move:
    """A take's folder before and after. keeps_old: another project has it, and this one gets a copy."""

    old: PurePath
    new: PurePath
    keeps_old: bool = False


def takes_of(timeline: Timeline) -> Iterator[Take]:
    """Every take, placed or not."""
    for track in timeline.tracks:
        for item in track.items:
            if isinstance(item, Gap):
                yield from item.takes
    for unplaced in timeline.unplaced:
        yield unplaced.take


def motions_of(timeline: Timeline) -> Iterator[GapMotion]:
    """Every motion that is kept with a gap."""
    for track in timeline.tracks:
        for item in track.items:
            if isinstance(item, Gap):
                yield from item.motions


def planned_moves(timelines: Iterable[Timeline], recovery: Path, takes: Path) -> tuple[Move, ...]:
    """What lies among the untitled projects, or in the takes of another one, and has to come along to `takes`."""
    moves: dict[PurePath, Move] = {}
    for timeline in timelines:
        folders = [take.result.frames.folder for take in takes_of(timeline)]
        folders += [motion.file.parent for motion in motions_of(timeline)]
        for folder in folders:
            if folder.is_relative_to(takes):
                continue
            if folder.is_relative_to(recovery):
                inside = folder.relative_to(recovery).parts  # <key>/takes/<take>[/…]
                if len(inside) >= 3:
                    old = PurePath(recovery, *inside[:3])
                    moves[old] = Move(old, PurePath(takes, inside[2]))
            elif (old := _in_takes_of_another(folder)) is not None:
                moves[old] = Move(old, PurePath(takes, old.name), keeps_old=True)
    return tuple(moves.values())


def _in_takes_of_another(folder: PurePath) -> PurePath | None:
    """The take's folder in PROJECT.takes of some other project: this one was saved under another name."""
    return next((place for place in (folder, *folder.parents) if place.parent.suffix == TAKES_SUFFIX), None)


def copy_takes(moves: tuple[Move, ...], reporter: Reporter) -> tuple[Move, ...]:
    """Copy the folders, as hard links where the disk allows. Returns the moves that were made.

    A folder that is not there (its files were deleted by hand) is passed over.

    Raises:
        OutputError: the disk is full or refuses; what this call copied is removed again.
    """
    made: list[Move] = []
    try:
        for move in moves:
            reporter.raise_if_cancelled()
            if Path(move.old).is_dir():
                _copy_folder(Path(move.old), Path(move.new))
                made.append(move)
    except OSError as error:
        forget_folders(tuple(move.new for move in made))
        reason = error.strerror or str(error)
        raise OutputError(f"The takes could not be moved along: {reason}. Nothing was lost. {advice(error)}") from error
    return tuple(made)


def forget_folders(folders: tuple[PurePath, ...]) -> None:
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def relocated(timeline: Timeline, moves: tuple[Move, ...]) -> Timeline:
    """The same timeline with its takes and motions at their new places; the very same object when none moved."""
    is_moved = any(_moved(take, moves) is not take for take in takes_of(timeline))
    if not is_moved and not any(_moved_motion(motion, moves) is not motion for motion in motions_of(timeline)):
        return timeline
    return replace(
        timeline,
        tracks=tuple(
            replace(track, items=tuple(_moved_item(item, moves) for item in track.items)) for track in timeline.tracks
        ),
        unplaced=tuple(replace(unplaced, take=_moved(unplaced.take, moves)) for unplaced in timeline.unplaced),
    )


def relocated_history(history: History[Timeline], moves: tuple[Move, ...]) -> History[Timeline]:
    """Undo and redo lead to the new places too."""

    def steps(old: tuple[Step[Timeline], ...]) -> tuple[Step[Timeline], ...]:
        return tuple(replace(step, value=relocated(step.value, moves)) for step in old)

    return replace(
        history,
        present=relocated(history.present, moves),
        past=steps(history.past),
        future=steps(history.future),
    )


def _moved_item(item: Item, moves: tuple[Move, ...]) -> Item:
    if not isinstance(item, Gap) or not (item.takes or item.motions):
        return item
    motions = tuple(_moved_motion(motion, moves) for motion in item.motions)
    return replace(item, takes=tuple(_moved(take, moves) for take in item.takes), motions=motions)


def _moved_motion(motion: GapMotion, moves: tuple[Move, ...]) -> GapMotion:
    file = _new_place(motion.file, moves)
    return motion if file == motion.file else replace(motion, file=file)


def _moved(take: Take, moves: tuple[Move, ...]) -> Take:
    result = take.result
    folder, said = _new_place(result.frames.folder, moves), result.request.settings.options
    options = tuple((name, _moved_option(value, moves)) for name, value in said)
    if folder == result.frames.folder and options == said:
        return take
    request = replace(result.request, settings=replace(result.request.settings, options=options))
    return replace(take, result=replace(result, request=request, frames=replace(result.frames, folder=folder)))


def _moved_option(value: OptionValue, moves: tuple[Move, ...]) -> OptionValue:
    """Motions that a take went along come along as well, so that it can be made again."""
    return (
        str(_new_place(PurePath(value), moves)) if isinstance(value, str) and PurePath(value).is_absolute() else value
    )


def _new_place(path: PurePath, moves: tuple[Move, ...]) -> PurePath:
    for move in moves:
        if path.is_relative_to(move.old):
            return PurePath(move.new, path.relative_to(move.old))
    return path


def _copy_folder(old: Path, new: Path) -> None:
    """Whole or not at all."""
    part = new.with_name(new.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.parent.mkdir(parents=True, exist_ok=True)
    try:
        shutil.copytree(old, part, copy_function=_link_or_copy)
        if new.exists():
            shutil.rmtree(new)
        os.replace(part, new)
    except shutil.Error as error:
        shutil.rmtree(part, ignore_errors=True)
        raise OSError(f"{old.name} could not be copied ({error.args[0][0][2]})") from error
    except OSError:
        shutil.rmtree(part, ignore_errors=True)
        raise


def _link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
