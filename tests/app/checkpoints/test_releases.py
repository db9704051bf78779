"""Published files: their names, addresses and kinds."""

import pytest

from app.checkpoints.releases import STARTING_POINTS, release_url, starting_point
from app.errors import BadInput
from model.weights import starting_points


def test_releases_have_addresses_and_others_do_not() -> None:
    assert release_url("tevit_msgshift").endswith("/tevit_msgshift.pth")
    with pytest.raises(BadInput, match="nonsense"):
        release_url("nonsense")


COCO = STARTING_POINTS[0]


def test_the_published_addresses_are_those_of_the_official_recipe() -> None:
    assert COCO.name == "queryinst_pvtv2-b1_fpn_mstrain_480-800_3x_coco"
    assert COCO.address == f"https://github.com/hustvl/Storage/releases/download/v1.1.0/{COCO.name}.pth"
    assert all(point.address.startswith("https://") and point.address.endswith(".pth") for point in STARTING_POINTS)
    assert {point.kind for point in STARTING_POINTS} <= {
        starting_points.QUERYINST,
        starting_points.PVT,
        starting_points.RESNET,
        starting_points.BACKBONE,
    }
    assert starting_point("tevit_msgshift") is None and starting_point("pvt_v2_b1") is not None
