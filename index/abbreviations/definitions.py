"""Definitions in brackets: `pull request (PR)`, `PR (pull request)`.

After A. S. Schwartz, M. A. Hearst: *A simple algorithm for identifying abbreviation definitions in
biomedical text*, PSB 2003, and stricter: every word of the long form gives its first letter to the
short one, words that hold sentences together excepted. Texts of skills have many brackets that
define nothing, and what is missed in one is found in another.
"""

import re

HOLDING = {"a", "an", "and", "as", "at", "by", "for", "from", "in", "of", "on", "or", "per", "the", "to", "via", "with"}
_BRACKETS = re.compile(r"\(([A-Za-z][^()\n]{1,69})\)")
_BEFORE = 90
_MARKS = str.maketrans("", "", "*`\"\u201c\u201d")
_SHORT = re.compile(r"[A-Za-z][A-Za-z0-9]{1,7}")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*")
# What ends a phrase: nothing before it belongs to what is defined.
_END_OF_PHRASE = re.compile(r"[\n().,;:!?|/=<>\[\]{}]|--|\u2014|\u2013|->")


def definitions(text):
    """Yields what a text defines, as the short form and the words of the long one, in lower case."""
    text = text.translate(_MARKS)
    for match in _BRACKETS.finditer(text):
        line = text[max(match.start() - _BEFORE, 0) : match.start()]
        before, inside = _END_OF_PHRASE.split(line)[-1].strip(), match[1].strip()
        if _SHORT.fullmatch(inside):
            short, words = inside, _WORD.findall(before)
            most = min(len(short) + 5, 2 * len(short))
            for count in range(1, min(most, len(words)) + 1):
                if is_long_form(short, words[-count:]):
                    yield from _pair(short, words[-count:])
                    break
        elif not _END_OF_PHRASE.search(inside):
            last = before.split()[-1] if before.split() else ""
            words = _WORD.findall(inside)
            if _SHORT.fullmatch(last) and is_long_form(last, words):
                yield from _pair(last, words)


def _pair(short, words):
    if short.endswith("s") and short[:-1].isupper():
        short = short[:-1]
    yield short.lower(), tuple(word.lower() for word in words)


def is_long_form(short, words):
    """Tells whether the letters of `short` are in `words` in order, with the first of each word."""
    if not words or len(words) > 6 or words[0].lower() in HOLDING or words[-1].lower() in HOLDING:
        return False
    if short.endswith("s") and short[:-1].isupper():
        short = short[:-1]
    if len(words) == 1:
        # Of a word in small letters it has to be clear that it is a short form at all.
        return len(words[0]) >= len(short) + 3 and _fits(short.lower(), [words[0].lower()])
    return short[:2].isupper() and len(short) <= 6 and _fits(short.lower(), [word.lower() for word in words])


def _fits(letters, words):
    if not words:
        return not letters
    word, rest = words[0], words[1:]
    if word in HOLDING and _fits(letters, rest):
        return True
    if not letters or letters[0] != word[0]:
        return False
    # The first letter, and then any number of others of the word, in order.
    at = 1
    for taken in range(1, len(letters) + 1):
        if _fits(letters[taken:], rest):
            return True
        if taken == len(letters):
            return False
        at = word.find(letters[taken], at) + 1
        if at == 0:
            return False
    return False
