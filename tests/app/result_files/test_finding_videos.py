"""Which video of a project is meant by a file of one video that another name has, and what is added for it."""

from pathlib import Path

import pytest

from app.errors import BadInput
from app.result_files.choices import ProposalChoices
from app.result_files.importing import import_proposals
from storage import projects
from tests.app.exchange.files import LENGTH, SIZE, write, write_pictures
from tests.app.made import square
from tests.app.result_files.results_scene import ResultsScene, result
from tests.storage.made_videos import make_video


def of_sam(scene: ResultsScene, frames: int = 2) -> Path:
    """What a script around SAM 2 writes: nothing names its video."""
    masks = {str(k): {"4": square(9 + k, 9, size=SIZE)} for k in range(frames)}
    return write(scene.folder / "output.json", masks)


def test_the_only_video_of_a_project_is_the_one_of_a_file_of_another_name(empty: ResultsScene) -> None:
    empty.exchange.add(make_video(empty.folder / "dog.mp4", frames=LENGTH, size=SIZE))
    done = empty.bring(of_sam(empty))
    assert (done.videos, done.masks) == (["dog"], 2)
    assert done.notes == ["video 1 (output) was taken for dog, the only video of the project."]


@pytest.mark.parametrize(("frames", "size"), [(LENGTH, (32, 24)), (1, SIZE)])
def test_an_only_video_that_does_not_fit_is_not_meant(empty: ResultsScene, frames: int, size: tuple[int, int]) -> None:
    empty.exchange.add(make_video(empty.folder / "dog.mp4", frames=frames, size=size))
    with pytest.raises(BadInput, match=r"is video 1 \(output\); .* or say which video is meant \(--video NAME"):
        empty.bring(of_sam(empty))
    assert empty.tracks("dog") == []


def test_a_person_says_which_of_several_videos_is_meant(scene: ResultsScene) -> None:
    file = of_sam(scene)
    with pytest.raises(BadInput, match=r"output\.json: no video of the project is video 1 \(output\)"):
        scene.bring(file)
    assert scene.bring(file, video="VB").videos == ["vb"]
    with pytest.raises(BadInput, match=r"output\.json: There is no video vc in this project"):
        scene.bring(file, video="vc")
    several = scene.results(result(1, 1, 4), result(2, 1, 4))
    with pytest.raises(BadInput, match="holds masks of 2 videos"):
        scene.bring(several, video="vb")


def test_a_named_video_file_is_the_video_of_the_file_whatever_it_is_called(empty: ResultsScene) -> None:
    video = make_video(empty.folder / "dog.mp4", frames=LENGTH, size=SIZE)
    file = of_sam(empty)
    assert empty.bring(file, frames=video).videos == ["dog"]
    assert empty.bring(file, frames=video, source="again").videos == ["dog"], "it is in the project now"
    assert [one.name for one in empty.exchange.videos()] == ["dog"]


def test_a_named_folder_of_pictures_is_the_video_of_the_file(empty: ResultsScene) -> None:
    write_pictures(empty.folder / "shots")
    assert empty.bring(of_sam(empty), frames=empty.folder / "shots" / "vb").videos == ["vb"]


def test_a_video_that_does_not_fit_is_not_added(empty: ResultsScene) -> None:
    video = make_video(empty.folder / "dog.mp4", frames=1, size=SIZE)
    scene = empty.exchange
    reason = r"output\.json: video 1 \(output\): .* it goes to frame 1, but dog\.mp4 ends with 0"
    with pytest.raises(BadInput, match=reason):
        empty.bring(of_sam(empty), frames=video)
    choices = ProposalChoices(frames=video)
    with pytest.raises(BadInput, match=reason):
        import_proposals(scene.database, scene.settings, new_project="fresh", file=of_sam(empty), choices=choices)
    with scene.database.read() as tx:
        assert scene.videos() == () and projects.find_project(tx, "fresh") is None
