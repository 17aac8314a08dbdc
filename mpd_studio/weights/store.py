"""Where the weights are: the one question that an engine asks."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from mpd_studio.core.errors import BadInput, EnvironmentProblem
from mpd_studio.core.paths import ProgramPaths
from mpd_studio.core.settings import load_settings
from mpd_studio.weights.catalogue import CATALOGUE, Entry, entry_named
from mpd_studio.weights.consent import require_consent
from mpd_studio.weights.family import Family
from mpd_studio.weights.hub_cache import snapshots
from mpd_studio.weights.layout import Inspection, State, inspect_folder
from mpd_studio.weights.record import read_record


class Origin(Enum):
    MODELS = "models"  # the program's own folder
    CACHE = "cache"  # the hub's, shared with other programs
    FOLDER = "folder"  # the user's


@dataclass(frozen=True, slots=True)
class WeightsFolder:
    """entry: None for weights that are not in the catalogue. path may not exist when the state is MISSING."""

    path: Path
    entry: Entry | None
    state: State
    name: str
    origin: Origin
    inspection: Inspection

    @property
    def family(self) -> Family:
        return self.inspection.family


def find_weights(
    name_or_folder: str | None,
    paths: ProgramPaths,
    *,
    family: Family | None = Family.SVD,
    environ: Mapping[str, str] | None = None,
) -> WeightsFolder:
    """Weights that are whole, by a quick look, and whose terms have been agreed to.

    Looked for: what is named here, else what the settings name for its engine, else the first of the catalogue that is
    whole; a name in the program's models folder first, then in the hub's cache.
    family: what they must be for; None: whatever what is named is for.
    Raises:
        BadInput: the name means nothing, or weights for something else.
        EnvironmentProblem: missing, incomplete, damaged, or not agreed to; the message says the command to run.
    """
    wanted = family or Family.SVD
    setting = load_settings(paths.settings).settings.weights_of(wanted.value)
    if name_or_folder:
        found = locate(name_or_folder, paths, environ=environ)
    elif setting:
        try:
            found = locate(setting, paths, environ=environ)
        except BadInput as error:
            raise BadInput(f"The setting {wanted.value}_weights is of no use: {error}") from error
    else:
        listed = [item for item in list_weights(paths, environ=environ) if item.family is wanted]
        found = next((item for item in listed if item.state is State.PRESENT), None)
        if found is None:
            raise EnvironmentProblem(_nothing_there(listed, wanted))
    if family is not None and found.family is not family:
        raise BadInput(
            f"The weights in {found.path} are for {found.family.title}, and {family.title} was to be run. Name others."
        )
    problem = what_to_do(found)
    if problem:
        raise EnvironmentProblem(problem)
    if found.entry is not None:
        require_consent(found.entry, paths)
    return found


def locate(name_or_folder: str, paths: ProgramPaths, *, environ: Mapping[str, str] | None = None) -> WeightsFolder:
    """In whatever state. Raises: BadInput: it is no name of weights and no folder."""
    environ = os.environ if environ is None else environ
    entry = entry_named(name_or_folder)
    if entry is not None:
        return _locate_entry(entry, paths, environ)
    if name_or_folder in _own_names(paths):  # before a folder, so that no name depends on where the program is started
        return _look(paths.models / name_or_folder, None, name_or_folder, Origin.MODELS)
    folder = Path(name_or_folder).expanduser()
    if folder.is_dir():
        return _look(folder.absolute(), recognise(folder), folder.name, Origin.FOLDER)
    if name_or_folder.count("/") == 1:
        for snapshot in snapshots(name_or_folder, None, environ):
            return _look(snapshot, None, name_or_folder, Origin.CACHE)
    names = ", ".join([*(entry.id for entry in CATALOGUE), *_own_names(paths)])
    raise BadInput(f"'{name_or_folder}' is neither a folder nor a name of weights. Names known here: {names}.")


def list_weights(paths: ProgramPaths, *, environ: Mapping[str, str] | None = None) -> tuple[WeightsFolder, ...]:
    """The catalogue, in whatever state, then what was added under other names."""
    environ = os.environ if environ is None else environ
    known = [_locate_entry(entry, paths, environ) for entry in CATALOGUE]
    own = [_look(paths.models / name, None, name, Origin.MODELS) for name in _own_names(paths)]
    return tuple(known + own)


def recognise(folder: Path) -> Entry | None:
    """The entry whose files a folder holds, by what lies beside them or by its place in the hub's cache."""
    record = read_record(folder)
    if record is not None and record.entry is not None:
        return entry_named(record.entry)
    parts = folder.absolute().parts
    return next((entry for entry in CATALOGUE if f"models--{entry.repo.replace('/', '--')}" in parts), None)


def what_to_do(weights: WeightsFolder) -> str | None:
    """What hinders the use of these weights, and the command that helps; None when they are whole."""
    if weights.state is State.PRESENT:
        return None
    files = _some([path for path, _ in weights.inspection.broken] or list(weights.inspection.missing))
    if weights.entry is None:
        again = "Copy the folder again" if weights.origin is not Origin.CACHE else "Download it again"
        state = "damaged" if weights.state is State.BROKEN else "incomplete"
        return f"The weights in {weights.path} are {state} ({files}). {again}."
    name, size = weights.entry.id, weights.entry.size_text
    if weights.state is State.BROKEN:
        return f"The weights {name} are damaged ({files}). Mend them with: mpd-studio weights repair {name}"
    if weights.state is State.PARTIAL:
        return f"The weights {name} are incomplete ({files}). Go on with: mpd-studio weights get {name}"
    return f"The weights {name} are not on this machine. Get them ({size}) with: mpd-studio weights get {name}"


def _nothing_there(listed: list[WeightsFolder], wanted: Family) -> str:
    begun = [item for item in listed if item.state is not State.MISSING]
    if begun:
        return what_to_do(begun[0]) or ""
    first = next(entry for entry in CATALOGUE if entry.family is wanted)
    of_what = "" if wanted is Family.SVD else f" of {wanted.title}"
    return (
        f"There are no weights{of_what} on this machine. Get {first.title} ({first.size_text}) with: "
        f"mpd-studio weights get {first.id}, or add a folder with: mpd-studio weights add FOLDER"
    )


def _locate_entry(entry: Entry, paths: ProgramPaths, environ: Mapping[str, str]) -> WeightsFolder:
    """The first that is whole; else the one that most is there of."""
    found = list(_copies(entry, paths, environ))
    for state in (State.PRESENT, State.BROKEN, State.PARTIAL):
        for copy in found:
            if copy.state is state:
                return copy
    return found[0]


def _copies(entry: Entry, paths: ProgramPaths, environ: Mapping[str, str]) -> Iterator[WeightsFolder]:
    yield _look(paths.models / entry.id, entry, entry.id, Origin.MODELS)
    for snapshot in snapshots(entry.repo, entry.revision, environ):
        yield _look(snapshot, entry, entry.id, Origin.CACHE)


def _look(folder: Path, entry: Entry | None, name: str, origin: Origin) -> WeightsFolder:
    inspection = inspect_folder(folder, read_record(folder), entry.family if entry else None)
    return WeightsFolder(folder, entry, inspection.state, name, origin, inspection)


def _own_names(paths: ProgramPaths) -> list[str]:
    """Folders in the models folder that were added under names of their own."""
    ids = {entry.id for entry in CATALOGUE}
    try:
        folders = sorted(paths.models.iterdir())
    except OSError:
        return []
    return [path.name for path in folders if path.is_dir() and path.name not in ids and not path.name.startswith(".")]


def _some(files: list[str]) -> str:
    return ", ".join(files[:2]) + (f" and {len(files) - 2} more" if len(files) > 2 else "")
