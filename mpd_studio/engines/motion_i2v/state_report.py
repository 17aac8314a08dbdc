"""What differs between the tensors of a file and those of a network, each by its official name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mpd_studio.engines.motion_i2v.official_keys import attention_of, is_position_table, official_key
from mpd_studio.engines.motion_i2v.official_state import OfficialState, kind_of

if TYPE_CHECKING:
    from torch import Tensor

_NAMED = 3
# Half precision rounds a table by 0.0005, bfloat16 by 0.004; tables of another formula differ by 1.
_TABLE_TOLERANCE = 0.01


@dataclass(frozen=True, slots=True)
class StateReport:
    """All names are official ones, in order.

    misshapen: name, shape in the file, shape in the network. odd_tables: position tables of another formula.
    set_aside: what a file holds besides; it does no harm. looks_like: the kind that the tensors seem to be of.
    """

    kind: str
    missing: tuple[str, ...] = ()
    unexpected: tuple[str, ...] = ()
    misshapen: tuple[tuple[str, tuple[int, ...], tuple[int, ...]], ...] = ()
    odd_tables: tuple[str, ...] = ()
    set_aside: tuple[str, ...] = ()
    looks_like: str | None = None

    @property
    def fits(self) -> bool:
        return not (self.missing or self.unexpected or self.misshapen or self.odd_tables)

    @property
    def text(self) -> str:
        """One or two sentences for a user."""
        if self.fits:
            return f"All tensors of the {self.kind} are there."
        shapes = [f"{key} is {_sides(found)} instead of {_sides(wanted)}" for key, found, wanted in self.misshapen]
        counted = (
            (self.missing, "missing"),
            (self.unexpected, "not known"),
            (shapes, "of another shape"),
            (self.odd_tables, "no position table of this kind"),
        )
        said = "; ".join(f"{len(names)} {what} ({_some(names)})" for names, what in counted if names)
        return f"These weights do not fit the {self.kind}. Of its tensors: {said}. {self._advice()}"

    def _advice(self) -> str:
        if self.looks_like not in (None, self.kind):
            return f"They look like those of the {self.looks_like}: choose the other file."
        if self.missing and all("motion_modules." in key for key in self.missing):
            return "The motion modules are in a file of their own: put them together with the U-Net."
        return "Get the file again, and check that it is the released one."


def compared(state: OfficialState, shapes: Mapping[str, tuple[int, ...]], kind: str) -> StateReport:
    """shapes: of the network's tensors, by the network's names, without position tables."""
    found = {key: tuple(tensor.shape) for key, tensor in state.networks_own().items()}
    wanted = {official_key(key): shape for key, shape in shapes.items()}
    tables = {key: tensor for key, tensor in state.tensors.items() if is_position_table(key)}
    strays = [key for key in tables if attention_of(key) not in wanted]
    return StateReport(
        kind,
        missing=tuple(key for key in wanted if key not in found),
        unexpected=(*(key for key in found if key not in wanted), *strays),
        misshapen=tuple(
            (key, shape, wanted[key]) for key, shape in found.items() if key in wanted and shape != wanted[key]
        ),
        odd_tables=tuple(key for key, table in tables.items() if key not in strays and not _is_sinusoidal(table)),
        set_aside=state.set_aside,
        looks_like=kind_of(state.tensors),
    )


def _is_sinusoidal(table: Tensor) -> bool:
    import torch
    from diffusers.models.embeddings import SinusoidalPositionalEmbedding

    if table.ndim != 3 or table.shape[0] != 1 or table.shape[2] % 2:
        return False
    if table.is_meta:
        return True
    with torch.device("cpu"):
        formula = SinusoidalPositionalEmbedding(table.shape[2], table.shape[1]).get_buffer("pe")
    return float((table.detach().cpu().float() - formula).abs().max()) < _TABLE_TOLERANCE


def _some(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _sides(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape)) or "a single number"
