"""What can be said to the engine, and what a wrong word costs."""

from __future__ import annotations

import pytest

from mpd_studio.core.errors import SettingsError
from mpd_studio.core.inbetween import EngineSettings, Quality
from mpd_studio.engines.diffusion import packages
from mpd_studio.engines.diffusion.packages import missing_packages, problem
from mpd_studio.engines.svd.facts import INFO
from mpd_studio.engines.svd.options import SvdOptions, read_options


def options_of(quality: Quality = Quality.NORMAL, **said: str | float | bool) -> SvdOptions:
    return read_options(EngineSettings(quality, tuple(sorted(said.items()))))


def test_defaults_are_those_of_the_released_programs():
    plain = options_of()
    assert (plain.sampler, plain.steps, plain.distill_ratio, plain.passes, plain.fps) == ("mpd_vibid", 25, 0.2, 3, 9)
    parallel = options_of(sampler="mpd_trf")
    assert (parallel.distill_ratio, parallel.passes, parallel.fps) == (0.1, 1, 9)
    assert (options_of(sampler="trf").steps, options_of(sampler="trf").fps) == (50, 7)
    assert options_of(sampler="vibid").fps == 7


def test_quality_sets_the_steps_unless_they_are_said():
    assert [options_of(quality).steps for quality in Quality] == [12, 25, 50]
    assert options_of(Quality.DRAFT, steps=7).steps == 7


def test_whole_numbers_do_for_numbers():
    assert options_of(guidance=1).guidance == 1.0


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"stepz": 3}, "no option 'stepz'.*steps"),
        ({"steps": "many"}, "whole number, not 'many'"),
        ({"steps": True}, "whole number, not True"),
        ({"steps": 1}, "between 2 and 500"),
        ({"guidance": 1.5}, "between 0.0 and 1.0, not at 1.5"),
        ({"guidance": float("nan")}, "not at nan"),
        ({"sampler": "euler"}, "'sampler' cannot be 'euler'.*mpd_vibid"),
        ({"variant": "draft"}, "code, paper"),
        ({"decode_chunk": 0}, "between 1 and 25"),
        ({"color_match": 1}, "true or false, not 1"),
        ({"memory": "tiny"}, "'memory' cannot be.*lowest"),
    ],
)
def test_wrong_options_are_refused_with_what_would_be_right(said: dict, words: str):
    with pytest.raises(SettingsError, match=words):
        options_of(**said)


def test_missing_packages_are_told_with_how_to_install_them(monkeypatch: pytest.MonkeyPatch):
    assert INFO.problem == problem()
    monkeypatch.setattr(packages, "NEEDED", ("numpy",))
    assert (missing_packages(), problem()) == ((), "")
    monkeypatch.setattr(packages, "NEEDED", ("numpy", "no_such_package"))
    assert problem() == "no_such_package not installed. Run: pip install 'mpd-studio[diffusion]', then start again."
