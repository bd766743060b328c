"""How fast it is: this program, its peers and the limits that nothing can beat, in turns.

    plan.py         what is to be measured
    running.py      the groups of figures, one after the other
    figures.py      what a figure is, its ratio with spread, the table
    corpora.py      articles and passages in any number, made from the sample corpus
    processes.py    a piece of work in a process of its own: seconds, processor time, memory
    peers.py        the plain LlamaIndex recipe, txtai, and the bare limits
    starting.py     how long the command line takes to start, alone and beside a server
    ingesting.py    ingest, and ingest again
    finding.py      the first stage of retrieval at 100,000 passages; reranking
    words.py        lexical search at 1,000,000 passages
    completing.py   an answer against a bare completion of as many tokens
    answering.py    a cold process to its first sentence; what a run of the evals knows of answers

A group is a function from a `Plan` to its figures; `measure` runs those that are asked for.
"""

from evals.performance.figures import Figure, table
from evals.performance.plan import Plan, resized
from evals.performance.running import measure, write

__all__ = ["Figure", "Plan", "measure", "resized", "table", "write"]
