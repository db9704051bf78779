"""How long an action of the simulated annotator takes, in seconds.

Published: a mask made with a segmenter and a brush takes 37.8 s per frame, one that was spread from the frame beside it
and then mended 7.4 s (SAM 2, arXiv 2408.00714: phases 1 and 2 of its data engine); a yes or no to what is shown takes
1.6 s (Papadopoulos et al., CVPR 2016, arXiv 1602.08405). A relabel and a swap are assumed: a verdict, and the choice of
a name or of the other track in a menu.
"""

VERDICT = 1.6
SECONDS = {
    "accept": VERDICT,  # a run of frames of one track, or all of it
    "reject": VERDICT,  # a whole track
    "absent": VERDICT,  # a run of frames of one track
    "complete": VERDICT,  # a video
    "relabel": VERDICT + 1.0,
    "swap": VERDICT + 2.0,
    "track": VERDICT + 1.0,  # a new track with its name, without its masks
    "brush": 7.4,  # a mask that is roughly right, or that was copied from the frame beside it
    "draw": 37.8,  # a mask from nothing
}
GOOD = 0.8  # mask IoU with what is right from which a mask is accepted
ROUGH = 0.5  # from which it is mended; below it is drawn anew
SAME = 0.3  # IoU over the whole video from which a proposed track is meant for a true one
