"""A small checkpoint, corrections of another set of categories, and clips of its own to replay."""

from dataclasses import replace

from model.adapting.classes import JointClasses, TeachingSource
from model.adapting.loop import AdaptLoop
from model.adapting.settings import AdaptSettings
from model.adapting.trunk_cache import TrunkCache
from model.network.tevit import TeViT
from model.weights.categories import with_categories
from model.weights.checkpoint import ModelCheckpoint, from_network
from tests.model.small import CONFIG, NAMES, MadeSource, made_source, small_network, with_recipe

NEW = ("dog", "fox", "owl")  # labels of `made_source`; the base knows one of them


def small_checkpoint(seed: int = 0) -> ModelCheckpoint:
    """An untrained checkpoint that knows cat, dog and horse."""
    return from_network(small_network(seed, replace(CONFIG, training=with_recipe(ema=0.9), window=4)), NAMES)


def corrections() -> MadeSource:
    return replace(made_source(), categories=NEW)


def replayed() -> MadeSource:
    return made_source()


def small_loop(
    *,
    steps: int = 4,
    network: TeViT | None = None,
    settings: AdaptSettings | None = None,
    replays: bool = False,
    **more: object,
) -> AdaptLoop:
    """A loop over two sources; the network has the classes dog, fox, owl, cat, horse.

    ``replays``: the second source counts as what the network knew.
    """
    settings = settings or AdaptSettings()
    classes = JointClasses.of(NAMES, NEW)
    network = network or with_categories(small_checkpoint(), classes.names).build()
    sources = [
        (TeachingSource(source, classes.labels_of(source.categories), len(classes.names), replayed=known), 2)
        for source, known in ((corrections(), False), (replayed(), replays))
    ]
    return AdaptLoop(
        network,
        sources,
        recipe=settings.recipe(network.config.training, steps),
        settings=settings,
        cache=TrunkCache(network, limit_bytes=settings.cache_bytes),
        **more,  # type: ignore[arg-type]
    )
