"""The lab's results as a table, as lab.json and as lab.csv."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mpd_studio.core.atomic_file import write_atomically
from mpd_studio.core.frames import rate_text
from mpd_studio.workflow.lab import LabResult
from mpd_studio.workflow.lab_plan import LabOrder

VERSION = 1
JSON_FILE, CSV_FILE = "lab.json", "lab.csv"


@dataclass(frozen=True, slots=True)
class Column:
    """One figure of a run. better: "lower", "one" (the nearer to 1) or "" (neither is better).

    digits: behind the point, where it is shown.
    """

    id: str
    title: str
    unit: str
    better: str
    digits: int
    value: Callable[[LabResult], float | None]
    help: str


def _work(name: str) -> Callable[[LabResult], float | None]:
    return lambda result: None if result.work is None else getattr(result.work, name)


def _row(name: str) -> Callable[[LabResult], float | None]:
    return lambda result: None if result.row is None else getattr(result.row, name)


def _memory(result: LabResult) -> float | None:
    peak = None if result.work is None else result.work.peak_bytes
    return None if peak is None else peak / 2**20


def _shift(result: LabResult) -> float | None:
    shifts = result.work.shifts if result.work else ()
    return sum(value for _, value in shifts) / len(shifts) if shifts else None


COLUMNS: tuple[Column, ...] = (
    Column("calls", "calls", "", "", 0, _work("calls"), "Calls of the model that were made, of all clips of the gap."),
    Column("seconds", "time", "s", "lower", 1, _work("seconds"), "From the first call of the model to the last frame."),
    Column(
        "memory",
        "memory",
        "MiB",
        "lower",
        0,
        _memory,
        "Graphics memory at most in use; without a graphics card, how much the program's main memory grew at its peak.",
    ),
    Column(
        "warp_error",
        "warp error",
        "/255",
        "lower",
        2,
        _row("warp_error"),
        "What motion from the neighbouring frame does not explain. Frozen or soft frames have little of it too.",
    ),
    Column(
        "duplicates", "repeats", "", "lower", 0, _row("duplicates"), "Frames that hardly differ from the one before."
    ),
    Column(
        "strobe", "strobe", "×", "lower", 2, _row("strobe"), "How many times larger every other step is; 1 is even."
    ),
    Column(
        "pulse",
        "pulse",
        "%",
        "lower",
        2,
        _row("pulse"),
        "The farthest that a frame's brightness lies from the straight way between the ends.",
    ),
    Column(
        "sharpness",
        "sharpness",
        "×",
        "one",
        2,
        _row("sharpness"),
        "Fine detail beside that of the ends: 1 is as sharp; above it may be noise.",
    ),
    Column(
        "shift",
        "shift",
        "",
        "",
        3,
        _shift,
        "‖Δ‖/‖z_e‖: how large the distilled correction is beside the last frame; the mean over the early steps.",
    ),
)


def shown(column: Column, result: LabResult) -> str:
    """A figure for the eyes; "–" where there is none."""
    value = column.value(result)
    return "–" if value is None else f"{value:.{column.digits}f}"


def with_unit(column: Column, result: LabResult) -> str:
    """As shown, with its unit: "12.3 s", "0.40 %"; "–" where there is none."""
    text = shown(column, result)
    return text if text == "–" else f"{text} {column.unit}".strip()


def table_text(results: Sequence[LabResult]) -> str:
    """Rows are runs; what failed says why below the table."""
    head = ["run", *(f"{column.title} {column.unit}".strip() for column in COLUMNS), "sheet"]
    rows = [head]
    for result in results:
        verdict = "failed" if result.result is None else result.result.verdict
        rows.append([result.run.title, *(shown(column, result) for column in COLUMNS), verdict])
    widths = [max(len(row[index]) for row in rows) for index in range(len(head))]
    lines = ["  ".join([row[0].ljust(widths[0]), *map(_right, row[1:], widths[1:])]).rstrip() for row in rows]
    notes = [f"{result.run.title}: {note}" for result in results for note in notes_of(result)]
    return "\n".join([*lines, *notes])


def notes_of(result: LabResult) -> tuple[str, ...]:
    """What should be known beside the figures, in words."""
    if result.problem:
        return (result.problem,)
    notes = []
    made, planned = result.work.calls if result.work else None, result.run.calls
    if made is not None and planned is not None and made < planned:
        notes.append(f"{made} of {planned} calls were made; other clips had been kept from an earlier run")
    return tuple(notes)


def document(order: LabOrder, results: Sequence[LabResult], folder: Path) -> dict[str, Any]:
    """lab.json. folder: what the runs' folders are told relative to."""
    first = results[0].run.request
    return {
        "version": VERSION,
        "first": {"file": str(first.first.media.path), "frame": first.first.index},
        "last": {"file": str(first.last.media.path), "frame": first.last.index},
        "new_frames": first.new_frames,
        "rate": rate_text(first.rate),
        "canvas": [first.canvas.width, first.canvas.height],
        "asked": {"calls": order.calls, "steps": order.steps, "seeds": list(order.seeds)},
        "units": {column.id: column.unit for column in COLUMNS if column.unit},
        "better": {column.id: column.better for column in COLUMNS if column.better},
        "runs": [_entry(result, folder) for result in results],
    }


def _entry(result: LabResult, folder: Path) -> dict[str, Any]:
    run, made, work = result.run, result.result, result.work
    entry: dict[str, Any] = {
        "name": run.name,
        "engine": run.request.engine_id,
        "sampler": run.sampler or None,
        "seed": run.request.seed,
        "steps": run.steps,
        "planned_calls": run.calls,
        "options": dict(run.request.settings.options),
        "problem": result.problem,
        "notes": list(notes_of(result)),
    }
    if made is None:
        return entry
    return entry | {
        "folder": _relative(Path(made.frames.folder), folder),
        "frames": [path.name for path in made.frames.paths],
        "verdict": made.verdict,
        "reasons": list(made.reasons),
        "figures": {column.id: _number(column.value(result)) for column in COLUMNS},
        "memory_of": "graphics card" if work and work.is_graphics_memory else "process",
        "preparing_seconds": _number(work.preparing_s) if work else None,
        "warp_error_worst": _number(result.row.warp_worst) if result.row else None,
        "shift_by_step": [[step, _number(value)] for step, value in work.shifts] if work else [],
    }


def csv_text(results: Sequence[LabResult]) -> str:
    """One line a run, for spreadsheets; empty where there is no figure."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(["name", "engine", "sampler", "seed", "steps", *(c.id for c in COLUMNS), "verdict", "problem"])
    for result in results:
        run = result.run
        figures = ["" if (value := c.value(result)) is None else _number(value) for c in COLUMNS]
        verdict = result.result.verdict if result.result else ""
        names = [run.name, run.request.engine_id, run.sampler, run.request.seed, "" if run.steps is None else run.steps]
        writer.writerow([*names, *figures, verdict, result.problem])
    return table.getvalue()


def write_report(folder: Path, order: LabOrder, results: Sequence[LabResult]) -> None:
    """Raises: OutputError: the file system refuses."""
    text = json.dumps(document(order, results, folder), ensure_ascii=False, indent=1)
    write_atomically(folder / JSON_FILE, text.encode("utf-8", "backslashreplace"))
    write_atomically(folder / CSV_FILE, csv_text(results).encode("utf-8", "backslashreplace"))


def _relative(path: Path, folder: Path) -> str:
    folder = folder.absolute()
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.as_posix()


def _number(value: float | None) -> float | int | None:
    if value is None or not math.isfinite(value):
        return None
    return round(value, 4)


def _right(text: str, width: int) -> str:
    return text.rjust(width)
