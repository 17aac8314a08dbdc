"""`mpd-studio lab`: the same gap through several samplers and engines, side by side."""

from __future__ import annotations

import argparse
from pathlib import Path

from mpd_studio.cli.asked_request import asked_request, check_ends, check_format
from mpd_studio.cli.console import Console
from mpd_studio.core.errors import MediaError
from mpd_studio.core.frames import parse_rate
from mpd_studio.core.inbetween import Quality

_DEFAULT_SAMPLERS = ("mpd_vibid", "vibid", "trf")
# Option of the engine ← option of the command.
_OPTIONS = {
    "device": "device",
    "guide_strength": "guide_strength",
    "memory": "memory_plan",
    "weights": "weights",
}


def add_lab(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    lab = commands.add_parser(
        "lab",
        help="compare samplers and engines on the same gap, seeds and number of calls",
        description="mpd-studio lab FIRST LAST --new-frames N --samplers mpd_vibid,vibid,trf --seeds 1,2 --out DIR",
        allow_abbrev=False,
    )
    lab.add_argument("files", nargs="+", type=Path, metavar="FILE", help="two pictures (or clips), or one clip")
    lab.add_argument("--new-frames", type=int, metavar="N", help="frames strictly between the two")
    lab.add_argument("--after", type=int, metavar="I", help="the clip's frame before the gap, counted from 0")
    lab.add_argument("--before", type=int, metavar="J", help="the clip's frame after the gap, counted from 0")
    lab.add_argument("--out", type=Path, required=True, metavar="DIR", help="a folder per run, table and picture")
    lab.add_argument(
        "--samplers", type=_names, metavar="IDS", help=f"(default, without --engines: {','.join(_DEFAULT_SAMPLERS)})"
    )
    lab.add_argument("--engines", type=_names, default=(), metavar="IDS", help="also these, as flow,crossfade")
    lab.add_argument("--seeds", type=_numbers, default=(0,), metavar="N,N", help="each sampler with each (default: 0)")
    budget = lab.add_mutually_exclusive_group()
    budget.add_argument(
        "--calls",
        type=int,
        metavar="N",
        help="calls of the model for each of its clips; every sampler gets the steps that come closest "
        "(default: what the first sampler makes by itself)",
    )
    budget.add_argument("--steps", type=int, metavar="N", help="the same number of steps for every sampler instead")
    lab.add_argument("--quality", choices=("draft", "normal", "best"), default="normal")
    lab.add_argument("--weights", metavar="NAME|FOLDER", help="see `mpd-studio weights list` (default: what is there)")
    lab.add_argument("--device", metavar="NAME", help="cpu, cuda, cuda:1 … (default: a GPU where there is one)")
    lab.add_argument(
        "--memory-plan", metavar="ID", help="full, balanced, low, lowest or (svd) smallest (default: what fits)"
    )
    lab.add_argument("--guidance", type=Path, metavar="FILE.json", help="motion paths and regions")
    lab.add_argument("--guide-strength", type=float, metavar="X", help="how far those lead the samplers, 0 to 1")
    lab.add_argument("--rate", type=_rate, help="frames per second (default: the clip's, else 24)")
    lab.add_argument("--format", metavar="ID", help="png, png16, tiff16 or exr (default: by the source's depth)")
    lab.add_argument("--overwrite", action="store_true", help="replace frames of the same name in DIR")
    lab.add_argument("--quiet", action="store_true", help="no progress, no table on the screen")
    lab.add_argument("--json", action="store_true", help="print one JSON document and nothing else")


def run_lab_command(arguments: argparse.Namespace, console: Console) -> int:
    """0, or the exit code of the worst failure of a run; the others are whole. Raises: MpdError, Cancelled."""
    from mpd_studio.workflow.lab import LabResult, run_lab
    from mpd_studio.workflow.lab_picture import PICTURE_FILE, write_picture
    from mpd_studio.workflow.lab_plan import LabOrder, plan_runs
    from mpd_studio.workflow.lab_report import document, table_text, write_report
    from mpd_studio.workflow.output_folder import occupied

    check_ends(arguments)
    check_format("--format", arguments.format, is_movie=False)
    samplers = arguments.samplers if arguments.samplers is not None else () if arguments.engines else _DEFAULT_SAMPLERS
    said = {name: getattr(arguments, typed) for name, typed in _OPTIONS.items()}
    order = LabOrder(
        samplers,
        arguments.engines,
        arguments.seeds,
        arguments.calls,
        arguments.steps,
        Quality(arguments.quality),
        tuple((name, value) for name, value in said.items() if value is not None),
    )
    folder: Path = arguments.out
    runs = plan_runs(asked_request(arguments), order)

    def ended(results: tuple[LabResult, ...]) -> None:
        write_report(folder, order, results)
        console.text(table_text(results))
        try:
            write_picture(folder / PICTURE_FILE, results)
        except MediaError as error:  # an end was moved meanwhile; the frames and the table are whole
            console.warning(f"The runs could not be shown side by side: {error}")

    with occupied(folder, overwrite=arguments.overwrite), console.progress():
        results = run_lab(
            runs, folder, console, ended=ended, exporter_id=arguments.format, overwrite=arguments.overwrite
        )
    console.text(str(folder / PICTURE_FILE))
    console.document(document(order, results, folder))
    return max((result.exit_code for result in results), default=0)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _numbers(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(number) for number in _names(text))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"'{text}' is no row of whole numbers; write 1,2,3.") from error


def _rate(text: str) -> object:
    try:
        return parse_rate(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
