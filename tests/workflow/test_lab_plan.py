"""Which runs an order of the lab means, and with how many steps."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from moving_pictures import request_for, still

from mpd_studio.core.errors import BadInput, SettingsError, UnsupportedRequest
from mpd_studio.core.geometry import Point
from mpd_studio.core.guidance import Guidance, MotionPath, PathPoint
from mpd_studio.core.ids import PathId
from mpd_studio.core.inbetween import InbetweenRequest
from mpd_studio.engines.registry import open_engine
from mpd_studio.workflow.lab_plan import LabOrder, plan_runs


@pytest.fixture
def request_of_12(tmp_path: Path) -> InbetweenRequest:
    return request_for(still(tmp_path / "a.png"), still(tmp_path / "b.png", 6), 12)


def test_each_sampler_runs_with_each_seed_on_the_same_request(request_of_12: InbetweenRequest) -> None:
    runs = plan_runs(request_of_12, LabOrder(("vibid", "trf"), seeds=(1, 2)))
    assert [run.name for run in runs] == ["vibid_seed1", "vibid_seed2", "trf_seed1", "trf_seed2"]
    assert [run.request.seed for run in runs] == [1, 2, 1, 2]
    assert {(run.request.first, run.request.last, run.request.new_frames) for run in runs} == {
        (request_of_12.first, request_of_12.last, 12)
    }
    assert {run.request.engine_id for run in runs} == {"svd"}


def test_a_budget_gives_every_sampler_the_steps_that_come_closest(request_of_12: InbetweenRequest) -> None:
    runs = plan_runs(request_of_12, LabOrder(("mpd_vibid", "vibid", "trf", "mpd_trf"), calls=65))
    assert {run.sampler: run.steps for run in runs} == {"mpd_vibid": 25, "vibid": 32, "trf": 27, "mpd_trf": 9}
    assert all(abs(run.calls - 65) <= 2 for run in runs if run.calls)
    assert [dict(run.request.settings.options)["steps"] for run in runs] == [run.steps for run in runs]


def test_without_a_number_the_first_sampler_sets_the_budget(request_of_12: InbetweenRequest) -> None:
    first, second = plan_runs(request_of_12, LabOrder(("vibid", "mpd_vibid")))
    assert (first.steps, first.calls) == (25, 50)
    assert second.calls is not None
    assert abs(second.calls - 50) <= 3


def test_plain_steps_are_the_same_for_all(request_of_12: InbetweenRequest) -> None:
    runs = plan_runs(request_of_12, LabOrder(("mpd_vibid", "vibid"), steps=10))
    assert [(run.steps, run.calls) for run in runs] == [(10, 26), (10, 20)]


def test_calls_are_of_all_clips_of_a_long_gap(tmp_path: Path) -> None:
    request = request_for(still(tmp_path / "a.png"), still(tmp_path / "b.png", 6), 60)
    (run,) = plan_runs(request, LabOrder(("vibid",), steps=10))
    assert run.calls is not None
    assert run.calls > 20
    assert run.calls % 20 == 0


def test_a_drawing_leaves_steps_out_and_a_budget_makes_up_for_them(request_of_12: InbetweenRequest) -> None:
    path = MotionPath(PathId("p"), (PathPoint(0, Point(10, 10)), PathPoint(1, Point(20, 10))))
    drawn = replace(request_of_12, guidance=Guidance(paths=(path,)))
    (plain,) = plan_runs(drawn, LabOrder(("vibid",), steps=25))
    (made_up,) = plan_runs(drawn, LabOrder(("vibid",), calls=50))
    assert (plain.steps, plain.calls) == (25, 2 * (25 - 8))
    assert (made_up.steps, made_up.calls) == (37, 50)


def test_engines_that_know_no_seed_run_once(request_of_12: InbetweenRequest) -> None:
    runs = plan_runs(request_of_12, LabOrder((), ("flow", "crossfade"), (1, 2)))
    assert [(run.name, run.calls) for run in runs] == [("flow", None), ("crossfade", None)]


def test_the_diffusion_engine_alone_means_its_default_sampler(request_of_12: InbetweenRequest) -> None:
    assert [run.name for run in plan_runs(request_of_12, LabOrder((), ("svd",)))] == ["mpd_vibid_seed0"]
    named = plan_runs(request_of_12, LabOrder(("trf",), ("svd", "flow")))
    assert [run.name for run in named] == ["trf_seed0", "flow"]


@pytest.mark.parametrize(
    ("order", "said"),
    [
        (LabOrder(), "Nothing is to be compared"),
        (LabOrder(("dream",)), "no sampler 'dream'"),
        (LabOrder(("vibid", "vibid")), "vibid is named twice"),
        (LabOrder(("vibid",), seeds=(1, 1)), "seed 1 is named twice"),
        (LabOrder(("vibid",), seeds=()), "No seed"),
        (LabOrder(("vibid",), calls=0), "0 calls"),
        (LabOrder(("vibid",), calls=10, steps=10), "not both"),
    ],
)
def test_orders_that_make_no_sense_are_refused(request_of_12: InbetweenRequest, order: LabOrder, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        plan_runs(request_of_12, order)


def test_an_engine_that_does_not_exist_is_told_as_everywhere(request_of_12: InbetweenRequest) -> None:
    with pytest.raises(UnsupportedRequest) as everywhere:
        open_engine("magic")
    with pytest.raises(UnsupportedRequest) as here:
        plan_runs(request_of_12, LabOrder((), ("magic",)))
    assert str(here.value) == str(everywhere.value)


def test_options_out_of_their_range_are_refused_before_anything_runs(request_of_12: InbetweenRequest) -> None:
    with pytest.raises(SettingsError, match="passes"):
        plan_runs(request_of_12, LabOrder(("mpd_vibid",), options=(("passes", 99),)))
