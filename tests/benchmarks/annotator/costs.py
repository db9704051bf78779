"""How long an action of the simulated annotator takes, in seconds.

Published: a mask made with a segmenter and a brush takes 37.8 s per frame, one that was spread from the frame beside it
and then mended 7.4 s (SAM 2, arXiv 2408.00714: phases 1 and 2 of its data engine); a yes or no to what is shown takes
1.6 s (Papadopoulos et al., CVPR 2016, arXiv 1602.08405). A relabel and a swap are assumed: a verdict, and the choice of
a name or of the other track in a menu. A box takes 7.0 s by extreme clicking (Papadopoulos et al., ICCV 2017, arXiv
1708.02750). What is shown is watched before it is accepted: assumed is 6 frames of a track a second, a quarter of the
speed of the video.
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
    "box": 7.0,  # a box around a thing, which a tool turns into a mask
    "spread": VERDICT,  # asking for masks in the frames around those that are right
    "watch": 1 / 6,  # a frame of a track, played
    "brush": 7.4,  # a mask that is roughly right, or that was copied from the frame beside it
    "draw": 37.8,  # a mask from nothing
}
GOOD = 0.8  # mask IoU with what is right from which a mask is accepted
ROUGH = 0.5  # from which it is mended; below it is drawn anew
SAME = 0.3  # IoU over the whole video from which a proposed track is meant for a true one
