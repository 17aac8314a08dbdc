"""The keys that the canvas answers itself, because they act on what is drawn."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from mpd_studio.core.geometry import Point
from mpd_studio.core.guidance import RegionMode
from mpd_studio.ui.canvas.brush_tool import BrushTool
from mpd_studio.ui.canvas.canvas_menu import set_mode
from mpd_studio.ui.canvas.path_tool import PathTool
from mpd_studio.ui.canvas.pin_tool import PinTool
from mpd_studio.ui.canvas.region_tool import RegionTool
from mpd_studio.ui.canvas.stage import Stage
from mpd_studio.ui.canvas.tool import CanvasTool, delete_picked, nudge_picked, pick_next_point, select_next

_ARROWS = {
    Qt.Key.Key_Left: Point(-1, 0),
    Qt.Key.Key_Right: Point(1, 0),
    Qt.Key.Key_Up: Point(0, -1),
    Qt.Key.Key_Down: Point(0, 1),
}
_FAR = 10
_COMMANDS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier


def wants_key(event: QKeyEvent, stage: Stage, tool: CanvasTool) -> bool:
    """Would press_key do something? Then the key is not the window's, whatever shortcut it has there."""
    if event.modifiers() & _COMMANDS:
        return False
    key, has_selected = event.key(), stage.path is not None or stage.region is not None
    if key in _ARROWS or key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
        return has_selected or (isinstance(tool, RegionTool) and bool(tool.corners))
    if key == Qt.Key.Key_Escape:
        return has_selected or tool.is_busy
    if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
        return tool.is_busy or (isinstance(tool, PathTool | PinTool) and stage.boundary is not None)
    if key == Qt.Key.Key_M:
        return stage.region is not None or isinstance(tool, RegionTool | BrushTool)
    if key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
        return bool(stage.guidance.paths or stage.guidance.regions)
    if key in (Qt.Key.Key_Comma, Qt.Key.Key_Period):
        return has_selected
    return isinstance(tool, BrushTool) and event.text() in ("[", "]", "{", "}")


def press_key(event: QKeyEvent, stage: Stage, tool: CanvasTool) -> None:
    """Do what a wanted key means."""
    key = event.key()
    if key in _ARROWS:
        step = _FAR if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        nudge_picked(stage, _ARROWS[Qt.Key(key)].scaled(step, step))
    elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
        if not (isinstance(tool, RegionTool) and tool.drop_corner()):
            delete_picked(stage)
    elif key == Qt.Key.Key_Escape:
        if not tool.cancel():
            stage.pick_nothing()
    elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
        tool.enter()
    elif key == Qt.Key.Key_M:
        toggle_mode(stage)
    elif key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
        select_next(stage, 1 if key == Qt.Key.Key_PageDown else -1)
    elif key in (Qt.Key.Key_Comma, Qt.Key.Key_Period):
        pick_next_point(stage, 1 if key == Qt.Key.Key_Period else -1)
    elif isinstance(tool, BrushTool):
        _change_brush(event.text(), tool)


def toggle_mode(stage: Stage) -> None:
    """The selected region moves or holds still, in turn; and so will the next ones."""
    region = stage.region
    now = region.mode if region is not None else stage.new_mode
    mode = RegionMode.MOVES if now is RegionMode.STILL else RegionMode.STILL
    stage.set_new_mode(mode)
    if region is not None:
        set_mode(stage, region, mode)


def _change_brush(text: str, tool: BrushTool) -> None:
    if text in "[]":
        tool.change_brush(width_steps=1 if text == "]" else -1)
    else:
        tool.change_brush(softness_steps=1 if text == "}" else -1)
