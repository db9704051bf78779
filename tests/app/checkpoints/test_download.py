"""A release is downloaded whole, continued after an interruption, and registered only when it is sound."""

import hashlib
from pathlib import Path
from typing import Any

import pytest

from app.checkpoints import download, register
from app.checkpoints.download import DownloadFailed, fetch
from app.checkpoints.register import CheckpointFile, add_file
from app.errors import BadInput, Cancelled
from app.settings import Settings
from model.config import named
from model.weights import checkpoint
from storage.database import Database
from storage.errors import NameTaken
from tests.app.checkpoints.shop import Shop, shop
from tests.app.command_line import tiny_checkpoint

__all__ = ["shop"]


def bring(shop: Shop, part: Path, **more: Any) -> list[float]:
    heard: list[float] = []
    given = {"cancelled": lambda: False, "report": lambda share, words: heard.append(share), **more}
    fetch(shop.address, part, name="the model", **given)
    return heard


# --- fetching


def test_a_file_arrives_whole_with_progress(shop: Shop, tmp_path: Path) -> None:
    heard = bring(shop, tmp_path / "part")

    assert (tmp_path / "part").read_bytes() == shop.content
    assert heard[-1] == pytest.approx(0.95)


def test_a_broken_download_is_told_and_goes_on_where_it_ended(shop: Shop, tmp_path: Path) -> None:
    shop.break_off_after = 1000
    with pytest.raises(DownloadFailed, match="broke off"):
        bring(shop, tmp_path / "part")
    assert (tmp_path / "part").stat().st_size == 1000

    shop.break_off_after = None
    bring(shop, tmp_path / "part")

    assert (tmp_path / "part").read_bytes() == shop.content
    assert shop.asked == [None, "bytes=1000-"]


def test_a_server_that_cannot_go_on_begins_again(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "part").write_bytes(b"something else")
    shop.ranges = False

    bring(shop, tmp_path / "part")

    assert (tmp_path / "part").read_bytes() == shop.content


def test_a_file_that_is_whole_already_is_not_fetched_again(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "part").write_bytes(shop.content)

    bring(shop, tmp_path / "part")

    assert (tmp_path / "part").read_bytes() == shop.content


def test_a_login_page_is_not_taken_for_the_file(shop: Shop, tmp_path: Path) -> None:
    shop.page = True

    with pytest.raises(DownloadFailed, match="web page"):
        bring(shop, tmp_path / "part")
    assert not (tmp_path / "part").exists()


def test_a_refusal_of_the_server_is_told(shop: Shop, tmp_path: Path) -> None:
    shop.status = 404

    with pytest.raises(DownloadFailed, match="404"):
        bring(shop, tmp_path / "part")


def test_without_a_network_the_way_out_is_told(tmp_path: Path) -> None:
    nowhere = Shop(address="http://127.0.0.1:9/model.pth")

    with pytest.raises(DownloadFailed, match="by other means"):
        bring(nowhere, tmp_path / "part")


def test_a_server_that_falls_silent_is_given_up_and_the_rest_is_fetched_later(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.stall_after = 1000

    with monkeypatch.context() as patch, pytest.raises(DownloadFailed, match="timed out"):
        patch.setattr(download, "PATIENCE_SECONDS", 0.3)
        bring(shop, tmp_path / "part")
    assert (tmp_path / "part").read_bytes() == shop.content[: (tmp_path / "part").stat().st_size]

    shop.stall_after = None
    bring(shop, tmp_path / "part")

    assert (tmp_path / "part").read_bytes() == shop.content


def test_what_came_before_the_silence_is_kept_to_the_last_byte_so_that_every_try_advances(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "PATIENCE_SECONDS", 1.5)  # the 4000 bytes must come within it
    shop.stall_after = 4000
    sizes = []
    for _ in range(2):
        with pytest.raises(DownloadFailed, match="timed out"):
            bring(shop, tmp_path / "part")
        sizes.append((tmp_path / "part").stat().st_size)

    assert sizes == [4000, 8000]
    assert (tmp_path / "part").read_bytes() == shop.content[:8000]


def test_a_file_that_breaks_off_again_and_again_arrives_in_the_end(shop: Shop, tmp_path: Path) -> None:
    shop.break_off_after = 3000
    tries = 0
    while True:
        tries += 1
        try:
            bring(shop, tmp_path / "part")
        except DownloadFailed as error:
            assert "broke off" in str(error)
            continue
        break

    assert (tmp_path / "part").read_bytes() == shop.content
    assert tries == -(-len(shop.content) // 3000)


def test_a_server_that_goes_on_at_another_byte_is_refused(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "part").write_bytes(shop.content[:500])
    shop.wrong_range = 7

    with pytest.raises(DownloadFailed, match="at byte 507 instead of 500"):
        bring(shop, tmp_path / "part")
    assert (tmp_path / "part").stat().st_size == 500


def test_a_cancelled_download_keeps_what_came(shop: Shop, tmp_path: Path) -> None:
    with pytest.raises(Cancelled):
        bring(shop, tmp_path / "part", cancelled=lambda: True)


# --- releases


@pytest.fixture
def taken_in(monkeypatch: pytest.MonkeyPatch) -> list[CheckpointFile]:
    """Registering is left out: the file in the shop is no checkpoint."""
    seen: list[CheckpointFile] = []

    def take(database: Database, settings: Settings, file: CheckpointFile, **more: Any) -> Any:
        assert file.path.is_file()
        seen.append(file)
        return file

    monkeypatch.setattr(download, "add_file", take)
    return seen


def get_release(database: Database, settings: Settings, shop: Shop) -> Any:
    return download.download(
        database, settings, name="tevit_msgshift", report=lambda share, words: None, url=shop.address
    )


def test_a_release_is_taken_in_under_its_name_with_its_origin(
    database: Database, settings: Settings, shop: Shop, taken_in: list[CheckpointFile]
) -> None:
    get_release(database, settings, shop)

    digest = hashlib.sha256(shop.content).hexdigest()
    assert [(file.name, file.config, file.origin) for file in taken_in] == [
        ("tevit_msgshift", "tevit_msgshift", f"{shop.address} {digest}")
    ]
    assert [path.name for path in (settings.checkpoints / download.DOWNLOADS).iterdir()] == [download.RECORD]


def test_no_part_of_a_download_looks_like_a_checkpoint(
    database: Database, settings: Settings, shop: Shop, taken_in: list[CheckpointFile]
) -> None:
    shop.break_off_after = 10

    with pytest.raises(DownloadFailed):
        get_release(database, settings, shop)

    assert taken_in == []
    assert [path.suffix for path in settings.checkpoints.rglob("*") if path.is_file()] == [".part"]


def test_another_file_under_the_same_address_is_refused(
    database: Database, settings: Settings, shop: Shop, taken_in: list[CheckpointFile]
) -> None:
    get_release(database, settings, shop)
    shop.content = b"not what it was"

    with pytest.raises(DownloadFailed, match="another one than before"):
        get_release(database, settings, shop)
    assert len(taken_in) == 1


def test_what_is_no_checkpoint_is_not_recorded_as_the_release(
    database: Database, settings: Settings, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A first download that arrived broken must not make the sound file look like another one."""
    with pytest.raises(DownloadFailed, match="no readable PyTorch checkpoint") as told:
        get_release(database, settings, shop)
    assert "thrown away. Repeat the command" in str(told.value) and str(settings.checkpoints) not in str(told.value)
    assert "torch.load" not in str(told.value) and "weights_only" not in str(told.value)
    assert list((settings.checkpoints / download.DOWNLOADS).iterdir()) == []
    shop.content = b"the sound one"
    monkeypatch.setattr(download, "add_file", lambda *values, **more: "taken")

    assert get_release(database, settings, shop) == "taken"


def test_an_unknown_release_and_one_that_is_here_are_refused(
    database: Database, settings: Settings, tmp_path: Path, shop: Shop
) -> None:
    tiny = tiny_checkpoint(tmp_path / "tiny.safetensors")
    add_file(database, settings, CheckpointFile(tiny, "tevit_r50"), project_id=None)

    with pytest.raises(BadInput, match=r"tevit_r101.*tevit_msgshift.*pvt_v2_b1.*resnet50-0676ba61"):
        download.download(database, settings, name="tevit_r101", report=lambda share, words: None, url=shop.address)
    with pytest.raises(NameTaken):
        download.download(database, settings, name="tevit_r50", report=lambda share, words: None, url=shop.address)
    assert shop.asked == []


def tiny_release(monkeypatch: pytest.MonkeyPatch, shop: Shop, folder: Path) -> None:
    """The shop sells a small release: the file is read with the configuration of `tevit_tiny`."""
    official = folder / "release.pth"
    checkpoint.export_official(official, checkpoint.load(tiny_checkpoint(folder / "tiny.safetensors")))
    shop.content = official.read_bytes()
    monkeypatch.setattr(register, "named", lambda name: named("tevit_tiny"))


def test_a_release_that_is_here_as_recorded_is_returned_and_nothing_is_fetched(
    database: Database, settings: Settings, tmp_path: Path, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny_release(monkeypatch, shop, tmp_path)
    made = get_release(database, settings, shop)

    assert get_release(database, settings, shop) == made
    record = settings.checkpoints / download.DOWNLOADS / download.RECORD
    record.unlink()
    assert get_release(database, settings, shop) == made, "as after a crash before the record was written"
    assert len(shop.asked) == 1

    download.remember(record, shop.address, "0" * 64)
    with pytest.raises(NameTaken):
        get_release(database, settings, shop)


def test_a_release_whose_file_is_gone_or_another_one_is_told(
    database: Database, settings: Settings, tmp_path: Path, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny_release(monkeypatch, shop, tmp_path)
    stored = settings.data / get_release(database, settings, shop).path

    stored.write_bytes(stored.read_bytes()[:-4])
    with pytest.raises(BadInput, match="gone or another one"):
        get_release(database, settings, shop)
    stored.unlink()
    with pytest.raises(BadInput, match="gone or another one"):
        get_release(database, settings, shop)


@pytest.mark.parametrize("while_read", [True, False])
def test_a_download_that_is_cancelled_while_it_is_checked_is_kept(
    database: Database, settings: Settings, shop: Shop, monkeypatch: pytest.MonkeyPatch, while_read: bool
) -> None:
    words: list[str] = []

    def take(*given: Any, cancelled: Any, **more: Any) -> None:
        assert while_read and not cancelled()
        raise Cancelled

    monkeypatch.setattr(download, "add_file", take)
    with pytest.raises(Cancelled):
        download.download(
            database,
            settings,
            name="tevit_msgshift",
            report=lambda share, said: words.append(said),
            cancelled=lambda: not while_read and words[-1:] == ["Checking"],
            url=shop.address,
        )
    folder = settings.checkpoints / download.DOWNLOADS
    assert [path.name for path in folder.iterdir()] == ["tevit_msgshift.pth.part"]
    assert (folder / "tevit_msgshift.pth.part").read_bytes() == shop.content
