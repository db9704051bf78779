"""The head of CVAT's XML: which frames a task or a job has, and which attributes belong to a whole track."""

from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.formats import Broken, FormatError
from storage.formats.content import DatasetDraft, TrackDraft
from storage.formats.cvat_head import Labels, frames_of, id_in, id_of, source_of, subset_of, tasks_of

LABEL = "<label><name>{name}</name>{more}<attributes>{attributes}</attributes></label>"
COLOUR = "<attribute><name>colour</name><mutable>{mutable}</mutable></attribute>"


def head(kind: str = "task", **values: object) -> Element:
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in values.items())
    return fromstring(f"<{kind}>{inner}</{kind}>")


@given(start=st.integers(0, 50), count=st.integers(1, 40), step=st.integers(1, 7))
def test_the_frames_of_a_task_have_the_numbers_of_its_video(start: int, count: int, step: int) -> None:
    wanted = range(start, start + (count - 1) * step + 1, step)
    filtered = {"frame_filter": f"step={step}"} if step > 1 else {}
    by_stop = head(start_frame=start, stop_frame=wanted[-1], size=count, **filtered)
    assert list(frames_of(by_stop, "cvat")) == list(wanted)
    assert list(frames_of(head(start_frame=start, size=count, **filtered), "cvat")) == list(wanted)


@given(start=st.integers(0, 50), count=st.integers(1, 40), step=st.integers(1, 7))
def test_a_job_counts_the_frames_of_its_task(start: int, count: int, step: int) -> None:
    filtered = {"frame_filter": f"step={step}"} if step > 1 else {}
    job = head("job", start_frame=start, stop_frame=start + count - 1, **filtered)
    assert list(frames_of(job, "cvat")) == [frame * step for frame in range(start, start + count)]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"size": "many"}, '`size` must be a whole number, not "many"'),
        ({"size": 2, "start_frame": -1}, "`start_frame` must be a whole number"),
        ({"size": 2, "frame_filter": "step=0"}, 'must be step=N, not "step=0"'),
        ({"size": 2, "frame_filter": "every=3"}, "must be step=N"),
        ({"stop_frame": 999_999_999}, "has 1000000000 frames, more than"),
    ],
)
def test_frames_that_cannot_be_are_refused(values: dict[str, object], said: str) -> None:
    with pytest.raises(FormatError, match=f"^cvat.*: .*{said}"):
        frames_of(head(**values), "cvat")


def test_the_tasks_of_a_project_are_known_by_id_and_subset() -> None:
    project = head(
        "meta", project="<tasks><task><id> 5 </id><name>a</name></task><task><subset>Train</subset></task></tasks>"
    )
    assert [(id_of(task), subset_of(task)) for task in tasks_of(project)] == [("5", "default"), ("", "Train")]
    assert [source_of(task) for task in tasks_of(project)] == ["a", ""]
    assert [task.tag for task in tasks_of(head("meta", job="<id>7</id>"))] == ["job"]
    assert tasks_of(head("meta")) == []


def test_an_attribute_that_cannot_change_belongs_to_the_track(tmp_path: Path) -> None:
    draft, labels = DatasetDraft(str(tmp_path), Broken(keep_good=False)), Labels()
    parts = [
        LABEL.format(name="car", more="", attributes=COLOUR.format(mutable="False")),
        LABEL.format(name="dog", more="", attributes=COLOUR.format(mutable="True")),
        LABEL.format(name="body", more="<type>skeleton</type>", attributes=""),
    ]
    labels.add(head("meta", labels="".join(parts)), draft)
    assert [category.name for category in draft.categories] == ["car", "dog"], "a skeleton is no mask"
    shape = fromstring(
        '<mask occluded="1"><attribute name="colour">red</attribute><attribute name="track_id">9</attribute>'
        '<attribute name="light">__undefined__</attribute></mask>'
    )
    car, dog = TrackDraft(1, 1, None), TrackDraft(1, 2, None)
    labels.apply(car, "car", shape, 3)
    labels.apply(dog, "dog", shape, 3)
    assert (car.attributes, set(car.frame_attributes)) == ({"colour": "red"}, {"occluded"})
    assert (dog.attributes, set(dog.frame_attributes)) == ({}, {"occluded", "colour"})
    assert id_in(iter([fromstring("<mask/>"), shape])) == "9" and id_in(iter([])) == ""
