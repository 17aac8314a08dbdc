"""--option NAME=VALUE: what is typed becomes what the engine is told, or a message."""

from __future__ import annotations

import argparse

import pytest

from mpd_studio.cli.engine_words import add_engine_words, asked_settings
from mpd_studio.core.errors import BadInput


def asked(*words: str) -> dict[str, object]:
    parser = argparse.ArgumentParser()
    add_engine_words(parser)
    return dict(asked_settings(parser.parse_args(words)).options)


def test_options_become_values_of_their_kind():
    assert asked("--option", "regrain=on") == {"regrain": True}
    assert asked("--option", "regrain=off") == {"regrain": False}
    assert asked("--engine", "svd", "--option", "steps=12", "--option", "fusion=0.5") == {"fusion": 0.5, "steps": 12}
    assert asked() == {}


def test_an_option_that_lists_things_takes_them_one_by_one():
    said = asked("--engine", "motion_i2v", "--option", "lora=ink.pt:0.8", "--option", "lora=grain.pt")
    assert said == {"lora": "ink.pt:0.8; grain.pt"}
    assert asked("--engine", "motion_i2v", "--option", "personal=a", "--option", "personal=b") == {"personal": "b"}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--option", "regrain"), "NAME=VALUE"),
        (("--option", "regrain=perhaps"), "on or off"),
        (("--option", "steps=4"), "no option 'steps'. It knows: .*regrain"),
        (("--engine", "crossfade", "--option", "regrain=on"), "none at all"),
        (("--engine", "svd", "--option", "steps=many"), "a whole number"),
        (("--engine", "svd", "--option", "variant=other"), "Values: code, paper"),
    ],
)
def test_what_the_engine_does_not_allow_is_told(words: tuple[str, ...], message: str):
    with pytest.raises(BadInput, match=message):
        asked(*words)
