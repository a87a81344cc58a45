"""Training pairs from a corpus: what somebody might ask for, and the skill that it is about.

No judged query is read. What a pair asks for is taken out of the counts of its skill, so that the
model does not learn to find a text by itself.
"""

import random
import re

from terms import counts, query_stems

_QUOTED = re.compile(r'["“「『]([^"“”「」『』\n]{8,240})["”」』]')
_SPOKEN = re.compile(
    r"(?mi)^[ \t]*(?:[-*>|]|\d+[.)])?[ \t]*\**(?:user(?: says| asks| prompt| request| query)?|prompt|example prompt|"
    r"query|question|human|input|用户|提问|示例)\**[ \t]*[:：][ \t]*\**[ \t]*[\"“「`]?(.{8,240}?)[\"”」`]?[ \t]*$"
)
_FENCED = re.compile(r"(?ms)^[ \t]*(```|~~~).*?^[ \t]*\1[^\n]*$")
_SENTENCE = re.compile(r"(?<=[.!?。！？;；])\s+|(?<=[。！？；])|\n+")
_HEADING = re.compile(r"(?m)^#{1,4}[ \t]+")


def _is_natural(text):
    if re.search(r"[{}<>=$\\]|https?:|^\W*[-/.]|\w\(|::|&&|\|\|", text):
        return False
    words = len(re.findall(r"\w+", text)) + len(re.findall("[\u4e00-\u9fff]", text)) // 2
    letters = sum(character.isalpha() or character == " " for character in text)
    return 4 <= words <= 40 and letters / len(text) > 0.8


def prompts(document):
    """Returns what the author says that users say: quoted requests and lines of dialogues."""
    text = document["description"] + "\n" + _FENCED.sub("\n", document["body"])
    found = [m.group(1) for m in _QUOTED.finditer(text)] + [m.group(1) for m in _SPOKEN.finditer(text)]
    return list({text.strip(' "“”').lower(): text for text in found if _is_natural(text)}.values())


def pairs(documents, seed=3):
    """Yields (place of the document, kind, stems asked for, counts to take out, whether the
    description is taken out as a whole)."""
    chance = random.Random(seed)
    for place, document in enumerate(documents):
        description, body = document["description"], document["body"]
        for text in prompts(document)[:12]:
            if len(stems := query_stems(text)) >= 2:
                yield place, "prompt", stems, counts(text), False
        sentences = [part.strip() for part in _SENTENCE.split(description) if part and len(part.strip()) > 12]
        for text in sentences[:5]:
            if len(stems := query_stems(text)) >= 3:
                yield place, "sentence", stems, counts(text), chance.random() < 0.5
        if len(stems := query_stems(description)) >= 4:
            yield place, "description", stems, counts(description), True
        sections = [part for part in _HEADING.split(_FENCED.sub("\n", body))[1:] if len(part) > 80]
        chance.shuffle(sections)
        for text in sections[:4]:
            if len(stems := query_stems(text[:400])[:40]) >= 5:
                yield place, "section", stems, counts(text), False
        folder = document["folder"] if document["folder"] != document["name"] else ""
        if len(stems := query_stems(f"{document['name']} {folder}")) >= 2:
            yield place, "name", stems, {}, False
