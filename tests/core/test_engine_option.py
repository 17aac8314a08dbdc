"""Values at the door: what is impossible is said in the option's own words, and goes no further."""

from __future__ import annotations

import pytest

from mpd_studio.core.engine_option import Choice, EngineOption, OptionKind, is_shown, usable_options

MODE = EngineOption(
    "mode", "Mode", "Which.", OptionKind.CHOICE, "slow", (Choice("slow", "slow"), Choice("fast", "quick"))
)
STEPS = EngineOption("steps", "Steps", "How many.", OptionKind.WHOLE, 25, low=2, high=500)
SHARE = EngineOption(
    "share", "Share", "How much.", OptionKind.NUMBER, 0.5, low=0, high=1, step=0.1, shown_when=("mode", ("fast",))
)
SWITCH = EngineOption("sharp", "Sharp", "Whether.", OptionKind.SWITCH, True)
SIZE = EngineOption("size", "Size", "Of the model.", OptionKind.TEXT, "", pattern=r"\d+x\d+", example="1024x576")
WEIGHTS = EngineOption("weights", "Weights", "Which.", OptionKind.WEIGHTS, "")
ALL = (MODE, STEPS, SHARE, SWITCH, SIZE, WEIGHTS)


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        (MODE, "swift", "Mode: choose one of slow, quick."),
        (MODE, 1, "Mode is a text, not 1."),
        (STEPS, 1, "Steps lies between 2 and 500, not at 1."),
        (STEPS, 2.0, "Steps is a whole number, not 2.0."),
        (STEPS, True, "Steps is a whole number, not True."),
        (SHARE, 1.01, "Share lies between 0 and 1, not at 1.01."),
        (SHARE, float("nan"), "Share lies between 0 and 1, not at nan."),
        (SWITCH, 1, "Sharp is on or off, not 1."),
        (SIZE, "large", "Size is written like 1024x576, not 'large'."),
    ],
)
def test_impossible_values_are_named(option: EngineOption, value: object, words: str) -> None:
    assert option.problem(value) == words


@pytest.mark.parametrize(
    ("option", "value"),
    [
        (MODE, "fast"),
        (STEPS, 500),
        (SHARE, 1),
        (SHARE, 0.0),
        (SWITCH, False),
        (SIZE, ""),
        (SIZE, "8x8"),
        (WEIGHTS, "x"),
    ],
)
def test_possible_values_pass(option: EngineOption, value: object) -> None:
    assert option.problem(value) == ""


def test_only_what_is_known_possible_and_shown_is_said_to_an_engine() -> None:
    said = (("steps", 9), ("share", 0.2), ("stepz", 3), ("sharp", "yes"))
    assert usable_options(ALL, said) == (("steps", 9),)
    assert usable_options(ALL, (*said, ("mode", "fast"))) == (("mode", "fast"), ("share", 0.2), ("steps", 9))
    assert usable_options((), said) == ()


def test_an_option_is_shown_while_the_other_has_one_of_its_values() -> None:
    assert not is_shown(SHARE, ALL, {})
    assert is_shown(SHARE, ALL, {"mode": "fast"})
    assert is_shown(STEPS, ALL, {})
