"""Learns abbreviations with their long forms from a corpus of skills, and writes `abbreviations.tsv`.

    python3 learn.py SHARED [--output abbreviations.tsv] [--show]

SHARED holds `corpus/` and `retrieval/clusters.jsonl.gz`, the list of near copies. Needs PyStemmer and
PyYAML (`../encoder/train/requirements.txt`) and the program `zstd`. No judged query is read.

Everything is counted by distinct repositories, so that one with thousands of skills counts once.
"""

import argparse
import collections
import dataclasses
import pathlib
import re
import sys

FOLDER = pathlib.Path(__file__).parent
sys.path.insert(0, str(FOLDER.parent / "encoder" / "train"))

import corpus
import terms
from definitions import definitions
from short_forms import SHORT_LETTERS, has_ending, is_compound, is_contraction, numeronym

# What is further down in a long body defines nothing new.
BODY_CHARACTERS = 16_384

# Repositories that define a pair; of those that define the abbreviation, the share that mean this form.
DEFINED_LEAST = 3
FORM_SHARE_LEAST = 0.3
# Repositories that have a skill with both, where nobody defines the pair.
TOGETHER_LEAST = 16
# A numeronym says itself what it is short for.
TOGETHER_LEAST_OF_NUMERONYM = 12
# More are asked for where few who say the long form also say the short one.
TOGETHER_LEAST_OF_RARE = 24
RARE = 0.1
# Of the skills with the abbreviation, the share that write it in capitals, where it stands for several words.
CAPITALS_LEAST = 0.3

WORD = re.compile("[a-z][a-z0-9]{0,23}(?![a-z0-9])")
CAPITALS = re.compile("(?<![A-Za-z0-9])[A-Z][A-Z0-9]{1,7}(?=s?(?![A-Za-z0-9]))")


class Skills:
    """The skills as sets: which of them say a stem or a phrase, and whose they are."""

    def __init__(self, documents):
        self.repositories = [document["repository"].lower() for document in documents]
        self.words = [
            [stem for word, stem in flat(text(document)) if word not in terms.FUNCTION_WORDS] for document in documents
        ]
        # The skills by what they say: a stem, or the stems of a phrase.
        self.of = collections.defaultdict(set)
        self.in_capitals = collections.Counter()
        for document in documents:
            self.in_capitals.update({word.lower() for word in CAPITALS.findall(text(document))})
        for number, words in enumerate(self.words):
            for word in set(words):
                self.of[word].add(number)

    def add_phrases(self, phrases):
        """Finds the skills in which the words of a phrase follow each other."""
        lengths = collections.defaultdict(set)
        for phrase in phrases:
            if len(phrase) > 1:
                lengths[phrase[0]].add(len(phrase))
        wanted = set(phrases)
        for number, words in enumerate(self.words):
            for at, word in enumerate(words):
                for length in lengths.get(word, ()):
                    phrase = tuple(words[at : at + length])
                    if phrase in wanted:
                        self.of[phrase].add(number)

    def holding(self, phrase):
        return self.of.get(phrase[0] if len(phrase) == 1 else phrase, set())

    def count(self, skills):
        """Counts the repositories of some skills."""
        return len({self.repositories[number] for number in skills})


def text(document):
    return "\n".join((document["name"], document["description"], document["body"][:BODY_CHARACTERS]))


def flat(text):
    """Words without the parts of compounds, as one who asks says them: `JavaScript` is one word."""
    return [(word, terms._stem(word)) for word in WORD.findall(text.lower())]


def neighbours(skills, stems, common=1_500):
    """Counts which common words stand before and after each of some stems, each skill once."""
    words = [stem for stem in skills.of if isinstance(stem, str)]
    frequent = set(sorted(words, key=lambda stem: (-len(skills.of[stem]), stem))[:common])
    found = {stem: collections.Counter() for stem in stems}
    for words in skills.words:
        seen = set()
        for at, word in enumerate(words):
            if word in found:
                if at > 0 and words[at - 1] in frequent:
                    seen.add((word, "<" + words[at - 1]))
                if at + 1 < len(words) and words[at + 1] in frequent:
                    seen.add((word, words[at + 1]))
        for word, other in seen:
            found[word][other] += 1
    totals = collections.Counter()
    for counts in found.values():
        totals.update(counts)
    return found, totals


def likeness(left, right, totals):
    """The cosine of two lists of neighbours, in which a neighbour of everything counts little."""
    left, right = ({word: count / totals[word] ** 0.5 for word, count in counts.items()} for counts in (left, right))
    product = sum(value * right[word] for word, value in left.items() if word in right)
    left_length, right_length = (sum(value * value for value in counts.values()) ** 0.5 for counts in (left, right))
    return product / ((left_length * right_length) or 1.0)


def undefined_candidates(skills, spellings):
    """Pairs of frequent words of which one may be short for the other."""
    frequent = [word for word in spellings if len(skills.of[spellings[word]]) >= 20]
    frequent = [word for word in frequent if skills.count(skills.of[spellings[word]]) >= TOGETHER_LEAST]
    longs = collections.defaultdict(list)
    for word in frequent:
        if len(word) >= 5 and word.isalpha():
            longs[word[0]].append(word)
    for short in frequent:
        for long in longs[short[0]] if 2 <= len(short) <= SHORT_LETTERS else ():
            if spellings[short] != spellings[long] and (numeronym(short, long) or is_contraction(short, long)):
                yield short, long


def learn(documents, show):
    skills = Skills(documents)
    print(len(documents), "skills of", len(set(skills.repositories)), "repositories", file=sys.stderr)
    # The most frequent spelling of each stem.
    spelt = collections.defaultdict(collections.Counter)
    for document in documents:
        for word, stem in set(flat(document["name"] + " " + document["description"])):
            spelt[stem][word] += 1
    spellings = {}
    for stem, words in spelt.items():
        spellings[max(words, key=lambda word: (words[word], word))] = stem

    defined = collections.defaultdict(lambda: collections.defaultdict(set))
    forms = collections.defaultdict(collections.Counter)
    for number, document in enumerate(documents):
        for short, words in definitions(text(document)):
            stem = terms._stem(short)
            phrase = tuple(terms._stem(word) for word in words if word not in terms.FUNCTION_WORDS)
            if phrase and phrase != (stem,):
                defined[stem][phrase].add(skills.repositories[number])
                forms[phrase][" ".join(words)] += 1
                forms[(stem,)][short] += 1
    pairs = {}
    for short, meanings in defined.items():
        total = len(set().union(*meanings.values()))
        for phrase, repositories in meanings.items():
            if len(repositories) >= DEFINED_LEAST:
                pairs[short, phrase] = (len(repositories), len(repositories) / total)
    for short, long in undefined_candidates(skills, spellings):
        pair = (spellings[short], (spellings[long],))
        forms[pair[1]][long] += 1
        forms[(pair[0],)][short] += 1
        pairs.setdefault(pair, (0, 0.0))
    skills.add_phrases({phrase for _, phrase in pairs})
    single = {stem for short, phrase in pairs for stem in (short, *phrase) if len(phrase) == 1}
    beside, totals = neighbours(skills, single)

    kept = []
    common = {word for word, stem in every_spelling(spelt) if skills.count(skills.of[stem]) >= TOGETHER_LEAST}
    for (short, phrase), (count, share) in pairs.items():
        with_short, with_long = skills.holding((short,)), skills.holding(phrase)
        both = with_short & with_long
        if not both:
            continue
        short_form = max(forms[(short,)], key=lambda form: (forms[(short,)][form], form))
        pair = Pair(
            short=short_form,
            long=max(forms[phrase], key=lambda form: (forms[phrase][form], form)),
            phrase=phrase,
            defined=count,
            share=share,
            together=skills.count(both),
            says_long=len(both) / len(with_short),
            says_short=len(both) / len(with_long),
            lift=len(both) * len(documents) / (len(with_short) * len(with_long)),
            likeness=likeness(beside[short], beside[phrase[0]], totals) if len(phrase) == 1 else 0.0,
            capitals=skills.in_capitals[short_form] / len(with_short),
        )
        if show:
            print(is_kept(pair, common), pair)
        if is_kept(pair, common):
            kept.append(pair)
    return [pair for pair in kept if is_clear(pair, kept)]


@dataclasses.dataclass
class Pair:
    """What is known of an abbreviation and a long form."""

    short: str
    long: str
    # The stems of the long form, without function words.
    phrase: tuple
    # Repositories that define it, and the share of those that define the abbreviation.
    defined: int
    share: float
    # Repositories with a skill that says both.
    together: int
    # Of the skills with the one, the share with the other.
    says_long: float
    says_short: float
    # How much more often than by chance both are in one skill.
    lift: float
    # How near the words before and after both are (cosine), for a single word.
    likeness: float
    # Of the skills with the abbreviation, the share that write it in capitals.
    capitals: float


def every_spelling(spelt):
    """Yields the spellings of every stem; a word of two letters is also the end of many others."""
    for stem, words in spelt.items():
        yield from ((word, stem) for word in words if len(word) >= 3)


def is_clear(pair, pairs):
    """Tells whether a pair that nobody defines is the only one of its abbreviation, but for longer spellings."""
    others = [other for other in pairs if other.short == pair.short and other is not pair]
    nested = (pair.long.startswith(other.long) or other.long.startswith(pair.long) for other in others)
    return bool(pair.defined) or all(nested)


def is_kept(pair, words):
    """Tells whether a pair is right beyond doubt; what is lost costs less than what is wrong."""
    said = [pair.short, *pair.long.split()]
    if any(terms.is_request_word(word) and word not in terms.FUNCTION_WORDS for word in said):
        return False
    if pair.short in terms.FUNCTION_WORDS or (pair.defined and pair.share < FORM_SHARE_LEAST):
        return False
    if " " in pair.long:
        # Of `just in time` only one word is left that is searched for.
        is_phrase = len(pair.phrase) > 1 and pair.defined >= DEFINED_LEAST and pair.together >= DEFINED_LEAST
        is_meant = pair.says_long >= 0.1 or pair.says_short >= 0.7
        is_beside = pair.lift >= 10 or pair.says_short >= 0.5
        return is_phrase and is_meant and is_beside and pair.capitals >= CAPITALS_LEAST
    if pair.defined:
        return is_contraction(pair.short, pair.long) and pair.likeness >= 0.25
    if numeronym(pair.short, pair.long):
        return pair.together >= TOGETHER_LEAST_OF_NUMERONYM and pair.says_long >= 0.1 and pair.lift >= 10
    if pair.together < (TOGETHER_LEAST if pair.says_short >= RARE else TOGETHER_LEAST_OF_RARE):
        return False
    if pair.says_long < 0.1 or has_ending(pair.long, pair.short):
        return False
    if pair.says_long < 0.5 and is_compound(pair.long, pair.short, words):
        return False
    if pair.capitals >= 0.5 and pair.lift < 30:
        # Letters of several words: the HR of companies is no hour.
        return False
    is_short = len(pair.short) == 2
    return (
        (pair.lift >= 15 and pair.says_short >= 0.15)
        or (pair.lift >= 4 and pair.likeness >= 0.2)
        or (pair.lift >= 2.5 and pair.likeness >= 0.25 and not is_short)
    )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("shared", type=pathlib.Path)
    parser.add_argument("--output", type=pathlib.Path, default=FOLDER / "abbreviations.tsv")
    parser.add_argument("--show", action="store_true", help="print every pair that was looked at, with its figures")
    arguments = parser.parse_args()
    files = sorted((arguments.shared / "corpus").glob("*.jsonl.zst"))
    found = corpus.documents(files, arguments.shared / "retrieval/clusters.jsonl.gz")
    pairs = learn([found[key] for key in sorted(found)], arguments.show)
    lines = sorted(f"{pair.short}\t{pair.long}\t{pair.together}\n" for pair in pairs)
    arguments.output.write_text("".join(lines))


if __name__ == "__main__":
    main()
