"""What an engine tells before and after a run comes to the contract sheet, and to who called the run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from moving_pictures import request_for, still

from mpd_studio.core.engine import BoundaryPictures, EngineInfo
from mpd_studio.core.figures import Figure
from mpd_studio.core.inbetween import InbetweenRequest
from mpd_studio.core.picture import Picture
from mpd_studio.core.progress import Reporter, SilentReporter
from mpd_studio.engines import registry
from mpd_studio.engines.crossfade.engine import CrossfadeEngine
from mpd_studio.workflow.inbetween import Run, rehearse, run
from mpd_studio.workflow.sheet import LineState


class TalkativeEngine(CrossfadeEngine):
    """Tells how many frames it will make, then how many it made."""

    INFO = replace(CrossfadeEngine.INFO, id="talkative")

    def __init__(self) -> None:
        super().__init__()
        self.figures: tuple[Figure, ...] = (Figure("made", "none made yet", (0,)),)

    @staticmethod
    def forecast(request: InbetweenRequest) -> tuple[Figure, ...]:
        told = Figure("frames", f"{request.new_frames} mixtures will be made", (request.new_frames,))
        return told, Figure("count", "any number will do", warning="" if request.seed == 0 else "the seed is not 0")

    @property
    def info(self) -> EngineInfo:
        return self.INFO

    def generate(self, request: InbetweenRequest, pictures: BoundaryPictures, reporter: Reporter) -> Iterator[Picture]:
        for made, picture in enumerate(super().generate(request, pictures, reporter), 1):
            self.figures = Figure("made", f"{made} mixtures made", (made,)), Figure("inner", "", (made / 2,))
            yield picture


@pytest.fixture
def talkative(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = ("talkative", f"{__name__}:{TalkativeEngine.__name__}")
    monkeypatch.setattr(registry, "BUILT_IN", (*registry.BUILT_IN, entry))


@pytest.fixture
def ends(tmp_path: Path) -> tuple[Path, Path]:
    return still(tmp_path / "a.png"), still(tmp_path / "b.png", 6)


def lines_of(made: Run) -> dict[str, tuple[str, LineState]]:
    return {line.id: (line.text, line.state) for line in made.sheet.lines}


@pytest.mark.usefixtures("talkative")
def test_figures_before_and_after_a_run_are_on_its_sheet(tmp_path: Path, ends: tuple[Path, Path]) -> None:
    made = run(request_for(*ends, 2, "talkative"), tmp_path / "out", SilentReporter())
    lines = lines_of(made)
    assert lines["engine-frames"] == ("2 mixtures will be made", LineState.NOTE)
    assert lines["engine-made"] == ("2 mixtures made", LineState.NOTE)
    assert "2 mixtures made" in (tmp_path / "out" / "sheet.txt").read_text()
    assert made.result.verdict == "PASS"


@pytest.mark.usefixtures("talkative")
def test_figures_without_a_text_are_for_programs_alone(tmp_path: Path, ends: tuple[Path, Path]) -> None:
    made = run(request_for(*ends, 3, "talkative"), tmp_path / "out", SilentReporter())
    assert made.figures == (Figure("made", "3 mixtures made", (3,)), Figure("inner", "", (1.5,)))
    assert "engine-inner" not in lines_of(made)


@pytest.mark.usefixtures("talkative")
def test_no_figure_takes_the_place_of_a_promise(tmp_path: Path, ends: tuple[Path, Path]) -> None:
    lines = lines_of(run(request_for(*ends, 2, "talkative"), tmp_path / "out", SilentReporter()))
    assert lines["count"] == ("exactly 2 new frames", LineState.PASS)
    assert lines["engine-count"] == ("any number will do", LineState.NOTE)


@pytest.mark.usefixtures("talkative")
def test_a_figure_that_warns_is_a_reason_of_the_verdict(tmp_path: Path, ends: tuple[Path, Path]) -> None:
    request = replace(request_for(*ends, 2, "talkative"), seed=1)
    made = run(request, tmp_path / "out", SilentReporter())
    assert made.result.verdict == "WARN"
    assert made.result.reasons == ("any number will do: the seed is not 0",)


@pytest.mark.usefixtures("talkative")
def test_the_rehearsal_tells_the_forecast(ends: tuple[Path, Path]) -> None:
    assert "2 mixtures will be made" in rehearse(request_for(*ends, 2, "talkative"), SilentReporter()).as_text()


def test_engines_that_tell_nothing_add_no_line(tmp_path: Path, ends: tuple[Path, Path]) -> None:
    made = run(request_for(*ends, 2), tmp_path / "out", SilentReporter())
    assert made.figures == ()
    assert not [line for line in lines_of(made) if line.startswith("engine-")]


def test_what_an_unknown_engine_would_do_is_not_told(ends: tuple[Path, Path]) -> None:
    assert registry.forecast(request_for(*ends, 2, "magic")) == ()


class HeavyEngine(TalkativeEngine):
    """Works with a package of its own on a device of its own, and counts its memory."""

    INFO = replace(CrossfadeEngine.INFO, id="heavy", packages=("pytest", "no-such-package"))
    device = "cuda:1"

    def generate(self, request: InbetweenRequest, pictures: BoundaryPictures, reporter: Reporter) -> Iterator[Picture]:
        yield from super().generate(request, pictures, reporter)
        self.figures = (Figure("peak-bytes", "", (5_000_000,)),)


def test_the_engines_packages_memory_and_device_stay_with_the_result(
    tmp_path: Path, ends: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "BUILT_IN", (*registry.BUILT_IN, ("heavy", f"{__name__}:{HeavyEngine.__name__}")))
    provenance = run(request_for(*ends, 2, "heavy"), tmp_path / "out", SilentReporter()).result.provenance
    versions = dict(provenance.versions)
    assert versions["pytest"] == pytest.__version__
    assert "no-such-package" not in versions
    assert provenance.peak_bytes == 5_000_000
    assert provenance.device == "cuda:1"


def test_engines_that_name_no_device_compute_on_the_processor(tmp_path: Path, ends: tuple[Path, Path]) -> None:
    made = run(request_for(*ends, 2), tmp_path / "out", SilentReporter())
    assert made.result.provenance.device == "cpu"
