"""Make the frames of one gap: decode → fit → generate → write → check, into a folder that appears whole."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

import mpd_studio
from mpd_studio.core.atomic_file import write_atomically
from mpd_studio.core.engine import BoundaryPictures, Capability, Engine, EngineInfo
from mpd_studio.core.errors import EngineFailed, MediaError, UnsupportedRequest
from mpd_studio.core.exchange import ExporterInfo, WriteJob
from mpd_studio.core.figures import Figure, LooksAhead, TellsDevice, TellsFigures, figure_named
from mpd_studio.core.frames import format_timecode, is_drop_frame_text, nominal_rate, parse_timecode
from mpd_studio.core.geometry import Size
from mpd_studio.core.inbetween import FrameSequence, InbetweenRequest, InbetweenResult, Provenance
from mpd_studio.core.media_ref import FrameRef, MediaRef
from mpd_studio.core.picture import Picture
from mpd_studio.core.progress import Preview, Progress, Reporter
from mpd_studio.core.trust import frame_confidence
from mpd_studio.engines.registry import engine_infos, forecast, open_engine
from mpd_studio.media.color import assumption_note
from mpd_studio.media.confidence_maps import map_name, write_kept, write_matte
from mpd_studio.media.exporters import check_fits, exporter_infos, open_exporter
from mpd_studio.media.probe import probe
from mpd_studio.media.reader import FrameReader
from mpd_studio.workflow.check import Made, tick
from mpd_studio.workflow.context_pictures import read_context
from mpd_studio.workflow.deliver import deliver_take
from mpd_studio.workflow.engine_holder import EngineHolder
from mpd_studio.workflow.fit import fit, fit_notes
from mpd_studio.workflow.frame_checks import FrameFacts, change_between, digest_of, facts_of
from mpd_studio.workflow.length import length_line
from mpd_studio.workflow.output_folder import check_sources, filling
from mpd_studio.workflow.region_masks import read_masks
from mpd_studio.workflow.sheet import GapPlace, LineState, Sheet, SheetLine, sheet_before
from mpd_studio.workflow.unfinished_work import unfinished_work

NEW_FRAMES = "New frames"
# Options that name a motion to go along, and what the sheet says of them.
_MOTIONS = {
    "motion_file": "moves as given, from the first frame",
    "motion_back_file": "moves as given, from the last frame",
}


class ConfidenceMaps(Enum):
    """kept: small, for looking at with the take. mattes: of full size in 16 bits, to work with."""

    NONE = "none"
    KEPT = "kept"
    MATTES = "mattes"


@dataclass(frozen=True, slots=True)
class Run:
    """What run() made.

    seconds: ("decode", s), ("engine", s), ("write", s). movies: files, where one was wanted. figures: measured by the
    engine.
    """

    result: InbetweenResult
    sheet: Sheet
    seconds: tuple[tuple[str, float], ...]
    movies: tuple[Path, ...] = ()
    figures: tuple[Figure, ...] = ()


def run(
    request: InbetweenRequest,
    folder: Path,
    reporter: Reporter,
    *,
    name: str = "frame",
    exporter_id: str | None = None,
    movie_id: str | None = None,
    handles: int | tuple[int, int] = 0,
    place: GapPlace | None = None,
    overwrite: bool = False,
    maps: ConfidenceMaps = ConfidenceMaps.NONE,
    open_engine: Callable[[str], Engine] = open_engine,
    engines: EngineHolder | None = None,
    seal: Callable[[Path, Run], None] | None = None,
) -> Run:
    """Fill `folder` with NAME_000001.ext …, sheet.txt and sheet.json.

    exporter_id: a sequence format; None chooses by depth (png for 8 bit, png16 above, exr for float).
    movie_id: a movie format, for NAME.ext beside the frames. handles: footage at both its ends, see deliver_take.
    maps: of the confidence of each pixel, beside the frames as NAME_confidence_000001.png …, where the engine tells it.
    engines: keeps the engine for the next run, if this one ends well; None: it is opened for this run alone.
    seal: called with the folder that is about to become `folder`, to put something beside the frames.

    Raises:
        MpdError: whatever stands in the way, before or during the run; nothing is left in or beside `folder`. Where the
            engine keeps unfinished work, the message says that the next run goes on from there.
        Cancelled: through the reporter; likewise.
    """
    place = place or default_place(request)
    with unfinished_work() as unfinished, filling(folder, name, overwrite=overwrite) as part:
        check_sources(request, folder, name)
        pictures, digests, decode_s = _decode(request, reporter)
        info = _check_formats(pictures, exporter_id, movie_id)
        sheet = plan_sheet(request, place, info).with_figures(forecast(request))
        row = _Row(request.new_frames, reporter, part / name, maps)
        began = time.perf_counter()
        with (engines or EngineHolder(open_engine)).lent(request.engine_id, keep=engines is not None) as engine:
            unfinished.is_kept_by(engine)
            engine.load(reporter)
            loaded_s = time.perf_counter() - began
            with closing(row.watch(engine.generate(request, pictures, _Inner(reporter)))) as frames:
                written = open_exporter(info.id).write(frames, WriteJob(part, name, request.rate), reporter)
        if len(row.facts) != request.new_frames or len(written) != request.new_frames:
            raise EngineFailed(
                f"The engine '{request.engine_id}' made {len(row.facts)} frames instead of {request.new_frames}. "
                "Nothing was kept. Choose another engine, or report this."
            )
        pattern = f"{name}_%06d{info.suffix}"
        figures = engine.figures if isinstance(engine, TellsFigures) else ()
        sheet = sheet.with_figures(figures)
        sheet = _checked(sheet, request, pictures, row, digests, part / pattern, reporter)
        _write_sheet(sheet, part)
        engine_s = loaded_s + row.engine_s
        sequence = FrameSequence(part, pattern, request.new_frames)
        provenance = _provenance(request, engine, engine_s, row, figures)
        result = InbetweenResult(request, sequence, provenance, sheet.verdict, sheet.reasons)
        movies: tuple[Path, ...] = ()
        if movie_id:
            movies = deliver_take(result, movie_id, part, name, reporter, place=place, handles=handles).files
        write_s = time.perf_counter() - began - engine_s
        home = folder.absolute()
        result = replace(result, frames=replace(sequence, folder=home))
        seconds = (("decode", decode_s), ("engine", engine_s), ("write", write_s))
        made = Run(result, sheet, seconds, tuple(home / movie.name for movie in movies), figures)
        if seal is not None:
            seal(part, made)
    return made


def rehearse(
    request: InbetweenRequest,
    reporter: Reporter,
    exporter_id: str | None = None,
    movie_id: str | None = None,
    place: GapPlace | None = None,
) -> Sheet:
    """The sheet before a run, after everything that can be tried without making a frame.

    Raises:
        MpdError: what a run would be refused for.
    """
    pictures, _, _ = _decode(request, reporter)
    info = _check_formats(pictures, exporter_id, movie_id)
    engine = open_engine(request.engine_id)
    sheet = plan_sheet(request, place or default_place(request), info).with_figures(forecast(request))
    return (
        sheet.with_figures(engine.look_ahead(request, pictures, reporter)) if isinstance(engine, LooksAhead) else sheet
    )


def plan_sheet(request: InbetweenRequest, place: GapPlace, info: ExporterInfo) -> Sheet:
    """The sheet before the run."""
    media = dict.fromkeys((request.first.media, request.last.media))
    notes = [note for ref in media if (note := assumption_note(ref))]
    notes += [f"{ref.name} has uneven frame times: frames are counted, not seconds" for ref in media if ref.is_vfr]
    notes += fit_notes(request.first.media, request.last.media, request.canvas)
    sheet = sheet_before(request, place, format_title=info.title, notes=tuple(notes))
    engine = _engine(request.engine_id)
    length = length_line(request.new_frames, engine) if engine else None
    if length is not None:
        sheet = sheet.with_line(length)
    for option, text in _MOTIONS.items():
        file = dict(request.settings.options).get(option)
        if file:
            sheet = sheet.with_line(SheetLine(option, text, LineState.NOTE, Path(str(file)).name))
    ignored = _ignored_drawings(request)
    if not ignored:
        return sheet
    detail = f"the engine '{request.engine_id}' does not know {ignored}; choose flow, or go on without them"
    return sheet.with_line(SheetLine("guidance", "what was drawn is followed", LineState.WARN, detail))


def _ignored_drawings(request: InbetweenRequest) -> str:
    """Kinds of drawings in the request that its engine makes nothing of; it is said before the run."""
    engine = _engine(request.engine_id)
    known = engine.capabilities if engine else frozenset(Capability)
    drawn = ((request.guidance.paths, Capability.PATHS), (request.guidance.regions, Capability.REGIONS))
    return " and ".join(capability.value for things, capability in drawn if things and capability not in known)


@cache
def _engine(engine_id: str) -> EngineInfo | None:
    """None where there is no such engine: opening it says what is wrong."""
    return next((info for info in engine_infos() if info.id == engine_id), None)


def default_place(request: InbetweenRequest) -> GapPlace:
    """Right after the first boundary frame, by its own timecode; from 00:00:00:01 where it has none that makes sense.

    At another rate than the media's, the label of the first boundary frame stays where that rate has it.
    """
    media, rate = request.first.media, request.rate
    try:
        start = parse_timecode(media.start_tc or "", media.rate)
    except ValueError:
        return GapPlace(request.first.index + 1)
    drop_frame = is_drop_frame_text(media.start_tc or "")
    before = start + request.first.index
    if rate == media.rate:
        return GapPlace(before + 1, drop_frame)
    second, _, frames = format_timecode(before, media.rate, drop_frame).replace(";", ":").rpartition(":")
    return GapPlace(parse_timecode(f"{second}:{min(int(frames), nominal_rate(rate) - 1)}", rate) + 1)


def format_for(picture: Picture | MediaRef, exporter_id: str | None) -> ExporterInfo:
    """The sequence format for pictures like this one.

    Raises:
        UnsupportedRequest: no sequence format has this id.
    """
    if exporter_id is None:
        if isinstance(picture, MediaRef):
            is_float, deep = picture.is_float, picture.bit_depth > 8
        else:
            is_float, deep = picture.pixels.dtype.kind == "f", picture.pixels.dtype.itemsize > 1
        exporter_id = "exr" if is_float else "png16" if deep else "png"
    sequences = {info.id: info for info in exporter_infos() if not info.is_movie}
    if exporter_id not in sequences:
        raise UnsupportedRequest(f"There is no frame format '{exporter_id}'. Choose one of: {', '.join(sequences)}.")
    return sequences[exporter_id]


def _check_formats(pictures: BoundaryPictures, exporter_id: str | None, movie_id: str | None) -> ExporterInfo:
    """The sequence format, once it and the movie's are known to hold such pictures: not after an hour's work."""
    info = format_for(pictures.first, exporter_id)
    for picture in (pictures.first, pictures.last):
        for wanted in (info.id, movie_id):
            if wanted is not None:
                check_fits(wanted, picture)
    return info


class _Row:
    """Watches the new frames pass from the engine to the writer: time, facts, confidence, progress."""

    def __init__(self, total: int, reporter: Reporter, stem: Path, maps: ConfidenceMaps) -> None:
        self._total, self._reporter = total, reporter
        self._stem, self._maps = stem, maps
        self.engine_s = 0.0
        self.facts: list[FrameFacts] = []
        self.confidence: list[float] = []

    def watch(self, frames: Iterator[Picture]) -> Generator[Picture]:
        began = time.perf_counter()
        for picture in frames:
            self.engine_s += time.perf_counter() - began
            self.facts.append(facts_of(picture))
            if picture.confidence is not None:
                self.confidence.append(round(frame_confidence(picture.confidence), 4))
                self._write_map(picture.confidence, picture.size)
            self._reporter.report(Progress(NEW_FRAMES, len(self.facts), self._total))
            yield picture
            began = time.perf_counter()
        self.engine_s += time.perf_counter() - began

    def _write_map(self, confidence: np.ndarray, size: Size) -> None:
        path = self._stem.with_name(map_name(self._stem.name, len(self.facts)))
        if self._maps is ConfidenceMaps.KEPT:
            write_kept(path, confidence)
        elif self._maps is ConfidenceMaps.MATTES:
            write_matte(path, confidence, size)


class _Inner(Reporter):
    """The engine's reporter: stages and previews pass, but new frames are counted where they are watched, once each."""

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter

    def report(self, progress: Progress) -> None:
        if progress.stage == NEW_FRAMES:
            self._reporter.raise_if_cancelled()
        else:
            self._reporter.report(progress)

    def raise_if_cancelled(self) -> None:
        self._reporter.raise_if_cancelled()

    def wants_preview(self) -> bool:
        return self._reporter.wants_preview()

    def preview(self, preview: Preview) -> None:
        self._reporter.preview(preview)


def _decode(request: InbetweenRequest, reporter: Reporter) -> tuple[BoundaryPictures, tuple[str, str], float]:
    began = time.perf_counter()
    reporter.report(Progress("Reading", 0, 2))
    with FrameReader() as reader:
        first = reader.read(request.first)
        reporter.report(Progress("Reading", 1, 2))
        last = reader.read(request.last)
        engine = _engine(request.engine_id)
        looks_around = engine is not None and Capability.CONTEXT in engine.capabilities
        around = read_context(request, reader, first, last) if looks_around else ((), ())
    reporter.report(Progress("Reading", 2, 2))
    digests = (digest_of(first), digest_of(last))
    first, last = fit(request, first, last)
    masks = read_masks(request.guidance, request.canvas)
    return BoundaryPictures(first, last, *around, masks), digests, time.perf_counter() - began


def _checked(
    sheet: Sheet,
    request: InbetweenRequest,
    pictures: BoundaryPictures,
    row: _Row,
    before: tuple[str, str],
    pattern: Path,
    reporter: Reporter,
) -> Sheet:
    reporter.report(Progress("Checking", 0, 1))
    with FrameReader() as reader:
        after = (_digest_now(reader, request.first), _digest_now(reader, request.last))
    written = probe(pattern, request.rate)
    first, last = pictures.first, pictures.last
    made = Made(facts_of(first), row.facts, facts_of(last), before, after, written, change_between(first, last))
    return tick(sheet, request, made)


def _digest_now(reader: FrameReader, ref: FrameRef) -> str:
    """Of a boundary frame after the run; "" where its file has changed or is gone: no reason to lose the work."""
    try:
        return digest_of(reader.read(ref))
    except MediaError:
        return ""


def _write_sheet(sheet: Sheet, folder: Path) -> None:
    texts = {"sheet.txt": sheet.as_text(), "sheet.json": json.dumps(sheet.as_json(), ensure_ascii=False, indent=1)}
    for name, text in texts.items():
        # Names of undecodable bytes (old disks) come as lone surrogates, which JSON can escape and UTF-8 cannot hold.
        write_atomically(folder / name, text.encode("utf-8", "backslashreplace"))


def _provenance(
    request: InbetweenRequest, engine: Engine, engine_s: float, row: _Row, figures: tuple[Figure, ...]
) -> Provenance:
    versions = [("mpd-studio", mpd_studio.__version__)]
    for package in ("numpy", "opencv-python-headless", "av", *engine.info.packages):
        try:
            versions.append((package, version(package)))
        except PackageNotFoundError:
            continue
    return Provenance(
        request.engine_id,
        tuple(versions),
        device=engine.device if isinstance(engine, TellsDevice) else "cpu",
        elapsed_s=round(engine_s, 3),
        peak_bytes=int(peak.values[0]) if (peak := figure_named(figures, "peak-bytes")) else 0,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        confidence=tuple(row.confidence),
    )
