"""The caches of a store: Chroma for vectors, bm25s for words. The only user of either library.

Both live in ``STORE/caches`` beside ``state.json``, which says what they reflect:

    state.json         replaced by an atomic rename; dirty before each change, clean after it
    chroma/            a Chroma folder with the collection `passages`
    lexical/NAME/      words and vectors as they were written last; `state.json` names the folder
    lock               shared by whoever reads, exclusive for whoever changes

To write all words anew for one changed article would cost with the size of the archive: what came
since they were written is read from the store when they are opened, until it is too much.

Caches that are dirty, missing, of another store or broken are rebuilt from the store, without
embedding again. Chroma does not survive a second process in its folder while one writes, nor a kill
while it flushes; hence the lock, the dirty mark and the checks.
"""

from assistant.index.search import Health, Index, Scores

__all__ = ["Health", "Index", "Scores"]
