"""Opens ONNX graphs for onnxruntime, and knows what it raises for one that is broken."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def open_graph(graph: Path) -> Any:
    """A session for one thread at each call; texts are read side by side, not parts of one."""
    import onnxruntime

    onnxruntime.disable_telemetry_events()  # on Windows it would write to the system's log
    options = onnxruntime.SessionOptions()
    # Each text has one thread; more of them per text would wait for each other, and spin.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])


def damage() -> tuple[type[Exception], ...]:
    """What onnxruntime raises for a file that is missing, no graph, or not one that it can run."""
    from onnxruntime.capi import onnxruntime_pybind11_state as raised

    return (
        raised.Fail,
        raised.InvalidArgument,
        raised.InvalidGraph,
        raised.InvalidProtobuf,
        raised.NoSuchFile,
        raised.NotImplemented,
        raised.RuntimeException,
    )
