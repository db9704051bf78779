"""What the loaders do with a file, as loops that read the same keys in the same order and fail where they fail."""

from collections import defaultdict
from typing import Any

from pycocotools import mask as mask_api

Json = dict[str, Any]
coco: Any = mask_api


def index(top: Json) -> tuple[Json, dict[Any, list[Json]]]:
    """``YTVOS.createIndex`` and ``getAnnIds``: videos by id, and tracks by video."""
    videos, tracks = {}, defaultdict(list)
    for track in top["annotations"]:
        tracks[track["video_id"]].append(track)
        _ = track["id"]
    for video in top["videos"]:
        videos[video["id"]] = video
    for category in top["categories"]:
        _ = category["id"]
    for track in top["annotations"]:
        _ = track["category_id"]
    return videos, tracks


def ytvos(top: Json) -> None:
    """``annToRLE`` of every track, then ``YTVOSeval`` as truth."""
    videos, _ = index(top)
    for track in top["annotations"]:
        video = videos[track["video_id"]]
        height, width = video["height"], video["width"]
        for mask in track["segmentations"]:
            if isinstance(mask, list) and mask:
                coco.frPyObjects(mask, height, width)
        _ = int(track["iscrowd"]), [area for area in track["areas"] if area]


def trackeval(top: Json) -> None:
    """``YouTubeVIS._load_raw_file`` of the ground truth."""
    for video in top["videos"]:
        _ = video["id"], video["file_names"][0].split("/")[0]
    _ = [(category["id"], category["name"]) for category in top["categories"]]
    for track in top["annotations"]:
        _ = track["video_id"], track["category_id"], track["id"], track["iscrowd"]
        height, width = track["height"], track["width"]
        for mask in track["segmentations"]:
            if mask:
                coco.frPyObjects(mask, height, width)
        _ = [area for area in track["areas"] if area]


def tevit(top: Json) -> None:
    """``YouTubeVISDataset.load_annotations`` and ``_parse_ann_info`` of every frame."""
    videos, tracks = index(top)
    labels = {category["id"]: k for k, category in enumerate(top["categories"])}
    for number, video in videos.items():
        _ = video["width"], video["height"]
        for frame in range(len(video["file_names"])):
            for track in tracks[number]:
                box, area, mask = track["bboxes"][frame], track["areas"][frame], track["segmentations"][frame]
                if box is None:
                    continue
                _, _, width, height = box
                if area <= 0 or width < 1 or height < 1:
                    continue
                _ = track["id"] - 1, labels[track["category_id"]], mask


def detectron2(top: Json) -> int:
    """``load_ytvis_json``; returns the number of objects over all frames."""
    videos, tracks = index(top)
    numbers = [track["id"] for number in videos for track in tracks[number]]
    assert len(set(numbers)) == len(numbers)
    labels = {category["id"]: k for k, category in enumerate(top["categories"])}
    objects = 0
    for number, video in videos.items():
        _ = [video["file_names"][k] for k in range(video["length"])], video["height"], video["width"]
        for frame in range(video["length"]):
            for track in tracks[number]:
                boxes, masks = track.get("bboxes"), track.get("segmentations")
                if not (boxes and masks and boxes[frame] and masks[frame]):
                    continue
                _ = labels[track["category_id"]]
                objects += 1
    return objects


def mmtracking(top: Json, mode: str = "train") -> None:
    """``youtubevis2coco.convert_vis``; it reads tracks in the mode "train" alone."""
    tracks, used = defaultdict(list), {}
    _ = list(top["categories"])  # copied here, and gone through by whoever loads the result
    for track in top["annotations"] if mode == "train" else ():
        tracks[track["video_id"]].append(track)
    for video in top["videos"]:
        _ = video["width"], video["height"], video["file_names"][0]
        for frame in range(len(video["file_names"])):
            for track in tracks[video["id"]]:
                if track["bboxes"][frame] is None:
                    continue
                _ = int(track["id"]), track["segmentations"][frame], track["areas"][frame], track["iscrowd"]
                used[int(track["category_id"])] = True
    for k in range(1, len(top["categories"]) + 1) if mode == "train" else ():
        _ = used[k]


def vistr(top: Json) -> None:
    """``YTVOSDataset`` and ``ConvertCocoPolysToMask`` of every video with a track."""
    videos, tracks = index(top)
    for number, video in videos.items():
        for frame in range(len(video["file_names"])):
            for track in tracks[number]:
                _ = track["bboxes"][frame], track["areas"][frame], track["category_id"]
                mask = track["segmentations"][frame]
                if mask:
                    coco.frPyObjects(mask, video["height"], video["width"])


def labelformat(top: Json) -> None:
    """``YouTubeVISBaseInput.get_labels``: a folder for each video, and a list of runs for each mask."""
    videos = {}
    for video in top["videos"]:
        _ = video["file_names"][0], video["width"], video["height"]
        videos[video["id"]] = video["length"]
    categories = {category["id"]: category["name"] for category in top["categories"]}
    for track in top["annotations"]:
        number = track["video_id"]
        if number not in videos:
            continue
        _ = categories[track["category_id"]]
        for frame in range(videos[number]):
            mask, _box = track["segmentations"][frame], track["bboxes"][frame]
            if mask is not None and isinstance(mask, dict):
                _ = sum(mask["counts"])


LOOPS = {
    "tevit": tevit,
    "ytvos": ytvos,
    "trackeval": trackeval,
    "detectron2": detectron2,
    "mmtracking": mmtracking,
    "vistr": vistr,
    "labelformat": labelformat,
}
