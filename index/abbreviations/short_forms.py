"""Which words may be short for which."""

import re

SHORT_LETTERS = 6
LETTERS_LEFT_OUT = 3


def numeronym(short, long):
    """Tells whether `short` is the first letter, the number of letters between, and the last: `k8s`."""
    match = re.fullmatch(r"([a-z])(\d{1,2})([a-z])", short)
    return bool(match) and (match[1], int(match[2]), match[3]) == (long[0], len(long) - 2, long[-1])


def is_contraction(short, long):
    """Tells whether `short` is the beginning of `long` or is picked out of it in order, and far shorter."""
    if not short.isalpha() or len(long) < len(short) + LETTERS_LEFT_OUT or short[0] != long[0]:
        return False
    if long.startswith(short):
        return len(short) >= 3
    # Picked out: the consonants that carry a word, as in `js`, `pg`, `db`, `msg`, `kubectl`.
    letters = iter(long)
    return len(short) <= 4 and all(letter in letters for letter in short) and not set(short[1:]) & set("aeiou")


_ENDING = re.compile(".?(s|able|ables|ability|al|ature|atures|ed|er|ers|est|ful|ing|ings|ise|ity|ive|ly|ment|ments|ness|ship|ships|ership|erships)")


def has_ending(long, short):
    """Tells whether `long` is `short` with an ending: `highest`."""
    return long.startswith(short) and bool(_ENDING.fullmatch(long[len(short) :]))


def is_compound(long, short, words):
    """Tells whether `long` is `short` and another word: `dockerfile`."""
    return long.startswith(short) and long[len(short) :] in words
