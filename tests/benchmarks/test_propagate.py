"""The table of spreading, also where the weights of the features are not installed."""

import numpy as np

from tests.benchmarks._spread_videos import AnnotatedVideo
from tests.benchmarks.propagate import WAYS, measure, table
from tests.model.propagation.scenes import ColourTrunk, line, moving

COUNT = 17
SCENE = moving([line((10, 20), (2, 1), COUNT)])
VIDEO = AnnotatedVideo("square", SCENE.frames, SCENE.masks, frozenset(range(COUNT)))


def figures(trunk: ColourTrunk | None) -> dict[str, str]:
    shown = table(measure(iter([VIDEO, VIDEO]), ["first"], trunk))
    first, second, mean = shown.rows
    assert first[:-1] == second[:-1] and mean[1] == "mean" and mean[3:8] == first[3:8]
    return dict(zip(shown.columns, first, strict=True))


def test_every_way_has_a_figure_and_spreading_wins_over_copying() -> None:
    found = figures(ColourTrunk())

    assert all(0 <= float(found[way]) <= 1 for way in WAYS)
    assert float(found["spreading"]) > 0.8 > float(found["copy"])


def test_without_the_weights_only_the_features_alone_have_no_figure() -> None:
    found = figures(None)

    assert found["features"] == "-"
    assert float(found["spreading"]) > float(found["copy"])
    assert np.isfinite([float(found[way]) for way in WAYS if way != "features"]).all()
