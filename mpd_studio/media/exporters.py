"""Exporters by id. The list costs nothing: an exporter's module is imported when it is opened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Protocol, runtime_checkable

from mpd_studio.core.errors import UnsupportedRequest
from mpd_studio.core.exchange import Exporter, ExporterInfo
from mpd_studio.core.geometry import Size
from mpd_studio.core.picture import Picture

ENTRY_POINTS = "mpd_studio.exporters"

_SEQUENCE = "mpd_studio.media.writers.image_sequence:ImageSequenceExporter"
_MOVIE = "mpd_studio.media.writers.movie:MovieExporter"


@dataclass(frozen=True, slots=True)
class _BuiltIn:
    info: ExporterInfo
    target: str


_BUILT_IN = (
    _BuiltIn(ExporterInfo("png", "PNG, 8 bit", ".png", 8, False, alpha=True, lossless=True), _SEQUENCE),
    _BuiltIn(ExporterInfo("png16", "PNG, 16 bit", ".png", 16, False, alpha=True, lossless=True), _SEQUENCE),
    _BuiltIn(ExporterInfo("tiff16", "TIFF, 16 bit", ".tif", 16, False, alpha=True, lossless=True), _SEQUENCE),
    _BuiltIn(
        ExporterInfo("exr", "OpenEXR, half float", ".exr", 16, False, alpha=True, is_float=True, lossless=True),
        _SEQUENCE,
    ),
    _BuiltIn(ExporterInfo("prores422hq", "ProRes 422 HQ (10 bit)", ".mov", 10, True), _MOVIE),
    _BuiltIn(ExporterInfo("prores4444", "ProRes 4444 (10 bit, alpha)", ".mov", 10, True, alpha=True), _MOVIE),
    _BuiltIn(ExporterInfo("dnxhr_hqx", "DNxHR HQX (10 bit)", ".mov", 10, True), _MOVIE),
    _BuiltIn(ExporterInfo("ffv1", "FFV1 (lossless, 8 or 16 bit)", ".mkv", 16, True, alpha=True, lossless=True), _MOVIE),
    _BuiltIn(ExporterInfo("h264", "H.264 (8 bit, for viewing)", ".mp4", 8, True), _MOVIE),
)


def exporter_infos() -> tuple[ExporterInfo, ...]:
    """All exporters, built-in ones first. A plug-in that does not load is listed with its `problem`."""
    return (*(entry.info for entry in _BUILT_IN), *(_plugin_info(point) for point in _plugins()))


def open_exporter(id: str) -> Exporter:
    """The exporter of this id.

    Raises:
        UnsupportedRequest: no such exporter, or a plug-in that does not load.
    """
    for entry in _BUILT_IN:
        if entry.info.id == id:
            module, _, name = entry.target.partition(":")
            return getattr(import_module(module), name)(entry.info)
    for point in _plugins():
        if point.name == id:
            loaded = _load(point)
            if isinstance(loaded, str):
                raise UnsupportedRequest(f"The format '{id}' cannot be used: {loaded}")
            return loaded
    known = ", ".join(info.id for info in exporter_infos() if not info.problem)
    raise UnsupportedRequest(f"There is no format '{id}'. Choose one of: {known}.")


def check_fits(id: str, picture: Picture) -> None:
    """Whether the format can hold pictures like this one, without writing any.

    Raises:
        UnsupportedRequest: there is no such format, or it would lose depth, range or transparency.
        OutputError: not at this size.
    """
    from mpd_studio.media.writers.acceptance import check_picture

    exporter = open_exporter(id)
    check_picture(picture, exporter.info)
    if isinstance(exporter, HasSizes):
        exporter.check_size(picture.size)


@runtime_checkable
class HasSizes(Protocol):
    """An exporter that cannot write pictures of every size."""

    def check_size(self, size: Size) -> None:
        """Raises: OutputError."""
        ...


def _plugins() -> Iterator[EntryPoint]:
    taken = {entry.info.id for entry in _BUILT_IN}
    return (point for point in entry_points(group=ENTRY_POINTS) if point.name not in taken)


def _plugin_info(point: EntryPoint) -> ExporterInfo:
    loaded = _load(point)
    if isinstance(loaded, str):
        return ExporterInfo(point.name, point.name, "", 0, False, problem=loaded)
    return loaded.info


def _load(point: EntryPoint) -> Exporter | str:
    """The plug-in's exporter, or what went wrong.

    A plug-in names a class without arguments; its module should import its libraries inside functions.
    """
    try:
        exporter = point.load()()
        info = exporter.info
    except Exception as error:  # a stranger's code: whatever it raises must not take the program down
        return f"The plug-in {point.value} does not load ({type(error).__name__}: {error}). Update or remove it."
    if not isinstance(info, ExporterInfo) or info.id != point.name:
        return f"The plug-in {point.value} does not describe itself as '{point.name}'. Update or remove it."
    return exporter
