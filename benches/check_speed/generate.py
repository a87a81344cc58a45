#!/usr/bin/env python3
"""Makes a project of 200 skills with 25 files each, locked in touchmark.lock's and skills-lock.json's way.

    benches/check_speed/generate.py FOLDER

Sizes follow a fixed sequence, so that two runs make the same bytes. The digests are computed
here from their definitions, so that a wrong one in the program would be seen as drift.
"""

import hashlib
import json
import pathlib
import sys

SKILLS = 200
FILES = 25


def main() -> None:
    project = pathlib.Path(sys.argv[1])
    skills = {}
    for skill in range(SKILLS):
        name = f"skill-{skill:03}"
        folder = project / ".claude/skills" / name
        lines = []
        for index in range(FILES):
            path = "SKILL.md" if index == 0 else f"references/part-{index:02}.md"
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            # 1 to 16 KiB, 8 KiB in the mean.
            size = 1024 * (1 + (skill * 7 + index * 5) % 16)
            seed = f"{name} {path}\n".encode()
            content = f"---\nname: {name}\ndescription: Made for measuring.\n---\n".encode() if index == 0 else b""
            content = (content + seed * (size // len(seed) + 1))[:size]
            file.write_bytes(content)
            file.chmod(0o644)
            lines.append((path, hashlib.sha256(content).hexdigest(), size))
        lines.sort(key=lambda line: line[0].encode())
        manifest = "".join(f"{digest} {size} - {path}\n" for path, digest, size in lines)
        root = hashlib.sha256(b"sigildex-root-digest-v1\n" + manifest.encode()).hexdigest()
        skills[name] = {
            "path": f".claude/skills/{name}",
            "pin": {
                "audited_at": None,
                "commit_sha": None,
                "content_hash": "sha256:" + next(digest for path, digest, _ in lines if path == "SKILL.md"),
                "skill_id": "550e8400-e29b-41d4-a716-446655440000",
                "source_url": f"https://github.com/example/skills/blob/main/{name}/SKILL.md",
                "verdict": "safe",
            },
            "root_digest": "sha256:" + root,
        }
    text = json.dumps({"skills": skills, "version": 1}, indent=2, sort_keys=True)
    (project / "touchmark.lock").write_text(text + "\n")


if __name__ == "__main__":
    main()
