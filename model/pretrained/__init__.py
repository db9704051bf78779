"""Small networks whose weights come with the installation, from packages that are used as data alone."""

from model.pretrained.installed import INSTALLED, InstalledWeights, find, missing

__all__ = ["INSTALLED", "InstalledWeights", "find", "missing"]
