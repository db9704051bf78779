"""The parts of the renderer: arithmetic, paths, ground and painters."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.procedural.background import make_background, value_noise
from model.procedural.domains import DOMAINS, find_domain
from model.procedural.field import blend, cosine_multiple, direction, flat, hsv, radius, smoothstep, wave
from model.procedural.motion import Thing, plan_things
from model.procedural.scene import PAINTERS

TURNS = st.floats(-50, 50, allow_nan=False)


def generator(seed=0):
    return np.random.Generator(np.random.PCG64(seed))


def make_thing(**changes):
    given = {
        "label": 0,
        "hue": 0.4,
        "size": 0.4,
        "centre": (0.8, 0.5),
        "reach": (0.4, 0.2),
        "rate": (0.01, 0.015),
        "phase": (0.1, 0.6),
        "spin": 0.01,
        "turn": 0.2,
        "depth": 0,
        "style": (0.5, 0.1, 0.9, 0.3, 0.6, 0.2, 0.8, 0.4),
    }
    return Thing(**(given | changes))


@settings(max_examples=100, deadline=None)
@given(TURNS)
def test_the_wave_is_nearly_a_sine(turns):
    assert wave(turns) == pytest.approx(math.sin(2 * math.pi * turns), abs=2e-3)


def test_the_wave_keeps_the_type_of_an_array():
    values = wave(np.linspace(0, 1, 5, dtype=np.float32))
    assert values.dtype == np.float32
    assert values == pytest.approx([0, 1, 0, -1, 0], abs=1e-6)


@settings(max_examples=100, deadline=None)
@given(TURNS)
def test_a_direction_has_length_one_and_the_right_angle(turns):
    x, y = direction(turns)
    assert math.hypot(x, y) == pytest.approx(1.0)
    assert x * math.cos(2 * math.pi * turns) + y * math.sin(2 * math.pi * turns) > 0.9999


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 12), st.floats(-1, 1), st.floats(-1, 1))
def test_multiple_angles_need_no_trigonometry(multiple, x, y):
    if math.hypot(x, y) < 1e-3:
        return
    xs, ys = np.array([x]), np.array([y])
    found = cosine_multiple(xs, ys, radius(xs, ys), multiple)[0]
    assert found == pytest.approx(math.cos(multiple * math.atan2(y, x)), abs=1e-9)


def test_multiple_angles_are_finite_at_the_centre():
    zero = np.zeros(1, np.float32)
    assert np.isfinite(cosine_multiple(zero, zero, zero, 5)).all()


def test_smoothstep_runs_from_zero_to_one_either_way():
    values = np.array([-1.0, 0.0, 0.25, 0.5, 1.0, 2.0], np.float32)
    assert smoothstep(0.0, 0.5, values) == pytest.approx([0, 0, 0.5, 1, 1, 1])
    assert smoothstep(0.5, 0.0, values) == pytest.approx([1, 1, 0.5, 0, 0, 0])


@pytest.mark.parametrize(
    ("given_hsv", "expected"),
    [
        ((0.0, 1.0, 1.0), (1, 0, 0)),
        ((1 / 3, 1.0, 1.0), (0, 1, 0)),
        ((2 / 3, 1.0, 0.5), (0, 0, 0.5)),
        ((0.4, 0.0, 0.7), (0.7, 0.7, 0.7)),
        ((-1 / 6, 1.0, 1.0), (1, 0, 1)),
    ],
)
def test_hue_becomes_colour(given_hsv, expected):
    assert hsv(*given_hsv) == pytest.approx(expected, abs=1e-9)


def test_blending_moves_colours_by_the_weight():
    image = flat((0.0, 0.5, 1.0), np.zeros((1, 3)))
    blend(image, (1.0, 1.0, 0.0), np.array([[0.0, 0.5, 1.0]], np.float32))
    assert image[0] == pytest.approx(np.array([[0, 0.5, 1], [0.5, 0.75, 0.5], [1, 1, 0]]))


def test_a_thing_stays_on_its_path():
    thing = make_thing()
    for frame in range(0, 300, 7):
        x, y = thing.position(frame)
        assert abs(x - 0.8) <= 0.4001 and abs(y - 0.5) <= 0.2001
        assert math.hypot(*thing.heading(frame)) == pytest.approx(1.0)
        assert 0.37 < thing.extent(frame) < 0.43


def test_a_thing_at_rest_keeps_its_own_direction():
    thing = make_thing(reach=(0.0, 0.0))
    assert thing.heading(10) == pytest.approx(direction(0.2))


def test_the_heading_follows_the_path():
    thing = make_thing(reach=(0.4, 0.0), rate=(0.001, 0.001), phase=(0.0, 0.0))
    assert thing.heading(0) == pytest.approx((1.0, 0.0))


@pytest.mark.parametrize("name", sorted(DOMAINS))
def test_planned_things_keep_to_their_domain(name):
    domain = find_domain(name)
    for seed in range(40):
        things = plan_things(generator(seed), domain, 16 / 9)
        assert len(things) in domain.counts
        assert [thing.depth for thing in things] == list(range(len(things)))
        for thing in things:
            assert domain.size[0] <= thing.size <= domain.size[1]
            assert 0 <= thing.label < len(domain.categories)
            assert 0 <= thing.hue < 1


@pytest.mark.parametrize("name", sorted(DOMAINS))
def test_the_thing_in_front_never_leaves_the_frame(name):
    for seed in range(30):
        front = plan_things(generator(seed), find_domain(name), 16 / 9)[-1]
        for frame in range(0, 200, 5):
            x, y = front.position(frame)
            assert 0 < x < 16 / 9 and 0 < y < 1


def test_noise_depends_on_the_place_and_not_on_the_grid():
    coarse, fine = np.linspace(-0.1, 1.5, 9), np.linspace(-0.1, 1.5, 17)
    one = value_noise(generator(3), coarse, coarse, 4.0, 0.1)
    other = value_noise(generator(3), fine, fine, 4.0, 0.1)
    assert one == pytest.approx(other[::2, ::2])
    assert other.min() >= 0 and other.max() <= 1


def test_the_ground_drifts_within_its_margin():
    ground = make_background(generator(1), 80, 60, 7)
    views = [ground.view(float(t), 7) for t in range(0, 400, 9)]
    assert {view.shape for view in views} == {(74, 94, 3)}
    assert np.abs(views[0] - views[20]).mean() > 0.001
    for t in range(0, 400, 9):
        assert max(map(abs, ground.offset(float(t)))) <= 0.1201 * 60


def test_the_ground_is_muted_and_never_black_or_white():
    for seed in range(12):
        view = make_background(generator(seed), 80, 60, 4).view(0.0, 0)
        assert view.shape == (60, 80, 3)
        assert (view.max(axis=-1) - view.min(axis=-1)).mean() < 0.25
        assert 0.15 < view.mean() < 0.9


def test_every_category_has_a_painter():
    assert {name for domain in DOMAINS.values() for name in domain.categories} == set(PAINTERS)


@pytest.mark.parametrize("category", sorted(PAINTERS))
@pytest.mark.parametrize("frame", [0.0, 13.0, 71.0])
def test_a_painter_fills_one_solid_shape_within_its_extent(category, frame):
    side = np.linspace(-1.3, 1.3, 131, dtype=np.float32)
    x, y = np.broadcast_to(side, (131, 131)), np.broadcast_to(side[:, None], (131, 131))
    for style in ((0.0,) * 8, (0.99,) * 8, make_thing().style):
        depth, colour = PAINTERS[category](x, y, make_thing(style=style), frame)
        assert depth.shape == (131, 131)
        assert colour.shape == (131, 131, 3)
        assert depth.dtype == colour.dtype == np.float32
        assert np.isfinite(depth).all() and np.isfinite(colour).all()
        assert colour.min() >= -0.01 and colour.max() <= 1.01
        inside = depth > 0
        assert 0.25 < inside.sum() * (2.6 / 131) ** 2 < 3.2
        assert not inside[[0, -1]].any() and not inside[:, [0, -1]].any()


def test_painters_of_one_category_differ_by_hue_and_style():
    side = np.linspace(-1, 1, 41, dtype=np.float32)
    x, y = np.broadcast_to(side, (41, 41)), np.broadcast_to(side[:, None], (41, 41))
    for category, paint in PAINTERS.items():
        one = paint(x, y, make_thing(hue=0.1), 0.0)[1]
        other = paint(x, y, make_thing(hue=0.9), 0.0)[1]
        assert np.abs(one - other).mean() > 0.01, category
