"""The work on weights, and what is seen of them: values in, values out, for the lanes."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from mpd_studio.core.errors import BadInput
from mpd_studio.core.paths import ProgramPaths
from mpd_studio.core.progress import Reporter
from mpd_studio.engines.registry import convert_weights
from mpd_studio.session.message import Message, info, warning
from mpd_studio.weights.adopt import add_folder, name_for
from mpd_studio.weights.catalogue import Entry, Licence, entry_named
from mpd_studio.weights.consent import has_consent, record_consent
from mpd_studio.weights.family import Family
from mpd_studio.weights.fetch import fetch
from mpd_studio.weights.hub import Hub
from mpd_studio.weights.layout import EXTRAS, State, inspect_folder
from mpd_studio.weights.patience import Patience
from mpd_studio.weights.store import Origin, WeightsFolder, list_weights, locate
from mpd_studio.weights.verify import FileVerdict, Verdict, repair, verify

_LONGEST_LICENCE = 200_000


@dataclass(frozen=True, slots=True)
class Token:
    """What opens a gated repository: for one download, never written, and not shown where a value is printed."""

    text: str = field(default="", repr=False)


NO_TOKEN = Token()  # then the one that this machine is logged in with


@dataclass(frozen=True, slots=True)
class SeenWeights:
    """is_agreed: to the terms, if there are any. licence_text: of the file that came along, "" without one."""

    folder: WeightsFolder
    is_agreed: bool
    licence_text: str = ""

    @property
    def name(self) -> str:
        """What the setting and the option `weights` call them by."""
        return name_of(self.folder)

    @property
    def label(self) -> str:
        """What a list calls them."""
        return self.folder.name

    @property
    def title(self) -> str:
        return self.folder.entry.title if self.folder.entry else self.folder.name

    @property
    def state(self) -> State:
        return self.folder.state

    @property
    def path(self) -> Path:
        """Where they are; it need not exist while they are missing."""
        return self.folder.path

    @property
    def size_text(self) -> str:
        """How much is to download in all; "" for weights that are not in the catalogue."""
        return self.folder.entry.size_text if self.folder.entry else ""

    @property
    def licence(self) -> Licence | None:
        """Of the catalogue's; others come under whatever their giver says."""
        return self.folder.entry.licence if self.folder.entry else None

    @property
    def page(self) -> str:
        """Where the hub shows them."""
        return self.folder.entry.page if self.folder.entry else ""

    @property
    def is_gated(self) -> bool:
        return self.folder.entry is not None and self.folder.entry.is_gated

    @property
    def can_be_downloaded(self) -> bool:
        """Whether the hub has what is missing or wrong of them."""
        return self.folder.entry is not None and self.folder.origin is not Origin.FOLDER

    @property
    def is_usable(self) -> bool:
        return self.state is State.PRESENT and self.is_agreed

    @property
    def engine_id(self) -> str:
        """Of the engine that they are for."""
        return self.folder.family.value

    @property
    def can_be_converted(self) -> bool:
        """Whether they are whole, and pickles among them could become safetensors."""
        is_known_kind = self.folder.family is Family.MOTION_I2V
        return is_known_kind and self.is_usable and bool(self.folder.inspection.pickles)

    @property
    def is_in_models(self) -> bool:
        """Whether they lie in the program's own folder."""
        return self.folder.origin is Origin.MODELS

    def is_for(self, engine_id: str) -> bool:
        """Whether they are of the kind that an engine takes."""
        return self.engine_id == engine_id


@dataclass(frozen=True, slots=True)
class Look:
    """listed: the catalogue, and what was added. others: folders asked about. refused: (name, why it means nothing)."""

    listed: tuple[SeenWeights, ...] = ()
    others: tuple[SeenWeights, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()


def name_of(weights: WeightsFolder) -> str:
    """A folder of the user's goes by its path, since its name need not be the only one."""
    return str(weights.path) if weights.origin is Origin.FOLDER else weights.name


def look_around(paths: ProgramPaths, asked: tuple[str, ...], reporter: Reporter) -> Look:
    """Everything that is known by name, and what was asked about."""
    listed = tuple(_seen(found, paths) for found in list_weights(paths))
    others: list[SeenWeights] = []
    refused: list[tuple[str, str]] = []
    for name in asked:
        reporter.raise_if_cancelled()
        if all(row.name != name for row in listed):
            try:
                others.append(_seen(locate(name, paths), paths))
            except BadInput as error:
                refused.append((name, str(error)))
    return Look(listed, tuple(others), tuple(refused))


def _seen(found: WeightsFolder, paths: ProgramPaths) -> SeenWeights:
    return SeenWeights(found, found.entry is None or has_consent(found.entry, paths), _licence_text(found.path))


def _licence_text(folder: Path) -> str:
    """The licence that came with the files; "" where none did."""
    for name in EXTRAS:
        try:
            with (folder / name).open(encoding="utf-8", errors="replace") as file:
                return file.read(_LONGEST_LICENCE)
        except OSError:
            continue
    return ""


def agree(entry: Entry, paths: ProgramPaths, reporter: Reporter) -> None:
    del reporter
    record_consent(entry, paths)


def get(entry: Entry, paths: ProgramPaths, token: Token, patience: Patience, reporter: Reporter) -> Path:
    return fetch(entry, paths, reporter, hub=Hub(token=token.text or None), patience=patience)


def mend(weights: WeightsFolder, paths: ProgramPaths, token: Token, patience: Patience, reporter: Reporter) -> Path:
    return repair(weights, paths, reporter, hub=Hub(token=token.text or None), patience=patience)


def check(weights: WeightsFolder, reporter: Reporter) -> tuple[WeightsFolder, tuple[FileVerdict, ...]]:
    return weights, verify(weights, reporter)


def take_over(folder: Path, name: str, paths: ProgramPaths, copy: bool, reporter: Reporter) -> str:
    known_as = name_for(folder, name or None)
    add_folder(folder, known_as, paths, reporter, copy=copy)
    return known_as


def convert_pickles(weights: WeightsFolder, paths: ProgramPaths, reporter: Reporter) -> tuple[Path, int]:
    """Where the safetensors are, and how many were made.

    Weights in the program's own folder lose their pickles when all are made; of others a copy is made there.
    Raises: MpdError: not whole, no room, or torch is missing. Cancelled: what is made stays, and is passed over later.
    """
    target, entry = converted_place(weights, paths)
    engine_id = weights.family.value
    return target, convert_weights(engine_id, weights.path, target, reporter, entry.id if entry else None)


def converted_place(weights: WeightsFolder, paths: ProgramPaths) -> tuple[Path, Entry | None]:
    """Raises: BadInput: the program's own folder has whole weights of that name already."""
    if weights.origin is Origin.MODELS:
        return weights.path, weights.entry
    target = paths.models / name_for(weights.path, weights.entry.id if weights.entry else None)
    if inspect_folder(target).state is State.PRESENT:
        raise BadInput(f"There are weights named {target.name} already, in {target}. They can be used as they are.")
    return target, entry_named(target.name)


def what_hinders(row: SeenWeights) -> str:
    folder, name = row.folder, row.folder.name
    wrong = [path for path, _ in folder.inspection.broken]
    if row.state is State.MISSING:
        size = f" ({row.size_text} to download)" if row.size_text else ""
        return f"The weights {name} are not on this machine{size}."
    if row.state is State.PARTIAL:
        return f"The weights {name} are incomplete: {_some(list(folder.inspection.missing))}."
    if row.state is State.BROKEN:
        return f"The weights {name} are damaged: {_some(wrong)}."
    return "" if row.is_agreed else f"The terms of the weights {name} have not been agreed to yet."


def verified_message(weights: WeightsFolder, verdicts: tuple[FileVerdict, ...]) -> Message:
    bad = [f"{item.path}: {item.note or item.verdict.value}" for item in verdicts if item.verdict in _BAD]
    if bad:
        way_out = "Repair mends them." if weights.entry and weights.origin is not Origin.FOLDER else "Copy them anew."
        files = "1 file is" if len(bad) == 1 else f"{len(bad)} files are"
        return warning(f"{files} not right in the weights {weights.name}. {way_out}", "\n".join(bad))
    unknown = sum(item.verdict is Verdict.UNKNOWN for item in verdicts)
    if unknown:
        return info(f"The weights {weights.name} look whole; of {unknown} files nobody has stated a hash.")
    return info(f"Every file of the weights {weights.name} is right.")


_BAD = (Verdict.WRONG, Verdict.MISSING)


def _some(files: list[str]) -> str:
    return ", ".join(files[:2]) + (f" and {len(files) - 2} more" if len(files) > 2 else "")
