from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import likely_errors, removal
from storage.likely_errors import StoredError
from tests.storage.scenes import Scene

names = st.text(min_size=1, max_size=8)
errors = st.builds(
    StoredError,
    kind=names,
    tracks=st.lists(names, min_size=1, max_size=2).map(tuple),
    masks=st.lists(st.none() | names, min_size=1, max_size=2).map(tuple),
    first=st.integers(0, 99),
    last=st.integers(0, 99),
    frame=st.integers(0, 99),
    strength=st.floats(0, 1),
    evidence=st.dictionaries(names, st.floats(-9, 9), max_size=2),
)


@given(st.lists(errors, max_size=4))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
def test_errors_come_back_as_they_were_stored(scene: Scene, found: list[StoredError]) -> None:
    with scene.database.atomic() as tx:
        likely_errors.replace(tx, scene.video.id, found, edit=3)
        search = likely_errors.latest(tx, scene.video.id)
    assert search is not None and search.edit == 3 and search.errors == tuple(found)


def test_without_a_search_there_is_none(scene: Scene) -> None:
    with scene.database.read() as tx:
        assert likely_errors.latest(tx, scene.video.id) is None


def test_they_go_with_their_video(scene: Scene) -> None:
    with scene.database.atomic() as tx:
        likely_errors.replace(tx, scene.video.id, [], edit=1)
        removal.delete_video(tx, scene.video.id)
        assert likely_errors.latest(tx, scene.video.id) is None
