"""The table of steady masks, on one tiny video."""

from app.checkpoints.networks import steady_networks
from tests.benchmarks.steadying import Material, measure, table
from tests.benchmarks.windows import CHECKPOINT


def test_the_same_tracks_are_measured_plain_steady_and_with_edges() -> None:
    networks = steady_networks("cpu")
    assert networks is not None
    found = measure(Material("one", CHECKPOINT, "demo", 1, 8, seed=77), networks)

    kinds = ["as the network draws them", "steady", "steady, with edges"]
    assert [one.kind for one in found] == kinds
    plain, steady, edges = found
    assert plain.proposed == steady.proposed == edges.proposed > 0 and plain.true == steady.true == edges.true > 0
    assert len({one.track_iou for one in found}) == 3
    assert 0 < steady.track_iou <= 1 and steady.effort > 0 and steady.frame_ms > 0
    rows = table(found).rows
    assert [row[1] for row in rows] == kinds
    assert rows[0][0] == "one" and rows[0][3] == f"{100 * plain.ap:.1f}"
