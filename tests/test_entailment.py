"""The NLI cross-encoder as a further check: a real model of sentence-transformers, tiny and made
here, whose last layer is set so that it always says the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from scripted import ScriptedLLM

from assistant.doctor import checks
from assistant.engine import Engine
from assistant.entailment import Entailment
from assistant.errors import ModelMissing
from assistant.models import embedding_folder
from assistant.settings import load_settings

pytestmark = pytest.mark.models
# In an order that is nobody's default: the class is found by its name.
LABELS = ("neutral", "contradiction", "ENTAILMENT")


def made(folder: Path, says: str) -> Path:
    import torch
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

    words = embedding_folder(load_settings().models, lambda *_: None)
    tokenizer = AutoTokenizer.from_pretrained(str(words), local_files_only=True)
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=1,
        intermediate_size=16,
        id2label=dict(enumerate(LABELS)),
        label2id={name: n for n, name in enumerate(LABELS)},
    )
    model = BertForSequenceClassification(config)
    with torch.no_grad():
        model.classifier.weight.zero_()
        model.classifier.bias.copy_(torch.tensor([4.0 * (name == says) for name in LABELS]))
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def test_the_probability_is_that_of_the_class_called_entailment(tmp_path: Path) -> None:
    assert Entailment(made(tmp_path / "a", "ENTAILMENT")).probability("It rains.", "Wet.") > 0.9
    assert Entailment(made(tmp_path / "b", "neutral")).probability("It rains. " * 999, "Dry.") < 0.1


@pytest.mark.parametrize(
    "config", [None, "no JSON", "{}", json.dumps({"id2label": {"0": "LABEL_0", "1": "LABEL_1"}})]
)
def test_a_folder_without_such_a_model_is_named_before_anything_is_asked(
    tmp_path: Path, config: str | None
) -> None:
    if config is not None:
        (tmp_path / "config.json").write_text(config)
    with pytest.raises(ModelMissing, match="no model that tells entailment"):
        Entailment(tmp_path)
    flags = {"entailment": str(tmp_path), "llm": "none", "store": tmp_path / "store"}
    found = {check.name: check for check in checks(load_settings(flags=flags))}
    assert found["entailment model"].status == "fail" and found["entailment model"].advice


def test_half_a_model_is_said_to_be_so_and_is_no_traceback(tmp_path: Path) -> None:
    config = {"id2label": dict(enumerate(LABELS)), "model_type": "bert"}
    for half in ({"id2label": dict(enumerate(LABELS))}, config):
        (tmp_path / "config.json").write_text(json.dumps(half))
        with pytest.raises(ModelMissing, match="cannot be loaded"):
            Entailment(tmp_path).probability("It rains.", "Wet.")


def test_a_statement_that_is_not_entailed_is_replaced_by_a_quote(tmp_path: Path) -> None:
    """The words are there and the rules are content; the model is not, and is obeyed."""
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "mill.txt").write_text("The mill\n\nThe mill in Corley burned down.")
    said = {"text": "The mill in Corley burned down", "labels": [1]}
    llm = ScriptedLLM(
        reply={"found": True, "conflict": False, "statements": [said]}, asked=[]
    )  # fmt: skip
    for says, verdict in (("ENTAILMENT", "supported"), ("contradiction", "quoted")):
        flags = {
            "llm": "none",
            "store": tmp_path / "store",
            "corpus": tmp_path / "corpus",
            "entailment": str(made(tmp_path / says, says)),
        }
        engine = Engine(load_settings(flags=flags), llm=llm)
        answer = engine.ask("What burned down?")
        engine.close()
        assert answer.statements[0].verdict == verdict
        assert "entail" in answer.statements[0].reason
