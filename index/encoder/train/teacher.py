"""Vectors of single words by a general model, from which training starts."""

import collections

import numpy
import torch
from transformers import AutoModel, AutoTokenizer

from terms import terms


def surfaces(stems, documents):
    """Returns the word that each stem is written as most often."""
    seen = collections.defaultdict(collections.Counter)
    for document in documents[::2]:
        for word, stem in terms(f"{document['name']} {document['description']} {document['body'][:3000]}"):
            seen[stem][word] += 1
    return [seen[stem].most_common(1)[0][0] if seen[stem] else stem for stem in stems]


def word_vectors(words, folder):
    """Embeds words with the sentence model in `folder` (mean of its last layer), in order."""
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()
    vectors = numpy.zeros((len(words), model.config.hidden_size), numpy.float32)
    by_length = numpy.argsort([len(word) for word in words], kind="stable")
    with torch.inference_mode():
        for start in range(0, len(words), 512):
            places = by_length[start : start + 512]
            batch = tokenizer([words[place] for place in places], padding=True, truncation=True, max_length=16, return_tensors="pt")
            hidden, mask = model(**batch).last_hidden_state, batch["attention_mask"].unsqueeze(-1).float()
            vectors[places] = torch.nn.functional.normalize((hidden * mask).sum(1) / mask.sum(1), dim=1).numpy()
    return vectors


def start(words, folder, dimensions, chance, teacher_share=0.6):
    """Returns unit vectors: the teacher's principal components and a random direction for each
    word, so that words which the teacher takes for equal (product names, other scripts) are told
    apart from the first step on."""
    vectors = word_vectors(words, folder)
    vectors -= vectors.mean(0)
    sample = vectors[chance.choice(len(words), min(12_000, len(words)), replace=False)]
    _, _, components = numpy.linalg.svd(sample, full_matrices=False)
    vectors = vectors @ components[:dimensions].T
    vectors /= numpy.linalg.norm(vectors, axis=1, keepdims=True) + 1e-9
    noise = chance.normal(size=vectors.shape).astype(numpy.float32)
    noise /= numpy.linalg.norm(noise, axis=1, keepdims=True)
    # The teacher reads Chinese and Japanese character by character and knows few of them.
    share = numpy.array([0.0 if ord(word[0]) >= 0x0E00 else teacher_share for word in words])[:, None]
    return share * vectors + numpy.sqrt(1 - share**2) * noise
