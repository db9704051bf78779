"""Another process stores edits while an import stores its videos: each edit gets its turn, and none is lost."""

import multiprocessing
import uuid
from multiprocessing.connection import Connection as Pipe
from pathlib import Path

from app.exchange import staging
from app.exchange.importing import import_dataset
from storage import tracks
from storage.database import Database
from storage.edits import Applied, Change, Edit, apply_edit
from tests.app.exchange.contents import shown
from tests.app.exchange.files import content, write, write_pictures
from tests.app.exchange.scene import ExchangeScene
from tests.app.made import square, video_in
from tests.waiting import wait_for

VIDEOS = tuple(f"v{k}" for k in range(8))
STOPS = 20


def edit_on(url: str, video_id: str, orders: Pipe) -> None:
    """Store one track after another until there is an order to end; then send their ids."""
    stored = []
    with Database.open(url) as database:
        orders.send("ready")
        while not orders.poll():
            track = str(uuid.uuid4())
            changes = (Change(track, None, 0, {}), Change(track, 3, 0, {"rle": square(9, 9), "state": "present"}))
            with database.atomic() as tx:
                done = apply_edit(tx, Edit(str(uuid.uuid4()), "draw", "person:other", video_id, changes))
            assert isinstance(done, Applied)
            stored.append(track)
    orders.send(stored)


def test_edits_of_another_process_are_stored_between_the_transactions_of_an_import(
    exchange: ExchangeScene, tmp_path: Path, monkeypatch: object
) -> None:
    staging_rows = staging.ROWS_AT_ONCE
    video = video_in(exchange.database, exchange.settings, exchange.project, tmp_path)
    write_pictures(tmp_path / "frames", VIDEOS)
    file = write(tmp_path / "in.json", content(VIDEOS))
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=edit_on, args=(exchange.settings.database_url, video.id, theirs)
    )
    process.start()
    ours.recv()
    between: list[int] = []

    def edits_so_far() -> int:
        with exchange.database.read() as tx:
            return len(tracks.list_tracks(tx, video.id))

    def count(_share: float, _message: str) -> None:
        if len(between) < STOPS:  # the import waits here, outside its transactions, until one more edit is stored
            wait_for(lambda: edits_so_far() > (between[-1] if between else 0))
        between.append(edits_so_far())

    try:
        staging.ROWS_AT_ONCE = 4
        import_dataset(
            exchange.database,
            exchange.settings,
            project_id=exchange.project.id,
            file=file,
            frames_folder=tmp_path / "frames",
            report=count,
        )
    finally:
        staging.ROWS_AT_ONCE = staging_rows
        ours.send("end")
    stored = ours.recv()
    process.join()
    with exchange.database.read() as tx:
        assert {track.id for track in tracks.list_tracks(tx, video.id)} == set(stored)
    assert len(set(between)) >= STOPS, "they were stored while the import was at work"
    assert {name for name, rows in shown(exchange.database, exchange.project.id).items() if len(rows) == 6} == {*VIDEOS}
