"""What an engine tells of a run in figures: before it, what it is about to do; after it, what was measured.

All are optional. An engine's class may have a static method `forecast(request)`, its objects a method
`look_ahead(request, pictures, reporter)` and a property `figures`; the workflow writes them on the contract sheet.
A property `device` says where it computed; that stays with the result.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from mpd_studio.core.engine import BoundaryPictures
from mpd_studio.core.inbetween import InbetweenRequest
from mpd_studio.core.progress import Reporter


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing to tell.

    id: for programs, the same from run to run ("seam-first"). values: the numbers behind the text, in its units.
    text: for people, with units; "" keeps it off the sheet. warning: why the user should look before trusting the
        result; it becomes a reason of the verdict WARN.
    """

    id: str
    text: str
    values: tuple[float, ...] = ()
    warning: str = ""


@runtime_checkable
class TellsForecast(Protocol):
    """A class of engines that can say beforehand how a request would be made."""

    def forecast(self, request: InbetweenRequest) -> tuple[Figure, ...]:
        """Called on the class, without an object. May read files and ask devices, so never in the GUI thread.

        What hinders the run is a figure with a warning, not an error: the run itself refuses, with the same words.
        """
        ...


@runtime_checkable
class TellsFigures(Protocol):
    """An engine that measures what it makes."""

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Of the last `generate`, in the order in which they are to be read; also where it failed or was stopped."""
        ...


@runtime_checkable
class TellsDevice(Protocol):
    """An engine that can compute on more than the processor."""

    @property
    def device(self) -> str:
        """Where the last `generate` computed: "cpu", "cuda", "cuda:1" …"""
        ...


@runtime_checkable
class LooksAhead(Protocol):
    """An engine that can tell from the boundary pictures what stands in the way, without making a frame."""

    def look_ahead(
        self, request: InbetweenRequest, pictures: BoundaryPictures, reporter: Reporter
    ) -> tuple[Figure, ...]:
        """Takes a moment; the reporter may stop it."""
        ...


def figure_named(figures: tuple[Figure, ...], figure_id: str) -> Figure | None:
    return next((figure for figure in figures if figure.id == figure_id), None)
