"""Undo and redo by keeping old values."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
_LIMIT = 500


@dataclass(frozen=True, slots=True)
class Step(Generic[T]):
    """A value and the label of the edit that led away from it (in past) or to it (in future)."""

    value: T
    label: str


@dataclass(frozen=True, slots=True)
class History(Generic[T]):
    """present, and the way back and forth. Two pushes with one merge_key in a row are one step: a drag."""

    present: T
    past: tuple[Step[T], ...] = ()
    future: tuple[Step[T], ...] = ()
    merge_key: Hashable | None = None

    def push(self, value: T, label: str, merge_key: Hashable | None = None) -> History[T]:
        if value == self.present:
            return self
        if merge_key is not None and merge_key == self.merge_key and self.past:
            return History(value, self.past, (), merge_key)
        past = (*self.past, Step(self.present, label))[-_LIMIT:]
        return History(value, past, (), merge_key)

    def sealed(self) -> History[T]:
        """The next push begins a step of its own: call it when a drag ends."""
        return History(self.present, self.past, self.future, None)

    def undo(self) -> History[T]:
        if not self.past:
            return self
        *past, step = self.past
        return History(step.value, tuple(past), (Step(self.present, step.label), *self.future))

    def abandoned(self) -> History[T]:
        """The last step taken back and forgotten, as if it had never been: an abandoned drag."""
        return History(self.past[-1].value, self.past[:-1]) if self.past else self

    def redo(self) -> History[T]:
        if not self.future:
            return self
        step, *future = self.future
        return History(step.value, (*self.past, Step(self.present, step.label)), tuple(future))

    @property
    def undo_label(self) -> str | None:
        return self.past[-1].label if self.past else None

    @property
    def redo_label(self) -> str | None:
        return self.future[0].label if self.future else None
