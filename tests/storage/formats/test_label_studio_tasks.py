"""The files of Label Studio: JSON, JSON_MIN, those of a storage, and tasks with a list of pictures."""

import json
from pathlib import Path
from typing import Any

import pytest

from storage.formats import Broken, FormatContent, FormatError, recognise
from storage.youtube_vis import no_check
from tests.storage.formats.test_label_studio import polygon, read, task


def read_folder(folder: Path) -> FormatContent:
    found = recognise(folder)
    assert found.format.name == "label-studio"
    return found.format.read(found.path, Broken(keep_good=False), no_check, None)


def answer(number: object, *, region: str, kind: str = "number", name: str = "track_id") -> dict[str, Any]:
    """The answer of a tag for each region, as Label Studio writes it beside the shape of the region."""
    value = {"points": [[0, 0]], kind: number}
    return {"id": region, "from_name": name, "to_name": "image", "type": kind, "value": value}


@pytest.mark.parametrize(("kind", "given"), [("number", 7), ("text", ["7"]), ("choices", ["7"]), ("taxonomy", [["7"]])])
def test_an_answer_called_track_id_joins_the_regions_of_a_thing(tmp_path: Path, kind: str, given: object) -> None:
    frames = [task(f"dog_{k}.jpg", polygon(id="a"), answer(given, region="a", kind=kind)) for k in (1, 2)]
    frames.append(task("dog_3.jpg", polygon(id="a"), answer(8, region="a"), answer(9, region="b")))
    found = read(tmp_path, *frames).dataset
    assert [(one.id, [mask is not None for mask in one.segmentations]) for one in found.tracks] == [
        (7, [True, True, False]),
        (8, [False, False, True]),
    ]
    assert found.notes == ()


def test_answers_of_other_tags_join_nothing_and_names_may_be_ids(tmp_path: Path) -> None:
    frames = [
        task(f"dog_{k}.jpg", polygon(id="a"), answer(["Rex"], region="a", kind="text", name=name))
        for k, name in enumerate(("Track_ID", "track_id", "colour"))
    ]
    found = read(tmp_path, *frames).dataset
    assert [sum(mask is not None for mask in one.segmentations) for one in found.tracks] == [2, 1]
    assert "without a track id (1)" in str(found.notes[0])


def test_a_task_with_a_list_of_pictures_is_a_video(tmp_path: Path) -> None:
    names = [f"/data/upload/1/clip-{k}.jpg" for k in (3, 1, 2)]
    result = [polygon(id="a", item_index=2), polygon(id="b", item_index=0), polygon(id="c", item_index=0)]
    one = {"data": {"images": names}, "annotations": [{"result": result}]}
    found = read(tmp_path, one, task("dog_1.jpg", polygon())).dataset
    assert [video.file_names for video in found.videos] == [
        ("clip-3.jpg", "clip-1.jpg", "clip-2.jpg"),
        ("dog_1.jpg",),
    ]
    shown = [[mask is not None for mask in one.segmentations] for one in found.tracks]
    assert shown == [[False, False, True], [True, False, False], [True, False, False], [True]]


def test_a_region_of_a_picture_that_the_task_lacks_is_refused(tmp_path: Path) -> None:
    one = {"data": {"images": ["a/1.jpg", "a/2.jpg"]}, "annotations": [{"result": [polygon(id="a", item_index=2)]}]}
    with pytest.raises(FormatError, match=r"result\[0\]\.item_index: is 2, but there are 2"):
        read(tmp_path, one)


def test_json_min_has_the_shapes_under_the_name_of_their_tag(tmp_path: Path) -> None:
    shape = {**polygon()["value"], "closed": True, "original_width": 6, "original_height": 4}
    entry = {"id": 1, "annotator": 1, "created_at": "2030-01-01T00:00:00.5Z", "image": "/data/upload/1/dog_1.jpg"}
    found = read(tmp_path, {**entry, "tag": [shape, shape]}, {**entry, "image": "a/dog_2.jpg", "tag": [shape]}).dataset
    assert found.videos[0].file_names == ("dog_1.jpg", "dog_2.jpg")
    assert len(found.tracks) == 3
    assert [one.name for one in found.categories] == ["bee"]


@pytest.mark.parametrize("of_annotations", [True, False])
@pytest.mark.parametrize("suffix", [".json", ""])
def test_a_folder_of_a_storage_has_a_file_for_each_task(tmp_path: Path, of_annotations: bool, suffix: str) -> None:
    for k in (1, 2, 10):
        one = task(f"dog_{k}.jpg", polygon())
        if of_annotations:
            one = {**one["annotations"][0], "task": {"id": k, "data": one["data"]}}
        (tmp_path / f"{k}{suffix}").write_text(json.dumps(one))
    found = read_folder(tmp_path)
    assert found.dataset.videos[0].file_names == ("dog_1.jpg", "dog_2.jpg", "dog_10.jpg")
    assert found.pictures == tmp_path


def test_files_of_old_versions_have_completions(tmp_path: Path) -> None:
    old = {"data": {"image": "dog_1.jpg"}, "completions": [{"result": [polygon()]}], "annotations_count": 1}
    path = tmp_path / "export.json"
    path.write_text(json.dumps([old]))
    assert len(recognise(path).format.read(path, Broken(keep_good=False), no_check, None).dataset.tracks) == 1


def test_the_mark_of_an_upload_is_left_out_where_the_pictures_lack_it(tmp_path: Path) -> None:
    folder = tmp_path / "pictures" / "deep"
    folder.mkdir(parents=True)
    for name in ("dog_1.jpg", "1a2b3c4d-dog_2.jpg"):
        (folder / name).write_bytes(b"")
    path = tmp_path / "export.json"
    path.write_text(json.dumps([task(f"1a2b3c4d-dog_{k}.jpg", polygon()) for k in (1, 2, 3)]))
    found = recognise(path)
    names = [
        found.format.read(path, Broken(keep_good=False), no_check, frames).dataset.videos[0].file_names
        for frames in (tmp_path / "pictures", None)
    ]
    assert names[0] == ("dog_1.jpg", "1a2b3c4d-dog_2.jpg", "1a2b3c4d-dog_3.jpg")
    assert names[1] == tuple(f"1a2b3c4d-dog_{k}.jpg" for k in (1, 2, 3))
