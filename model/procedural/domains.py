"""The procedural domains: their categories, and how the things in them move."""

from dataclasses import dataclass

DEMO_CATEGORIES = ("fish", "star", "jelly", "wheel", "leaf")
UNSEEN_CATEGORIES = ("butterfly", "crystal", "beetle", "clover")
LIFELIKE_CATEGORIES = ("walker", "figure", "carrier", "lump")


class UnknownDomainError(ValueError):
    """There is no domain of this name."""


@dataclass(frozen=True)
class Domain:
    """The videos of one domain; lengths are in frame heights, rates are per frame.

    ``counts`` holds the possible numbers of things, each equally likely; ``size`` the range of a thing's extent;
    ``speed`` the range of its mean speed; ``roam`` the range of its path's half width as a share of the half frame
    (over 1 it leaves the frame); ``leave`` the chance of a path that leaves the frame; ``twin`` the chance that a
    thing repeats the category of the one before; ``alike`` the chance that such a twin has nearly its colour, too;
    ``lifelike`` whether textures, light and camera imitate photographs.
    """

    name: str
    categories: tuple[str, ...]
    counts: tuple[int, ...]
    size: tuple[float, float]
    speed: tuple[float, float]
    roam: tuple[float, float]
    leave: float
    twin: float
    alike: float
    lifelike: bool = False


_ALL = (
    Domain(
        "demo", DEMO_CATEGORIES, (1, 2, 2, 3, 3, 3, 4, 4, 5), (0.3, 0.52), (0.017, 0.058), (0.3, 0.85), 0.2, 0.3, 0.2
    ),
    Domain("unseen", UNSEEN_CATEGORIES, (1, 2, 2, 3, 3, 4), (0.3, 0.52), (0.017, 0.058), (0.3, 0.85), 0.2, 0.3, 0.2),
    Domain("long", DEMO_CATEGORIES, (3, 4, 4, 5), (0.24, 0.4), (0.012, 0.034), (0.5, 0.95), 0.6, 0.6, 0.7),
    Domain("occlusion", DEMO_CATEGORIES, (4, 5, 5, 6), (0.3, 0.5), (0.02, 0.055), (0.25, 0.55), 0.0, 0.35, 0.35),
    Domain(
        "lifelike",
        LIFELIKE_CATEGORIES,
        (1, 1, 1, 2, 2, 2, 3, 4),
        (0.25, 0.95),
        (0.004, 0.05),
        (0.1, 0.9),
        0.15,
        0.3,
        0.3,
        lifelike=True,
    ),
)
DOMAINS: dict[str, Domain] = {domain.name: domain for domain in _ALL}


def find_domain(name: str) -> Domain:
    """The domain called ``name``. Raises ``UnknownDomainError``, which lists the known names."""
    if name not in DOMAINS:
        raise UnknownDomainError(f"there is no procedural domain {name!r}: choose one of {', '.join(DOMAINS)}")
    return DOMAINS[name]


def categories(domain: str) -> tuple[str, ...]:
    """Category names of a domain, in label order."""
    return find_domain(domain).categories
