"""Question + passages found -> checked answer, by one way for every language model.

The modules in the order of the flow: `question_type` (what is asked), `sub_questions` and
`follow_up` (a question made whole), `reading` (does a passage answer, and where), `evidence` (what
is read), `generate` (the draft), `attribute` and `verify` (each sentence against exact
characters), `yes_no` (which of the two the grounds mean), `over_time`, `conflicts` and `timeline`
(several articles), `confidence` (answer or silence), `pipeline` (all of it).
"""
