"""The table of steady masks, on one tiny video."""

from app.checkpoints.networks import load_trunk
from tests.benchmarks.steadying import Material, measure, table
from tests.benchmarks.windows import CHECKPOINT


def test_the_same_tracks_are_measured_plain_and_steady() -> None:
    trunk, _ = load_trunk()
    assert trunk is not None
    plain, steady = measure(Material("one", CHECKPOINT, "demo", 1, 8, seed=77), trunk)

    assert (plain.steady, steady.steady) == (False, True)
    assert plain.proposed == steady.proposed > 0 and plain.true == steady.true > 0
    assert plain.track_iou != steady.track_iou
    assert 0 < steady.track_iou <= 1 and steady.effort > 0 and steady.frame_ms > 0
    rows = table([plain, steady]).rows
    assert [row[1] for row in rows] == ["as the network draws them", "steady"]
    assert rows[0][0] == "one" and rows[0][3] == f"{100 * plain.ap:.1f}"
