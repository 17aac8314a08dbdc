"""The context menu of what is drawn: a path's easing and what it carries, a region's mode and what it follows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtGui import QAction, QActionGroup, QColor, QIcon, QPainter, QPixmap, Qt
from PySide6.QtWidgets import QMenu, QWidget

from mpd_studio.core.gap_edits import replace_path, replace_region
from mpd_studio.core.guidance import Easing, EasingKind, MotionPath, MotionRegion, RegionMode
from mpd_studio.core.ids import PathId, RegionId
from mpd_studio.ui.canvas import ink
from mpd_studio.ui.canvas.stage import Stage
from mpd_studio.ui.canvas.tool import delete_picked
from mpd_studio.ui.texts import tr


def build_menu(stage: Stage, parent: QWidget) -> QMenu | None:
    """The menu of the selected path or region; None where nothing is selected. It deletes itself when closed."""
    path, region = stage.path, stage.region
    if path is None and region is None:
        return None
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.setToolTipsVisible(True)
    if path is not None:
        _fill_for_path(menu, stage, path)
    elif region is not None:
        _fill_for_region(menu, stage, region)
    menu.addSeparator()
    menu.addAction(_delete_title(stage), lambda: delete_picked(stage))
    return menu


def set_mode(stage: Stage, region: MotionRegion, mode: RegionMode) -> None:
    changed = replace(region, mode=mode)
    label = tr("Let region move") if mode is RegionMode.MOVES else tr("Hold region still")
    stage.apply(label, lambda timeline, gap: replace_region(timeline, gap, changed))


def follow(stage: Stage, region: MotionRegion, path_id: PathId | None) -> None:
    """The region goes with a path, or with none."""
    changed = replace(region, follows=path_id)
    stage.apply(tr("Follow path"), lambda timeline, gap: replace_region(timeline, gap, changed))


def carry(stage: Stage, path: MotionPath, region_id: RegionId | None) -> None:
    """The path moves what is inside a region, or with None what is within its reach."""
    changed = replace(path, region=region_id)
    stage.apply(tr("Carry region"), lambda timeline, gap: replace_path(timeline, gap, changed))


def set_easing(stage: Stage, path: MotionPath, kind: EasingKind) -> None:
    changed = replace(path, easing=Easing(kind))
    stage.apply(tr("Change easing"), lambda timeline, gap: replace_path(timeline, gap, changed))


def _fill_for_path(menu: QMenu, stage: Stage, path: MotionPath) -> None:
    easings = menu.addMenu(tr("Easing"))
    titles = {
        EasingKind.LINEAR: tr("Linear"),
        EasingKind.IN: tr("Start slowly"),
        EasingKind.OUT: tr("End slowly"),
        EasingKind.IN_OUT: tr("Start and end slowly"),
        EasingKind.HOLD: tr("Hold, then jump"),
    }
    _choices(easings, [(title, kind, None) for kind, title in titles.items()], path.easing.kind, _easing(stage, path))
    regions = [(_region_title(i, r), r.id, None) for i, r in enumerate(stage.guidance.regions)]
    carried = menu.addMenu(tr("Carry region"))
    _say_why_disabled(carried, bool(regions), tr("This gap has no regions yet: R draws one."))
    nothing = [(tr("None: what is within reach"), None, None)]
    _choices(carried, nothing + regions, path.region, lambda region_id: carry(stage, path, region_id))


def _fill_for_region(menu: QMenu, stage: Stage, region: MotionRegion) -> None:
    modes = [(tr("Moves"), RegionMode.MOVES, None), (tr("Holds still"), RegionMode.STILL, None)]
    _choices(menu, modes, region.mode, lambda mode: set_mode(stage, region, mode))
    menu.addSeparator()
    paths = [(tr("Path {0}").format(i + 1), p.id, ink.path_color(i)) for i, p in enumerate(stage.guidance.paths)]
    followed = menu.addMenu(tr("Follow path"))
    _say_why_disabled(followed, bool(paths), tr("This gap has no paths yet: P draws one."))
    nothing = [(tr("None"), None, None)]
    _choices(followed, nothing + paths, region.follows, lambda path_id: follow(stage, region, path_id))


def _say_why_disabled(menu: QMenu, is_enabled: bool, reason: str) -> None:
    menu.setEnabled(is_enabled)
    menu.menuAction().setToolTip("" if is_enabled else reason)


def _easing(stage: Stage, path: MotionPath) -> Callable[[EasingKind], None]:
    return lambda kind: set_easing(stage, path, kind)


def _choices(menu: QMenu, rows: list, chosen: object, choose: Callable) -> None:
    """Rows of (title, value, colour or None), of which one is chosen."""
    group = QActionGroup(menu)
    for title, value, color in rows:
        action = QAction(title, menu)
        action.setCheckable(True)
        action.setChecked(value == chosen)
        if color is not None:
            action.setIcon(_swatch(color))
        action.triggered.connect(lambda checked=False, value=value: choose(value))
        group.addAction(action)
        menu.addAction(action)


def _swatch(color: QColor) -> QIcon:
    pixmap = QPixmap(16, 16)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.fillRect(3, 3, 10, 10, color)
    painter.end()
    return QIcon(pixmap)


def _region_title(index: int, region: MotionRegion) -> str:
    mode = tr("moves") if region.mode is RegionMode.MOVES else tr("holds still")
    return tr("Region {0} ({1})").format(index + 1, mode)


def _delete_title(stage: Stage) -> str:
    path, region, picked = stage.path, stage.region, stage.picked
    if path is not None:
        is_between = picked is not None and 0 < picked < len(path.points) - 1
        return tr("Delete point") if is_between else tr("Delete path")
    is_corner = picked is not None and region is not None and len(region.outline) > 3
    return tr("Delete corner") if is_corner else tr("Delete region")
