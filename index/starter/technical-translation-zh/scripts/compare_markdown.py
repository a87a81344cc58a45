#!/usr/bin/env python3
"""核对 Markdown 译文：代码、链接、标题层级、占位符和数字应与原文一致。

    compare_markdown.py 原文.md 译文.md

退出状态：0 一致，1 有差异，2 文件无法读取。
"""

import re
import sys
from collections import Counter
from pathlib import Path

FENCE = re.compile(r"^(?P<mark>`{3,}|~{3,})(?P<info>[^\n]*)\n(?P<code>.*?)^(?P=mark)[ \t]*$", re.MULTILINE | re.DOTALL)
INLINE_CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
LINK = re.compile(r"\]\(\s*<?([^)\s>]+)|^\[[^\]]+\]:\s*(\S+)|<(https?://[^>\s]+)>", re.MULTILINE)
HEADING = re.compile(r"^(#{1,6})\s+\S", re.MULTILINE)
PLACEHOLDER = re.compile(r"\{[A-Za-z_][\w.]*\}|%[sd]|\$\{?[A-Z_]{2,}\}?")
NUMBER = re.compile(r"(?<![\w.#])\d+(?:\.\d+)*(?![\w])")
# 注释可以翻译，所以比较代码时去掉整行注释。
COMMENT_LINE = re.compile(r"^\s*(?:#(?!!)|//|--|;|<!--).*$")
HALF_WIDTH = re.compile(r"[\u4e00-\u9fff][,;:?!](?=\s|[\u4e00-\u9fff]|$)", re.MULTILINE)
NO_SPACE = re.compile(r"[\u4e00-\u9fff][A-Za-z0-9]|[A-Za-z0-9][\u4e00-\u9fff]")


def code_of(block):
    lines = [line.rstrip() for line in block.splitlines() if not COMMENT_LINE.match(line)]
    # 行尾注释也可能翻译过，只比较有代码的部分。
    return "\n".join(re.split(r"\s{2,}(?:#|//|--)\s", line)[0] for line in lines if line.strip())


def parts(text):
    blocks = [(match["info"].strip(), code_of(match["code"])) for match in FENCE.finditer(text)]
    prose = FENCE.sub("\n", text)
    inline = Counter(match[2].strip() for match in INLINE_CODE.finditer(prose))
    without_code = INLINE_CODE.sub(" ", prose)
    links = Counter(next(filter(None, match.groups())) for match in LINK.finditer(without_code))
    return {
        "blocks": blocks,
        "inline": inline,
        # 页内锚点随标题变化，单独检查没有意义。
        "links": Counter({link: count for link, count in links.items() if not link.startswith("#")}),
        "headings": [len(match[1]) for match in HEADING.finditer(prose)],
        "placeholders": Counter(PLACEHOLDER.findall(without_code)),
        "numbers": Counter(NUMBER.findall(re.sub(r"\([^)]*\)", " ", without_code))),
        "prose": without_code,
    }


def differences(source, target):
    if source["headings"] != target["headings"]:
        yield "错误", f"标题层级不同：原文 {source['headings']}，译文 {target['headings']}"
    if len(source["blocks"]) != len(target["blocks"]):
        yield "错误", f"代码块数量不同：原文 {len(source['blocks'])} 个，译文 {len(target['blocks'])} 个"
    else:
        for number, (before, after) in enumerate(zip(source["blocks"], target["blocks"]), start=1):
            if before != after:
                yield "错误", f"第 {number} 个代码块被改动（{before[0] or '无语言标记'}）"
    for key, name in (("inline", "行内代码"), ("links", "链接"), ("placeholders", "占位符")):
        for text, count in sorted((source[key] - target[key]).items()):
            yield "错误", f"{name}缺少 {count} 处：{text}"
        for text, count in sorted((target[key] - source[key]).items()):
            yield "错误", f"{name}多出 {count} 处：{text}"
    for text, count in sorted((source["numbers"] - target["numbers"]).items()):
        yield "提示", f"数字 {text} 在译文中少 {count} 处，是否写成了汉字？"
    for match in HALF_WIDTH.finditer(target["prose"]):
        yield "提示", f"中文后用了半角标点：{context(target['prose'], match)}"
    missing = [context(target["prose"], match) for match in NO_SPACE.finditer(target["prose"])]
    if missing:
        yield "提示", f"中英文之间缺少空格 {len(missing)} 处，例如：{missing[0]}"


def context(text, match):
    return " ".join(text[max(0, match.start() - 8) : match.end() + 8].split())


def main():
    if len(sys.argv) != 3 or sys.argv[1].startswith("-"):
        print(__doc__.strip(), file=sys.stderr)
        return 2
    try:
        source, target = (parts(Path(name).read_text(encoding="utf-8")) for name in sys.argv[1:])
    except (OSError, UnicodeDecodeError) as error:
        print(f"无法读取：{error}", file=sys.stderr)
        return 2
    errors = 0
    for level, text in differences(source, target):
        errors += level == "错误"
        print(f"{level}：{text}")
    print(f"{errors} 个错误", file=sys.stderr)
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
