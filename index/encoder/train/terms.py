"""Texts as terms, as `src/search/text` makes them. A change there has to be made here."""

import pathlib
import re
import unicodedata

import Stemmer

STOP_WORDS = (pathlib.Path(__file__).parents[3] / "src/search/text/stop_words.rs").read_text()


def _words(constant):
    text = re.search(constant + r': &str =\s*"(.*?)";', STOP_WORDS, re.S).group(1)
    return set(text.replace("\\\n", " ").split())


FUNCTION_WORDS = _words("FUNCTION_WORDS")
REQUEST_WORDS = _words(r"\bREQUEST_WORDS") | _words("FOREIGN_REQUEST_WORDS") | _words("CHINESE_REQUEST_BIGRAMS")
FUNCTION_CHARACTERS = set("".join(_words("CHINESE_FUNCTION_CHARACTERS")))
_HIRAGANA = re.compile("[\u3041-\u309f]+")
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3130-\u318f\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f"
)
_SEGMENT = re.compile(f"[{UNSPACED}]+|[^\\W_{UNSPACED}]+(?:[-_.][^\\W_{UNSPACED}]+)*(?:\\+\\+|#)?")
_IS_UNSPACED = re.compile(f"[{UNSPACED}]")
_CAMEL = re.compile(r"[A-Z]+(?=[A-Z][a-z])(?!s$)|[A-Z]?[^A-Z]+|[A-Z]+s?")
_CLITIC = re.compile(r"(?<=\w)['\u2019][A-Za-z]{1,2}(?![A-Za-z])")
_stemmer = Stemmer.Stemmer("english")
_stems = {}


def _stem(word):
    if len(word) < 3 or not (word.isascii() and word.isalpha()):
        return word
    if word not in _stems:
        _stems[word] = _stemmer.stemWord(word)
    return _stems[word]


def _fold(word):
    if word.isascii():
        return word.lower()
    word = unicodedata.normalize("NFKC", word).lower()
    if all(ord(character) < 0x250 for character in word):
        return "".join(c for c in unicodedata.normalize("NFD", word) if not "\u0300" <= c <= "\u036f")
    return word


def terms(text):
    """Returns the terms of a text in order, as pairs of the folded word and its stem."""
    found = []
    for match in _SEGMENT.finditer(_CLITIC.sub(" ", text)):
        segment = match.group()
        if _IS_UNSPACED.match(segment):
            run = unicodedata.normalize("NFKC", segment)
            grams = [run] if len(run) == 1 else [run[at : at + 2] for at in range(len(run) - 1)]
            found.extend((gram, gram) for gram in grams)
        elif re.fullmatch(r"[0-9.]+", segment):
            found.append((segment, segment))
        else:
            found.extend(_compound(segment))
    return [(word, stem) for word, stem in found if len(word) <= 48]


def _compound(segment):
    parts = []
    for piece in filter(None, re.split("[-_.]", segment)):
        parts.extend(_CAMEL.findall(piece) if piece.isascii() and piece != piece.lower() else [piece])
    words = [_fold(part) for part in parts]
    whole = "".join(words)
    found = [(word, _stem(word)) for word in words if word]
    return found + [(whole, _stem(whole))] if 2 <= len(parts) <= 5 else found


def counts(text):
    """Returns how often each stem is in a text, without function words."""
    found = {}
    for word, stem in terms(text):
        if word not in FUNCTION_WORDS:
            found[stem] = found.get(stem, 0) + 1
    return found


def is_request_word(word):
    """Tells whether a word says nothing about what is asked for: a word of requests, or a bigram that is grammar."""
    return word in REQUEST_WORDS or bool(_HIRAGANA.fullmatch(word)) or any(c in FUNCTION_CHARACTERS for c in word)


def query_stems(text):
    """Returns the distinct stems of a query; words that say nothing only where nothing else is there."""
    said, asked = [], []
    for word, stem in terms(text):
        if word in FUNCTION_WORDS:
            continue
        kept = asked if is_request_word(word) else said
        if stem not in kept:
            kept.append(stem)
    return said or asked
