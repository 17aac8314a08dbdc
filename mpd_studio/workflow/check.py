"""Tick the contract sheet: what was promised, held against what was made and written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mpd_studio.core.inbetween import InbetweenRequest
from mpd_studio.core.media_ref import MediaRef
from mpd_studio.workflow import frame_checks
from mpd_studio.workflow.expected_steps import expected_steps
from mpd_studio.workflow.frame_checks import FrameFacts
from mpd_studio.workflow.sheet import LineState, Sheet, SheetLine


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """What a run has to show.

    first, last: facts of the boundary frames as the engine saw them.
    before, after: digests of the decoded boundary frames (first, last) before and after the run; "" where one can no
        longer be read.
    written: the frames' files, probed again.
    change: of the fastest pixel between the boundary frames, in code values.
    """

    first: FrameFacts
    frames: Sequence[FrameFacts]
    last: FrameFacts
    before: tuple[str, str]
    after: tuple[str, str]
    written: MediaRef
    change: float


def tick(sheet: Sheet, request: InbetweenRequest, made: Made) -> Sheet:
    """The same sheet with PASS or WARN at every promise."""
    for line in sheet.lines:
        if line.state is LineState.TODO:
            problem = _CHECKS[line.id](request, made)
            state = LineState.WARN if problem else LineState.PASS
            sheet = sheet.with_line(replace(line, state=state, detail=problem))
    return sheet.with_line(SheetLine("hashes", _hashes_text(made), LineState.NOTE))


def _count(request: InbetweenRequest, made: Made) -> str:
    counts = (len(made.frames), made.written.frame_count)
    return "" if counts == (request.new_frames,) * 2 else f"{counts[0]} were made and {counts[1]} written"


def _size(request: InbetweenRequest, made: Made) -> str:
    wrong = frame_checks.find_wrong_sizes(made.frames, request.canvas)
    if made.written.size != request.canvas:
        return f"the files are {made.written.size}"
    return f"not so: frame {_numbers(wrong)}" if wrong else ""


def _duplicates(request: InbetweenRequest, made: Made) -> str:
    shares = expected_steps(request.guidance, len(made.frames)).least
    found = frame_checks.find_duplicates(made.first, made.frames, made.last, shares, made.change)
    return f"frame {_numbers(found)} hardly differs from its neighbour" if found else ""


def _strobe(request: InbetweenRequest, made: Made) -> str:
    del request
    return frame_checks.find_strobe(made.first, made.frames, made.last, made.change)


def _pulse(request: InbetweenRequest, made: Made) -> str:
    shares = expected_steps(request.guidance, len(made.frames)).most
    found = frame_checks.find_pulse(made.first, made.frames, made.last, shares)
    return f"frame {found[0]} is off by {found[1] * 100:.1f} % of full range" if found else ""


def _black(request: InbetweenRequest, made: Made) -> str:
    del request
    found = frame_checks.find_black(made.first, made.frames, made.last)
    return f"frame {_numbers(found)} is black" if found else ""


def _first(request: InbetweenRequest, made: Made) -> str:
    return _same(made.before[0], made.after[0], request.first.media)


def _last(request: InbetweenRequest, made: Made) -> str:
    return _same(made.before[1], made.after[1], request.last.media)


def _same(before: str, after: str, media: MediaRef) -> str:
    return "" if before == after else f"{media.name} was changed or removed by another program during the run"


def _tags(request: InbetweenRequest, made: Made) -> str:
    wanted, got = request.first.media.color, made.written.color
    wrong = [
        f"{what} {getattr(got, what)} instead of {getattr(wanted, what)}"
        for what in ("primaries", "transfer")  # matrix and range belong to the coding, which a sequence changes to RGB
        if getattr(got, what) != getattr(wanted, what)
    ]
    return ", ".join(wrong)


def _files(request: InbetweenRequest, made: Made) -> str:
    if made.written.is_vfr:
        return "the file's frame times are uneven"
    if made.written.frame_count > 1 and made.written.rate != request.rate and made.written.first_number == 0:
        return f"the file runs at {made.written.rate}"
    return ""


_CHECKS = {
    "count": _count,
    "size": _size,
    "duplicates": _duplicates,
    "strobe": _strobe,
    "pulse": _pulse,
    "black": _black,
    "first": _first,
    "last": _last,
    "tags": _tags,
    "files": _files,
}


def _hashes_text(made: Made) -> str:
    digests = f"first {made.before[0][:16]}, last {made.before[1][:16]}"
    return f"hashes of the boundary frames before and after: {digests}"


def _numbers(numbers: Sequence[int]) -> str:
    shown = ", ".join(str(number) for number in numbers[:8])
    return shown + (" …" if len(numbers) > 8 else "")
