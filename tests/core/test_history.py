from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mpd_studio.core.history import History, Step


def test_undo_and_redo_walk_back_and_forth() -> None:
    history = History(0).push(1, "one").push(2, "two")
    assert (history.undo_label, history.undo().undo().present) == ("two", 0)
    assert history.undo().redo() == History(2, history.past)
    assert history.undo().redo_label == "two"


def test_a_drag_is_one_step() -> None:
    history = History(0).push(1, "move", "drag").push(2, "move", "drag").push(3, "move", "drag")
    assert history.undo().present == 0
    again = history.sealed().push(4, "move", "drag")
    assert again.undo().present == 3


def test_no_change_is_no_step() -> None:
    assert History(0).push(0, "nothing") == History(0)


def test_a_new_edit_forgets_what_was_undone() -> None:
    assert History(0).push(1, "one").undo().push(5, "five").redo().present == 5


def test_an_abandoned_step_is_as_if_it_had_never_been() -> None:
    history = History(0).push(1, "one").push(2, "drag", "key").push(3, "drag", "key")
    assert history.abandoned() == History(1, (Step(0, "one"),))
    assert History(0).abandoned() == History(0)


@given(st.lists(st.integers(), max_size=30))
def test_undoing_everything_leads_back_to_the_start(values: list[int]) -> None:
    history: History[int] = History(-1)
    for value in values:
        history = history.push(value, str(value))
    steps = len(history.past)
    last = history.present
    for _ in range(steps):
        history = history.undo()
    assert history.present == -1
    for _ in range(steps):
        history = history.redo()
    assert history.present == last
