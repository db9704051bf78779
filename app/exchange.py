"""Use cases: a YouTube-VIS file comes into a project, and a project leaves as one. The parts are beside it."""

from app.exporting import Exported, export_dataset
from app.importing import Imported, import_dataset

__all__ = ["Exported", "Imported", "export_dataset", "import_dataset"]
