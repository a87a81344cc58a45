"""Makes a large corpus of skills out of a small one: `python generate.py CORPUS OUTPUT --skills N`.

Reads and writes rows that `touchmark ingest` takes (`src/source/corpus_row.rs`). README.md says
what a made skill is, and why.
"""

import argparse
import hashlib
import io
import json
import random
import re
import sys

import zstandard

OWN_WORDS = 2
# One word in so many is swapped. A pair of skills then shares too little to be near copies even
# where both took the same paragraph.
SWAP_ONE_IN = 7
# Bounds of one source, so that a few huge files do not fill the memory or every made skill.
SOURCE_CHARACTERS = 24_000
DESCRIPTION_CHARACTERS = 600
PARENTS = (2, 5)
SKILLS_PER_REPOSITORY = 20
SYLLABLES = [start + vowel for start in "b d f g k l m n p r s t v z br dr kr pl st tr".split() for vowel in "aeiou"]
SENTENCE = re.compile(r"(?<=[.!?。])\s+")
FENCE = re.compile(r"^\s*(```|~~~)")
FIELD = re.compile(r"^(name|description):[ \t]*(.*)$", re.MULTILINE)


class Source:
    """One real skill, cut into what is recombined."""

    __slots__ = ("blocks", "description", "license", "name", "size")

    def __init__(self, row):
        head, body = split_content(row["content"])
        fields = dict(FIELD.findall(head))
        self.name = [part for part in re.split(r"[^a-z0-9]+", fields.get("name", "").lower()) if part.isalpha()]
        self.description = SENTENCE.split(fields.get("description", "").strip(" \"'>|-")[:2_000])
        self.license = row.get("repo_license")
        self.blocks = blocks(body[:SOURCE_CHARACTERS])
        self.size = sum(len(block) for block in self.blocks)


def split_content(content):
    if content.startswith("---\n") and (end := content.find("\n---", 4)) > 0:
        return content[4:end], content[end + 4 :].partition("\n")[2]
    return "", content


def blocks(body):
    """Cuts Markdown at blank lines, and leaves fenced code whole."""
    found, lines, is_fenced = [], [], False
    for line in body.split("\n"):
        if FENCE.match(line):
            is_fenced = not is_fenced
        if line.strip() or is_fenced:
            lines.append(line)
        elif lines:
            found.append("\n".join(lines))
            lines = []
    if is_fenced:
        lines.append("```")
    if lines:
        found.append("\n".join(lines))
    return found


def read_sources(path, count, dice):
    """Keeps a fair sample of the distinct rows (reservoir sampling), in their order."""
    kept, seen, read = {}, set(), 0
    with open(path, "rb") as file:
        reader = zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(file)
        for line in io.TextIOWrapper(reader, encoding="utf-8"):
            row = json.loads(line)
            digest = hashlib.sha256(row["content"].encode("utf-8", "surrogatepass")).digest()[:8]
            if digest in seen or len(row["content"]) < 200:
                continue
            seen.add(digest)
            place = read if read < count else dice.randrange(read + 1)
            read += 1
            if place < count:
                source = Source(row)
                if source.blocks:
                    kept[place] = (read, source)
    return [source for _, source in sorted(kept.values(), key=lambda pair: pair[0])]


class Maker:
    def __init__(self, sources, dice):
        self.sources, self.dice = sources, dice
        self.made = 0

    def skill(self):
        """Makes the next row."""
        dice, sources = self.dice, self.sources
        first = dice.randrange(len(sources))
        parents = [sources[first]]
        for _ in range(dice.randint(*PARENTS)):
            # Neighbours in a corpus are of one repository, hence of one subject: half of the
            # parents come from there, so that a made skill is about something.
            place = first + dice.randint(-8, 8) if dice.random() < 0.5 else dice.randrange(len(sources))
            parents.append(sources[place % len(sources)])
        own = [self.coined() for _ in range(OWN_WORDS)]
        name = self.name(parents, own)
        content = (
            f"---\nname: {name}\ndescription: {json.dumps(self.description(parents, own), ensure_ascii=False)}\n---\n\n"
            f"# {name.replace('-', ' ').title()}\n\n{self.body(parents, own)}\n"
        )
        number = self.made
        self.made += 1
        repository = number // SKILLS_PER_REPOSITORY
        return {
            "repo": f"made-{repository % 9_973}/skills-{repository}",
            "path": f"skills/{name}/SKILL.md",
            "commit": hashlib.sha1(str(number).encode()).hexdigest(),
            "commit_date": f"202{dice.randint(4, 5)}-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}T00:00:00Z",
            "repo_license": parents[0].license,
            "content": content,
            "sha256": hashlib.sha256(content.encode()).hexdigest(),
            "siblings": [],
        }

    def coined(self):
        """A word that no source has: a real collection's vocabulary grows with it (Heaps 1978)."""
        return "".join(self.dice.choices(SYLLABLES, k=self.dice.randint(2, 4)))

    def name(self, parents, own):
        dice = self.dice
        parts = [dice.choice(parent.name) for parent in parents[:3] if parent.name]
        parts.insert(dice.randint(0, len(parts)), own[0])
        return "-".join(dict.fromkeys(parts))[:60].strip("-")

    def description(self, parents, own):
        dice = self.dice
        sentences = [dice.choice(parent.description) for parent in parents[:3]]
        text = " ".join(self.swapped(sentence) for sentence in sentences if sentence)
        return f"{text[:DESCRIPTION_CHARACTERS]} For {own[0]} and {own[1]}.".strip()

    def body(self, parents, own):
        dice = self.dice
        # As long as its first parent: lengths are spread as they are in the sources.
        wanted, length, parts = parents[0].size, 0, []
        while length < wanted:
            source = dice.choice(parents)
            start = dice.randrange(len(source.blocks))
            for block in source.blocks[start : start + dice.randint(1, 3)]:
                text = block if FENCE.match(block) else self.swapped(block)
                parts.append(text)
                length += len(text) + 2
        parts.insert(dice.randint(0, len(parts)), f"This works with {own[0]} and {own[1]}.")
        return "\n\n".join(parts)

    def swapped(self, text):
        """Swaps some words for others, each drawn as often as it stands in the sources."""
        dice, words = self.dice, text.split(" ")
        count = len(words)
        for _ in range(count // SWAP_ONE_IN + 1):
            place = int(dice.random() * count)
            if words[place].isalpha():
                words[place] = self.word()
        return " ".join(words)

    def word(self):
        """A word at a random place of the sources."""
        dice = self.dice
        while True:
            block = dice.choice(dice.choice(self.sources).blocks)
            # A slice is cheaper to split than the block, and as fair.
            start = int(dice.random() * len(block))
            words = block[start : start + 60].split()[1:-1]
            if words and words[0].isalpha():
                return words[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", help="a corpus file, .jsonl.zst")
    parser.add_argument("output", help="the file to write, .jsonl.zst")
    parser.add_argument("--skills", type=int, default=1_000_000)
    parser.add_argument("--sources", type=int, default=12_000, help="real skills that are kept in memory")
    parser.add_argument("--seed", type=int, default=4)
    arguments = parser.parse_args()
    dice = random.Random(arguments.seed)
    sources = read_sources(arguments.corpus, arguments.sources, dice)
    maker = Maker(sources, dice)
    with open(arguments.output, "wb") as file, zstandard.ZstdCompressor(level=1).stream_writer(file) as writer:
        for number in range(1, arguments.skills + 1):
            writer.write(json.dumps(maker.skill(), ensure_ascii=False).encode("utf-8", "replace") + b"\n")
            if number % 10_000 == 0:
                print(f"made {number} of {arguments.skills} skills", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
