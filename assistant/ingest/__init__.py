"""Make the index equal to its sources, touching only what changed.

A source is a folder or a single file. New files are added, changed ones read again, vanished ones
removed; an unchanged file costs one look at its size and time. Articles of other sources stay. What
cannot be read now keeps what was stored of it before, and is reported.

Articles are stored as soon as their vectors are there, so an ingest that is killed or interrupted
has lost only the batch in hand, and the next one goes on from there.

`plan` finds out what there is to do, `work` does it, and `run` has the calls that join the two.
"""

from assistant.ingest.files import File
from assistant.ingest.run import ingest, preview, remove
from assistant.ingest.work import Embed, Split, Work

__all__ = ["Embed", "File", "Split", "Work", "ingest", "preview", "remove"]
