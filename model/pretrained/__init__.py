"""Small networks whose weights come with the installation, from packages that are used as data alone."""

from model.pretrained.installed import COMMAND, INSTALLED, InstalledWeights, find, missing, sound

__all__ = ["COMMAND", "INSTALLED", "InstalledWeights", "find", "missing", "sound"]
