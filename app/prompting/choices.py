"""What a person can choose to answer prompts, with the reason why one cannot run and the command that mends it."""

import importlib.util
from dataclasses import dataclass

from app.checkpoints.choice import CheckpointChoice
from app.checkpoints.class_map import class_names
from app.checkpoints.find import checkpoint_file
from app.errors import BadInput
from app.prompting.answering import DEFAULT, OWN
from app.prompting.own_model import OwnModel
from app.settings import Settings, segmenter_folder
from model.pretrained import find, missing
from model.pretrained.installed import COMMAND as WEIGHTS
from model.prompts.transformers_sam import COMMAND as PACKAGE_COMMAND
from model.prompts.transformers_sam import PACKAGE, obstacle

DOWNLOAD = "python3 launch.py models download tevit_msgshift"
NAME_FOLDER = "TEVIT_SEGMENTER=FOLDER python3 launch.py"


@dataclass(frozen=True)
class PrompterState:
    """A line of the choice of prompters.

    ``about`` is what it is good for. ``reason`` says why it cannot run, and is empty where it can; ``command`` mends
    that, or brings what makes it better, and may be empty.
    """

    name: str
    title: str
    about: str
    reason: str
    command: str = ""


def prompter_states(settings: Settings, own: CheckpointChoice | None = None) -> tuple[PrompterState, ...]:
    """Every prompter; cheap, it loads none. ``own``: the checkpoint of the project that is open, if there is one."""
    without = "" if find("u2netp") else missing("u2netp")
    brings = WEIGHTS if without else ""
    automatic = "The surest of U2-Netp, the model of the project and colours"
    return (
        PrompterState(DEFAULT, "Automatic", without or automatic, "", brings),
        PrompterState("u2netp", "U2-Netp", "What stands out in the box, on any footage", without, brings),
        own_state(settings, own),
        PrompterState("grabcut", "GrabCut", "Separates colours; needs a box", ""),
        _segmenter_state(),
    )


def own_model(settings: Settings, choice: CheckpointChoice) -> OwnModel | None:
    """The checkpoint of a project as a prompter; None where it cannot be one, for the reason of `own_state`."""
    checkpoint = choice.checkpoint
    if checkpoint is None or own_state(settings, choice).reason:
        return None
    path = checkpoint_file(settings, checkpoint)
    names = class_names(tuple(checkpoint.categories))
    return OwnModel(checkpoint.name, path, checkpoint.sha256, names, settings.device)


def own_state(settings: Settings, choice: CheckpointChoice | None) -> PrompterState:
    """The line of the checkpoint of a project; None where no project is open."""
    title = "Model of the project"
    if choice is None:
        return PrompterState(OWN, title, "", "Which one that is depends on the project.")
    checkpoint = choice.checkpoint
    if checkpoint is None:
        return PrompterState(OWN, title, "", "The project has no checkpoint yet.", DOWNLOAD)
    about = f"What {checkpoint.name} proposes where you point"
    if not choice.known:
        reason = f"The checkpoint {checkpoint.name} knows none of the categories of this project."
        return PrompterState(OWN, title, about, reason, DOWNLOAD)
    try:
        checkpoint_file(settings, checkpoint)
    except BadInput as error:
        return PrompterState(OWN, title, about, str(error))
    return PrompterState(OWN, title, about, "")


def _segmenter_state() -> PrompterState:
    folder = segmenter_folder()
    about = "SAM 2, SAM 2.1, EdgeTAM or SAM 3, from weights of yours"
    reason = obstacle(folder)
    if not reason:
        command = ""
    elif folder is not None and importlib.util.find_spec(PACKAGE) is None:
        command = PACKAGE_COMMAND
    else:
        command = NAME_FOLDER
    return PrompterState("segmenter", "Segment Anything", about, reason, command)
