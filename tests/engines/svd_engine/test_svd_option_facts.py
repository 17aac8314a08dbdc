"""What is told of the options is what the engine takes: no title without an option, no range that it would refuse."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path

import pytest

from mpd_studio.core.engine_option import EngineOption, OptionKind
from mpd_studio.core.errors import SettingsError
from mpd_studio.core.inbetween import EngineSettings, Quality
from mpd_studio.engines.svd import options as engine_options
from mpd_studio.engines.svd.facts import INFO
from mpd_studio.engines.svd.options import RANGES, SAMPLERS, SvdOptions, read_options

FIELDS = {field.name: field.default for field in dataclasses.fields(SvdOptions)}
OPTIONS = {option.name: option for option in INFO.options}


def said(**options: str | float | bool) -> EngineSettings:
    return EngineSettings(options=tuple(sorted(options.items())))


def test_every_option_is_described_once() -> None:
    assert len(OPTIONS) == len(INFO.options)
    assert set(OPTIONS) == set(FIELDS)


@pytest.mark.parametrize("option", INFO.options, ids=lambda option: option.name)
def test_type_and_default_are_the_engines(option: EngineOption) -> None:
    assert option.type is type(FIELDS[option.name])
    assert option.default == FIELDS[option.name]
    assert option.problem(option.default) == ""
    assert option.title
    assert option.help.endswith(".")


@pytest.mark.parametrize("option", INFO.options, ids=lambda option: option.name)
def test_both_refuse_the_same_values(option: EngineOption) -> None:
    """At the ends of the range, just beyond them, of another kind, and unknown choices."""
    if option.kind in (OptionKind.WHOLE, OptionKind.NUMBER):
        assert (option.low, option.high) == RANGES[option.name]
        beyond = option.type(1) if option.kind is OptionKind.WHOLE else 1e-6
        values = [option.low, option.high, option.low - beyond, option.high + beyond, "many", True]
        values = [option.type(value) if type(value) in (int, float) else value for value in values]
    elif option.kind is OptionKind.CHOICE:
        values = [*(choice.value for choice in option.choices), "nonesuch", 1]
    else:
        values = [option.default, 3]
    refused = []
    for value in values:
        problem = option.problem(value)
        refused.append(bool(problem))
        if problem:
            with pytest.raises(SettingsError):
                read_options(said(**{option.name: value}))
        else:
            assert getattr(read_options(said(**{option.name: value})), option.name) == value
    assert True in refused
    assert False in refused


def test_the_choices_are_the_engines() -> None:
    for name, known in (
        ("sampler", SAMPLERS),
        ("variant", engine_options.VARIANTS),
        ("dtype", engine_options.DTYPES),
        ("memory", engine_options.MEMORY),
    ):
        assert tuple(choice.value for choice in OPTIONS[name].choices) == known


def test_derived_are_exactly_those_that_follow_from_others() -> None:
    """Of what nobody said, only derived options change with the quality or the sampler."""
    seen: dict[str, set[object]] = {name: set() for name in FIELDS}
    for quality in Quality:
        for sampler in SAMPLERS:
            values = dataclasses.asdict(read_options(EngineSettings(quality, (("sampler", sampler),))))
            for name, value in values.items():
                seen[name].add(value)
    moving = {name for name, values in seen.items() if len(values) > 1} - {"sampler"}
    assert moving == {option.name for option in INFO.options if option.is_derived}


def test_what_is_in_effect_is_told_with_what_was_said() -> None:
    assert INFO.in_effect is not None
    values = INFO.in_effect(EngineSettings(Quality.BEST, (("guidance", 1), ("sampler", "trf"))))
    assert (values["sampler"], values["steps"], values["guidance"], values["fps"]) == ("trf", 50, 1.0, 7)
    with pytest.raises(SettingsError, match="sampler"):
        INFO.in_effect(said(sampler="euler"))


def test_options_of_other_samplers_are_hidden_by_an_option_that_is_not_derived() -> None:
    for option in INFO.options:
        if option.shown_when is not None:
            name, values = option.shown_when
            assert not OPTIONS[name].is_derived
            assert set(values) < {choice.value for choice in OPTIONS[name].choices}


def test_the_descriptions_need_no_torch(repository: Path) -> None:
    code = "import sys; from mpd_studio.engines.svd.facts import INFO; print(len(INFO.options), 'torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=repository, capture_output=True, text=True, check=True)
    assert done.stdout.split() == [str(len(INFO.options)), "False"]
