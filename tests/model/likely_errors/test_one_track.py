from model.likely_errors.one_track import (
    area_changes,
    disagreements,
    doubtful_class,
    jumps,
    low_scores,
    pieces,
    presence,
)

from .scenes import measured, moving, track

STEADY = moving((10, 30, 24, 20), (3, 0), range(20))


def one(boxes, **values):
    return measured([track("a", boxes, **values)], 24)[0]


def strongest(found):
    return max(found, key=lambda error: error.strength, default=None)


def test_a_steady_movement_is_no_error() -> None:
    steady = one(STEADY)
    for search in (jumps, area_changes, pieces, presence, low_scores, doubtful_class, disagreements):
        assert search(steady) == [], search.__name__


def test_a_jump_is_found_at_its_frame() -> None:
    boxes = {t: box if t < 9 else (box[0], box[1] + 40, *box[2:]) for t, box in STEADY.items()}
    found = strongest(jumps(one(boxes)))
    assert found is not None and found.frame == 9 and found.strength > 0.8
    assert found.evidence["sides"] > 1


def test_a_fast_but_even_movement_is_no_jump() -> None:
    assert [error for error in jumps(one(moving((0, 30, 10, 10), (8, 0), range(16)))) if error.strength > 0.3] == []


def test_a_sliver_that_another_track_hides_jumps_less() -> None:
    boxes = {t: box if t < 9 else (box[0], box[1] + 40, *box[2:]) for t, box in STEADY.items()}
    neighbour = {t: (box[0] + box[2], box[1], 20, 20) for t, box in boxes.items()}
    alone, beside = one(boxes), measured([track("a", boxes), track("b", neighbour)], 24)[0]
    assert strongest(jumps(beside)).strength < strongest(jumps(alone)).strength


def test_a_mask_that_doubles_is_found() -> None:
    boxes = {t: box if t < 8 or t > 13 else (box[0] - 8, box[1] - 8, 48, 40) for t, box in STEADY.items()}
    found = area_changes(one(boxes))
    assert {error.frame for error in found} == {8, 14}
    assert strongest(found).strength > 0.7


def test_a_thing_that_leaves_the_picture_shrinks_without_error() -> None:
    assert area_changes(one(moving((100, 30, 24, 20), (8, 0), range(8)))) == []


def test_pieces_more_than_usual_are_found() -> None:
    boxes = {t: box if t not in (6, 7, 8) else (box, (box[0] + 50, 70, 16, 16)) for t, box in STEADY.items()}
    (found,) = pieces(one(boxes))
    assert (found.first, found.last) == (6, 8) and found.evidence["pieces"] == 2


def test_a_track_that_always_has_two_pieces_is_no_error() -> None:
    assert pieces(one({t: (box, (box[0] + 50, 70, 16, 16)) for t, box in STEADY.items()})) == []


def test_a_hole_of_a_frame_flickers_and_a_long_one_is_a_gap() -> None:
    (flicker,) = presence(one({t: box for t, box in STEADY.items() if t != 7}))
    (gap,) = presence(
        one({t: box for t, box in moving((60, 30, 20, 20), (0, 0), range(20)).items() if not 5 <= t < 12})
    )
    assert (flicker.kind, flicker.first, flicker.last) == ("flicker", 7, 7)
    assert (gap.kind, gap.first, gap.last) == ("gap", 5, 11)


def test_a_hole_that_a_person_judged_is_no_error() -> None:
    boxes = {t: box for t, box in STEADY.items() if t != 7}
    assert presence(one(boxes, judged=frozenset({7}))) == []


def test_a_gap_at_the_edge_is_weaker_than_one_in_the_middle() -> None:
    def gap(left):
        still = moving((left, 30, 20, 20), (0, 0), range(20))
        (found,) = presence(one({t: box for t, box in still.items() if not 5 <= t < 12}))
        return found.strength

    assert gap(0) < gap(60)


def test_a_dip_of_the_score_is_found_where_it_is_lowest() -> None:
    scores = {t: 0.8 for t in STEADY} | {9: 0.5, 10: 0.2, 11: 0.5}
    (found,) = low_scores(one(STEADY, scores=scores))
    assert (found.first, found.last, found.frame) == (9, 11, 10)
    assert found.evidence == {"score": 0.2, "usual": 0.8}


def test_scores_that_always_tremble_are_no_dip() -> None:
    assert low_scores(one(STEADY, scores={t: 0.6 + 0.1 * (t % 3) for t in STEADY})) == []


def test_a_close_second_class_is_a_doubt_and_a_clear_one_is_not() -> None:
    (close,) = doubtful_class(one(STEADY, margin=0.02))
    clear = doubtful_class(one(STEADY, margin=0.6))
    assert close.strength > 0.4
    assert all(error.strength < 0.01 for error in clear)
    assert (close.first, close.last) == (0, 19)


def test_every_error_shows_a_frame_with_a_mask_except_gaps() -> None:
    boxes = {t: box if t < 9 else (box[0], box[1] + 40, 40, 40) for t, box in STEADY.items() if t not in (4, 5)}
    tried = one(boxes, scores={t: 0.1 if t == 12 else 0.8 for t in boxes})
    for search in (jumps, area_changes, pieces, low_scores):
        assert all(tried.present[error.frame] for error in search(tried))
    assert [tried.present[error.frame] for error in presence(tried)] == [False]


def test_frames_on_which_windows_disagree_are_found_at_the_worst() -> None:
    (found,) = disagreements(one(STEADY, agreements={6: 0.5, 7: 0.1, 8: 0.4}))
    assert (found.first, found.last, found.frame) == (6, 8, 7)
    assert found.evidence == {"agreement": 0.1} and found.strength > 0.6


def test_agreements_of_frames_without_a_mask_do_not_count() -> None:
    assert disagreements(one(STEADY, agreements={23: 0.1})) == []
