"""What is measured: one module for each family, pure functions of items, records and articles.

    measure.py       the shape of a figure: one row of numbers an item, and a statistic of them
    retrieval.py     was it found                  answers.py      is the answer right
    citations.py     does the source say it        abstention.py   was silence right
    calibration.py   is the confidence worth it    robustness.py   noise, conflict, false premise
    cost.py          seconds, tokens, money        spans.py        where evidence stands

Each family's `measures` returns the figures that apply, and leaves out those that do not.
"""
