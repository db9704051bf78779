"""The lifelike domain: textures with the spectrum of natural surfaces, grounds with clutter, light and camera."""

from dataclasses import replace

import numpy as np
import pytest

from model.procedural import render_video
from model.procedural.background import Background
from model.procedural.lifelike_ground import REACH, make_lifelike_ground
from model.procedural.looks import Look, make_ground, make_look
from model.procedural.shapes_lifelike import LIFELIKE_PAINTERS
from model.procedural.textures import draw_texture
from tests.model.procedural.test_parts import generator, make_thing

SIDE = np.linspace(-1.3, 1.3, 131, dtype=np.float32)
GRID = np.broadcast_to(SIDE, (131, 131)), np.broadcast_to(SIDE[:, None], (131, 131))


def squares(count, side):
    """Coordinates of ``side`` x ``side`` samples of the unit square, beginning at (count, count)."""
    line = (np.arange(side, dtype=np.float32) / side) + np.float32(count)
    return tuple(np.ascontiguousarray(part) for part in np.meshgrid(line, line))


# --- textures


@pytest.mark.parametrize("seed", range(20))
def test_a_texture_has_tones_and_colours_between_0_and_1(seed):
    x, y = squares(0, 40)
    texture = draw_texture(generator(seed), vivid=0.5)
    tone, colour = texture.tone(x, y), texture.colour(x, y)
    assert tone.dtype == colour.dtype == np.float32 and colour.shape == (40, 40, 3)
    assert tone.min() >= 0 and tone.max() <= 1 and colour.min() >= 0 and colour.max() <= 1


def test_a_texture_depends_on_the_place_alone():
    texture = draw_texture(generator(3))
    x, y = squares(0.5, 32)
    assert texture.tone(x[4:9, 7:20], y[4:9, 7:20]) == pytest.approx(texture.tone(x, y)[4:9, 7:20])


def test_textures_have_less_contrast_the_finer_the_detail():
    """As photographs have: the mean spectrum falls with the frequency."""
    power = np.zeros(64)
    x, y = squares(0, 64)
    for seed in range(30):
        tone = draw_texture(generator(seed)).tone(x, y)
        spectrum = np.abs(np.fft.fft2(tone - tone.mean())) ** 2
        rings = np.rint(np.hypot(*np.meshgrid(np.fft.fftfreq(64, 1 / 64), np.fft.fftfreq(64, 1 / 64)))).astype(int)
        sums = np.bincount(rings.ravel(), spectrum.ravel(), 64)[:64]
        power += sums / np.maximum(np.bincount(rings.ravel(), minlength=64)[:64], 1)
    assert power[2:5].mean() > 8 * power[8:12].mean() > 30 * power[22:30].mean()


def test_a_stretched_texture_changes_less_along_its_direction():
    base = replace(draw_texture(generator(1)), turn=0.0, stretch=5.0, stripes=0.0, spots=False, contrast=1.0)
    tone = base.tone(*squares(0, 64))
    assert np.abs(np.diff(tone, axis=1)).mean() < 0.5 * np.abs(np.diff(tone, axis=0)).mean()


def test_vivid_colours_are_more_saturated():
    def saturation(vivid):
        tints = [draw_texture(generator(seed), vivid=vivid).tints[1] for seed in range(40)]
        return np.mean([max(tint) - min(tint) for tint in tints])

    assert saturation(1.0) > 1.5 * saturation(0.0)


# --- grounds


def test_a_lifelike_ground_is_usable_wherever_the_camera_goes():
    for seed in range(10):
        ground = make_lifelike_ground(generator(seed), 80, 60, 7)
        views = [ground.view(float(t), 7) for t in range(0, 200, 7)]
        assert {view.shape for view in views} == {(74, 94, 3)}
        assert all(view.min() >= 0 and view.max() <= 1 for view in views)
        assert max(abs(side) for t in range(200) for side in ground.offset(float(t))) <= REACH * 60 * 1.001


def test_grounds_have_edges_of_their_own():
    """Not only the tracks have outlines: most grounds have steps that are much larger than their usual ones."""
    found = 0
    for seed in range(20):
        view = make_lifelike_ground(generator(seed), 160, 96, 4).view(0.0, 0).mean(axis=2)
        steps = np.abs(np.diff(view, axis=1))
        found += steps.max() > 8 * np.median(steps)
    assert found >= 12


def test_some_lifelike_videos_have_the_ground_of_the_demo():
    grounds = [make_ground(generator(seed), True, 40, 32, 2) for seed in range(60)]
    reaches = [ground.reach / 32 for ground in grounds]
    assert 2 <= sum(reach == pytest.approx(0.12) for reach in reaches) <= 20
    assert all(isinstance(ground, Background) for ground in grounds)


# --- light and camera


def test_the_look_of_the_demo_draws_nothing_and_films_pixels_as_they_are():
    draw = generator(1)
    assert make_look(draw, False) == Look() and draw.random() == generator(1).random()
    canvas = generator(2).random((8, 9, 3)).astype(np.float32) * 1.2
    wanted = (np.clip(canvas, 0, 1) * 255 + 0.5).astype(np.uint8)
    assert (Look().film(canvas, 3, (1, 2)) == wanted).all()


def test_light_comes_from_unit_vectors():
    for seed in range(20):
        look = make_look(generator(seed), True)
        for vector in (look.light, look.halfway):
            assert sum(part * part for part in vector) == pytest.approx(1.0, abs=1e-6)


def test_the_side_that_faces_the_light_is_brighter():
    look = replace(Look(), light=(-0.8, 0.0, 0.6), gloss=0.0, rim=0.0)
    x, y = GRID
    depth = (1 - np.sqrt(x * x + y * y)).astype(np.float32)
    lit = look.shade(depth, np.full((131, 131, 3), 0.5, np.float32), SIDE[1] - SIDE[0])
    assert lit[60:70, 20:35].mean() > 1.3 * lit[60:70, 95:110].mean()


def test_grain_differs_from_frame_to_frame_and_stays_small():
    look = replace(Look(), grain=0.03)
    canvas = np.full((40, 50, 3), 0.5, np.float32)
    one, other = look.film(canvas, 0, (1, 2)), look.film(canvas, 1, (1, 2))
    assert (one != other).any() and (one == look.film(canvas, 0, (1, 2))).all()
    assert 1 <= np.abs(one.astype(int) - 128).max() <= 7


def test_the_lens_blurs_and_exposure_and_tint_multiply():
    canvas = np.zeros((60, 60, 3), np.float32)
    canvas[:, 30:] = 0.5
    sharp = replace(Look(), exposure=0.8, tint=(1.0, 0.5, 1.0)).film(canvas, 0, (1,))
    assert sharp[0, 50].tolist() == [102, 51, 102]
    soft = replace(Look(), blur=0.02).film(canvas, 0, (1,))
    assert len(np.unique(soft[30])) > 4 and len(np.unique(sharp[30, :, 0])) == 2


# --- things


@pytest.mark.parametrize("category", sorted(LIFELIKE_PAINTERS))
def test_lifelike_things_of_one_category_differ_in_shape(category):
    covers = []
    for seed in range(12):
        style = tuple(generator(seed).random(8).tolist())
        covers.append(LIFELIKE_PAINTERS[category](*GRID, make_thing(style=style, hue=seed / 12), 0.0)[0] > 0)
    overlaps = [(a & b).sum() / (a | b).sum() for i, a in enumerate(covers) for b in covers[:i]]
    assert np.mean(overlaps) < 0.85 and all(cover.mean() > 0.03 for cover in covers)


@pytest.mark.parametrize("category", ["walker", "figure"])
def test_limbs_swing(category):
    style = tuple(generator(5).random(8).tolist())
    first, later = (LIFELIKE_PAINTERS[category](*GRID, make_thing(style=style), frame)[0] > 0 for frame in (0.0, 8.0))
    assert 0.02 < (first ^ later).sum() / first.sum() < 0.9


def test_lifelike_videos_are_about_as_muted_as_photographs():
    """Things are no more than a little more saturated than the ground, over many videos; the demo's are twice so."""
    inside, outside = [], []
    for index in range(16):
        video = render_video("lifelike", index=index, seed=4, frames=1, size=(128, 72))
        cover = np.any([track.masks for track in video.tracks], axis=0)
        spread = video.frames.max(axis=-1).astype(int) - video.frames.min(axis=-1)
        inside.append(spread[cover].mean())
        outside.append(spread[~cover].mean())
    assert 0.6 < np.mean(inside) / np.mean(outside) < 1.9
