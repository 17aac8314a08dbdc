"""Exports: a take, or the chosen take of every gap, written in the I/O lane."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from mpd_studio.core.exchange import ExporterInfo
from mpd_studio.core.ids import GapId, TakeId
from mpd_studio.core.inbetween import InbetweenResult
from mpd_studio.core.progress import Progress, Reporter
from mpd_studio.core.timeline import find_gap, gaps_of
from mpd_studio.jobs.answers import Answers
from mpd_studio.jobs.board import JobBoard
from mpd_studio.jobs.job import Failure, Job
from mpd_studio.media.exporters import exporter_infos
from mpd_studio.session.document import Document
from mpd_studio.session.lanes import Lanes
from mpd_studio.session.message import message_of, warning
from mpd_studio.session.new_id import new_id
from mpd_studio.workflow.build_request import place_of
from mpd_studio.workflow.deliver import deliver_take
from mpd_studio.workflow.deliver_matte import deliver_matte, has_matte
from mpd_studio.workflow.sheet import GapPlace


@dataclass(frozen=True, slots=True)
class ExportReport:
    """files: in order. verdict: "PASS", or "WARN" when a take's contract sheet warns. lines: what was checked."""

    folder: Path
    files: tuple[Path, ...]
    verdict: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Parcel:
    """One take to write."""

    result: InbetweenResult
    folder: Path
    name: str
    place: GapPlace
    matte: bool


class ExportDesk(QObject):
    """Signals:
    finished(ExportReport): an export was written whole.
    message(Message)
    """

    finished = Signal(object)
    message = Signal(object)

    def __init__(self, document: Document, board: JobBoard, lanes: Lanes, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._board = board
        self._lane = lanes.io
        self._answers = Answers(lanes.io, self)
        self._exporters: tuple[ExporterInfo, ...] = ()

    def exporters(self) -> tuple[ExporterInfo, ...]:
        """Those that cannot be used here say why in `problem`."""
        if not self._exporters:
            self._exporters = exporter_infos()
        return self._exporters

    def export_take(
        self,
        gap_id: GapId,
        take_id: TakeId,
        exporter_id: str,
        folder: Path,
        name: str,
        overwrite: bool = False,
        matte: bool = False,
    ) -> str | None:
        """Write a take into `folder`. Returns the job's id; None, with a message, when the take is gone.

        matte: with its confidence beside it, as grey pictures.
        """
        timeline = self._document.timeline
        placed = find_gap(timeline, gap_id)
        take = next((take for take in placed.gap.takes if take.id == take_id), None) if placed else None
        if take is None:
            self.message.emit(warning("This take is no longer there. Choose another one to export."))
            return None
        parcel = _Parcel(take.result, folder, name, place_of(timeline, gap_id), matte)
        return self._submit(f"Export {take.name}", folder, (parcel,), exporter_id, overwrite, gap_id)

    def export_all(self, exporter_id: str, folder: Path, overwrite: bool = False, matte: bool = False) -> str | None:
        """Write the chosen take of every gap, each into a folder of its own, "<project>_gap03".

        Gaps without a chosen take are passed over and named in the report. Returns the job's id; None, with a
        message, when no gap has one.
        """
        timeline = self._document.timeline
        parcels: list[_Parcel] = []
        passed_over: list[str] = []
        for number, placed in enumerate(gaps_of(timeline), 1):
            name = f"{self._document.title}_gap{number:02d}"
            take = placed.gap.chosen_take
            if take is None:
                passed_over.append(f"gap {number} has no take and was passed over")
            else:
                parcels.append(_Parcel(take.result, folder / name, name, place_of(timeline, placed.gap.id), matte))
        if not parcels:
            self.message.emit(warning("No gap has a take yet. Generate one first."))
            return None
        title = "Export all gaps" if len(parcels) > 1 else "Export 1 gap"
        return self._submit(title, folder, tuple(parcels), exporter_id, overwrite, None, tuple(passed_over))

    def _submit(
        self,
        title: str,
        folder: Path,
        parcels: tuple[_Parcel, ...],
        exporter_id: str,
        overwrite: bool,
        gap_id: GapId | None,
        notes: tuple[str, ...] = (),
    ) -> str:
        work = partial(_deliver_all, parcels, folder, exporter_id, overwrite, notes)
        job = Job(new_id("export"), title, work)
        self._answers.expect(job, self.finished.emit, partial(self._on_failed, title))
        again = partial(self._submit, title, folder, parcels, exporter_id, overwrite, gap_id, notes)
        return self._board.submit(self._lane, job, gap_id, again)

    def _on_failed(self, title: str, failure: Failure) -> None:
        self.message.emit(message_of(failure, title))


class _Numbered(Reporter):
    """Reports which of several parcels the progress is of."""

    def __init__(self, reporter: Reporter, index: int, total: int) -> None:
        self._reporter = reporter
        self._label = f" {index} of {total}" if total > 1 else ""

    def report(self, progress: Progress) -> None:
        self._reporter.report(Progress(f"{progress.stage}{self._label}", progress.done, progress.total))

    def raise_if_cancelled(self) -> None:
        self._reporter.raise_if_cancelled()


def _deliver_all(
    parcels: tuple[_Parcel, ...],
    folder: Path,
    exporter_id: str,
    overwrite: bool,
    notes: tuple[str, ...],
    reporter: Reporter,
) -> ExportReport:
    files: list[Path] = []
    lines: list[str] = []
    verdict = "PASS"
    for number, parcel in enumerate(parcels, 1):
        report = deliver_take(
            parcel.result,
            exporter_id,
            parcel.folder,
            parcel.name,
            _Numbered(reporter, number, len(parcels)),
            place=parcel.place,
            overwrite=overwrite,
        )
        files += report.files
        written = list(report.lines)
        if parcel.matte and has_matte(parcel.result):
            numbered = _Numbered(reporter, number, len(parcels))
            files += deliver_matte(parcel.result, parcel.folder, parcel.name, numbered, overwrite=overwrite)
            written.append("confidence as a matte, 16-bit grey")
        elif parcel.matte:
            written.append("no matte: the engine of this take tells no confidence")
        lines += [f"{parcel.name}: {line}" if len(parcels) > 1 else line for line in written]
        verdict = "WARN" if report.verdict != "PASS" else verdict
    return ExportReport(folder, tuple(files), verdict, (*lines, *notes))
