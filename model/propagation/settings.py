"""Settings of spreading, and what a caller chooses."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SpreadSettings:
    """How masks are spread.

    use_flow, use_key_flow, use_features, use_colour, use_palette, use_edges: kinds of evidence, for comparisons; a
    caller leaves them as they are. beyond_cuts: whether to go on after a cut, where only the features can find a track
    again. work_pixels: frames with more pixels are scaled down to so many. recent: number of last frames that features
    are compared with, beside given ones. cache_bytes: memory for frames, flows and features.
    """

    use_flow: bool = True
    use_key_flow: bool = True
    use_features: bool = True
    use_colour: bool = True
    use_palette: bool = True
    use_edges: bool = True
    beyond_cuts: bool = False
    work_pixels: int = 640 * 360
    recent: int = 3
    cache_bytes: int = 256 << 20
