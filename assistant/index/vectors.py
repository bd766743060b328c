"""The vectors of all passages in one file, for a search that looks at some of them exactly.

Chroma's filters cost with the size of the collection and return fewer than asked for. Within the
articles of a month, of an outlet, it is quicker to look at every vector: they are mapped into
memory, not read, so that opening costs nothing and the system keeps what is used.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.index.state import Broken, sync
from assistant.store import Store

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FILE = "vectors.npy"
BATCH = 5000


def build(folder: Path, ids: Sequence[str], store: Store) -> None:
    """Write the vectors of `ids`, one row each, into the generation's folder."""
    import numpy as np

    path = folder / FILE
    shape = (len(ids), store.dimension or 0)
    if not all(shape):
        np.save(path, np.empty(shape, np.float32))
    else:
        rows = np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=shape)
        for start in range(0, len(ids), BATCH):
            rows[start : start + BATCH] = store.vectors(ids[start : start + BATCH])
        rows.flush()
    sync(path)


def load(folder: Path) -> NDArray[np.float32]:
    """Raises Broken for a file that is missing or makes no sense."""
    import numpy as np

    try:
        empty = (folder / FILE).stat().st_size <= 128  # nothing to map
        rows: NDArray[np.float32] = np.load(folder / FILE, mmap_mode=None if empty else "r")
    except (OSError, ValueError, EOFError) as error:
        raise Broken(f"vectors: {error}") from error
    return rows


def nearest(
    rows: NDArray[np.float32], vector: NDArray[np.float32], k: int, among: NDArray[np.intp]
) -> list[tuple[int, float]]:
    """The `k` nearest of the rows `among`, as (row, cosine similarity), best first.

    among: ascending. Of equally near ones the first stands first.
    """
    if not len(among):
        return []
    # Neighbouring rows are views; picked ones are copied, which costs more than multiplying.
    first, last = int(among[0]), int(among[-1]) + 1
    if last - first <= 2 * len(among):
        cosines = (rows[first:last] @ vector)[among - first]
    else:
        cosines = rows[among] @ vector
    return [(int(among[n]), float(cosines[n])) for n in best(cosines, k)]


def best(scores: NDArray[np.float32], k: int) -> NDArray[np.intp]:
    """Places of the `k` highest scores, highest first; of equal ones the first stands first."""
    import numpy as np

    chosen = np.arange(len(scores))
    if len(scores) > k:
        # Sorting a million takes a tenth of a second, finding the k-th of them a tenth of that.
        chosen = np.flatnonzero(scores >= np.partition(scores, -k)[-k])
    return chosen[np.argsort(-scores[chosen], kind="stable")[:k]]
