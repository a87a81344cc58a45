"""Runs the suites that others wrote for HTTP clients and documents against a service on loopback.

    run_http.py --cache CACHE --touchmark PROGRAM [--seconds 600] [--port 7396] [--only SUITE] [--write docs/conformance.md]

Every suite is installed by its package name into CACHE (see prepare-http). A suite that finds
something fails the run; its last lines are shown.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from accounts import log_in
from section import write_section

ROOT = Path(__file__).resolve().parents[2]
PORT = 7396
URL = f"http://127.0.0.1:{PORT}"
ACCOUNT_TAGS = ["accounts", "threats", "signatures", "scans", "publishers", "verification", "policies", "team"]


class Suites:
    def __init__(self, cache: Path, work: Path, seconds: int):
        self.bin = cache / "npm/node_modules/.bin"
        self.python = cache / "venv/bin"
        self.packages = cache / "npm/node_modules"
        self.work = work
        self.seconds = seconds
        self.rows: list[tuple[str, str, str]] = []
        self.failed: list[str] = []

    def run(self, *command, **variables) -> subprocess.CompletedProcess:
        """Runs a program with a home and a folder of its own, and no telemetry."""
        home = self.work / "home"
        home.mkdir(exist_ok=True)
        environment = {**os.environ, "HOME": str(home), "CI": "1", "DISABLE_TELEMETRY": "1", "NO_COLOR": "1", **variables}
        path = f"{self.bin}{os.pathsep}{environment['PATH']}"
        return subprocess.run(
            [str(part) for part in command], env={**environment, "PATH": path}, cwd=self.work,
            capture_output=True, text=True, timeout=self.seconds + 600,
        )

    def node(self, program: str, *arguments, **variables):
        return self.run(self.bin / "node", self.bin / program, *arguments, **variables)

    def version(self, package: str) -> str:
        return json.loads((self.packages / package / "package.json").read_text())["version"]

    def record(self, suite: str, version: str, is_good: bool, said: str, output: str = "") -> None:
        print(f"{'ok  ' if is_good else 'FAIL'} {suite}: {said}", flush=True)
        self.rows.append((suite, version, said if is_good else f"**failed**: {said}"))
        if not is_good:
            self.failed.append(suite)
            print(output[-6_000:])

    def openapi(self) -> None:
        document = self.work / "openapi.json"
        document.write_bytes(get("/openapi.json"))
        done = self.node("redocly", "lint", document)
        warnings = re.search(r"(\d+) warning", done.stdout + done.stderr)
        said = f"no errors, {warnings.group(1) if warnings else 'no'} warnings"
        self.record("`redocly lint openapi.json`", self.version("@redocly/cli"), done.returncode == 0, said, done.stdout + done.stderr)
        rules = self.work / "spectral.yaml"
        rules.write_text('extends: ["spectral:oas"]\n')
        done = self.node("spectral", "lint", "--ruleset", rules, "--fail-severity", "warn", document)
        is_good = done.returncode == 0
        said = "no errors, no warnings" if is_good else "see its output"
        self.record("`spectral lint openapi.json` (`spectral:oas`)", self.version("@stoplight/spectral-cli"), is_good, said, done.stdout)

    def schemathesis(self) -> None:
        self.fuzz("schemathesis, all checks", [], "schemathesis_hooks")

    def schemathesis_as_account(self, tokens: list[str]) -> None:
        only = [part for tag in ACCOUNT_TAGS for part in ("--include-tag", tag)]
        self.fuzz("schemathesis, all checks, with an account", only, "schemathesis_tokens", TOKENS=" ".join(tokens))

    def fuzz(self, suite: str, only: list[str], hooks: str, **variables) -> None:
        """One process for each core, each with a seed of its own, since one keeps one core busy."""
        variables = {"PYTHONPATH": str(ROOT / "tests/conformance"), "SCHEMATHESIS_HOOKS": hooks, **variables}
        command = [
            self.python / "schemathesis", "--config-file", ROOT / "tests/conformance/schemathesis.toml",
            "run", f"{URL}/openapi.json", "--checks", "all",
            "--phases", "examples,coverage,fuzzing,stateful", "--max-examples", "20000",
            "--max-time", str(self.seconds), *only,
        ]
        first = int(time.time())
        seeds = range(first, first + (os.cpu_count() or 1))
        with ThreadPoolExecutor() as pool:
            ended = list(pool.map(lambda seed: self.run(*command, "--seed", seed, **variables), seeds))
        counted = [re.search(r"(\d+) generated", done.stdout) for done in ended]
        cases = sum(int(count.group(1)) for count in counted if count)
        found = sum(int(count) for done in ended for count in re.findall(r"(\d+) unique failures?", done.stdout))
        is_good = all(counted) and not any(done.returncode for done in ended)
        said = f"{cases:,} cases, {found or 'nothing'} found" if all(counted) else "did not run"
        output = "".join(done.stdout[-6_000:] + done.stderr for done in ended if done.returncode)
        self.record(suite, "4.32.5", is_good, said, output)

    def skills(self) -> None:
        version = self.version("skills")
        project = self.work / "project"
        project.mkdir()
        starter = f"{URL}/collections/starter/touchmark/starter"
        skills = self.packages / "skills/bin/cli.mjs"

        def ask(*arguments, **variables):
            home = {"HOME": str(self.work / "home")}
            command = [str(self.bin / "node"), str(skills), *arguments]
            environment = {**os.environ, "CI": "1", "DISABLE_TELEMETRY": "1", **home, **variables}
            return subprocess.run(command, env=environment, cwd=project, capture_output=True, text=True, timeout=120)

        def installed() -> dict:
            lock = project / "skills-lock.json"
            return json.loads(lock.read_text())["skills"] if lock.exists() else {}

        done = ask("add", URL, "--yes", "--agent", "claude-code")
        is_good = installed().get("touchmark", {}).get("wellKnownDigest", "").startswith("sha256:")
        self.record("`npx skills add URL`", version, is_good, "the instance's own skill, by its digest", done.stdout)
        done = ask("add", starter, "--all", "--yes", "--agent", "claude-code")
        wanted = {entry["name"] for entry in json.loads(get(f"{starter[len(URL):]}/.well-known/agent-skills/index.json"))["skills"]}
        is_good = wanted <= set(installed())
        self.record("`npx skills add URL/collections/…`", version, is_good, f"{len(wanted)} skills, archives and single files, each by its digest", done.stdout)
        done = ask("find", "conventional", "commits", SKILLS_API_URL=URL)
        is_good = "conventional-commits" in done.stdout
        self.record("`npx skills find`", version, is_good, "finds what `/discover` finds", done.stdout)

    def documents(self) -> None:
        text = get("/llms.txt").decode()
        script = "import sys, llms_txt; p = llms_txt.parse_llms_file(sys.stdin.read()); print(p.title, len(p.summary), *(f'{n}={len(l)}' for n, l in p.sections.items()))"
        done = subprocess.run([str(self.python / "python"), "-c", script], input=text, capture_output=True, text=True)
        is_good = done.returncode == 0 and done.stdout.startswith("Touchmark ")
        self.record("`llms-txt`: `parse_llms_file`", "0.0.7", is_good, "title, summary and every section with its links", done.stdout + done.stderr)
        own = sorted(path.parent for path in (ROOT / "index/starter").glob("*/SKILL.md"))
        broken = [path.name for path in own if self.run(self.python / "agentskills", "validate", path).returncode]
        said = f"{len(own)} skills valid" if not broken else ", ".join(broken)
        self.record("`agentskills validate` (skills-ref) on our own skills", "0.1.1", not broken, said)

    def sarif(self, program: Path) -> None:
        package = next(entry for entry in json.loads(get("/agents?pageSize=1"))["items"])
        attestation = self.work / "attestation.sarif"
        attestation.write_bytes(get(package["trustManifest"]["attestations"][0]["uri"][len(URL):]))
        report = self.work / "scan.sarif"
        report.write_text(self.run(program, "scan", ROOT / "index/starter", "--format", "sarif").stdout)
        tool = self.packages / "@microsoft/sarif-multitool-linux/Sarif.Multitool"
        for name, file in [("an attestation", attestation), ("`touchmark scan --format sarif`", report)]:
            done = self.run(tool, "validate", file)
            errors = re.findall(r"(?m)^.*error.*$", done.stdout)
            said = "no errors" if not errors else f"{len(errors)} errors"
            self.record(f"SARIF multitool on {name}", "5.7.0", done.returncode == 0 and not errors, said, done.stdout + done.stderr)


def get(path: str) -> bytes:
    with urllib.request.urlopen(URL + path, timeout=30) as response:
        return response.read()


def serve(program: Path, work: Path) -> subprocess.Popen:
    environment = {**os.environ, "TOUCHMARK_DATA_DIR": str(work / "data"), "TOUCHMARK_ACCOUNTS": "closed"}
    log = open(work / "log", "w")
    service = subprocess.Popen([str(program), "serve", "--listen", f"127.0.0.1:{PORT}"], env=environment, stdout=log, stderr=log)
    for _ in range(150):
        try:
            get("/health")
            return service
        except OSError:
            time.sleep(0.2)
    service.kill()
    sys.exit("the service does not answer: " + (work / "log").read_text()[-2_000:])


def main() -> None:
    global PORT, URL
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--touchmark", type=Path, required=True)
    parser.add_argument("--seconds", type=int, default=600, help="time of schemathesis")
    parser.add_argument("--port", type=int, default=PORT, help="where the service listens; another one where two run at once")
    parser.add_argument("--only", action="append", help="run this suite alone, such as schemathesis_as_account")
    parser.add_argument("--write", type=Path, help="the document whose section `http` is written")
    arguments = parser.parse_args()
    PORT, URL = arguments.port, f"http://127.0.0.1:{arguments.port}"
    work = Path(tempfile.mkdtemp())
    program = arguments.touchmark.resolve()
    service = serve(program, work)
    suites = Suites(arguments.cache.resolve(), work, arguments.seconds)
    try:
        runs = {
            "openapi": suites.openapi,
            "skills": suites.skills,
            "documents": suites.documents,
            "sarif": lambda: suites.sarif(program),
            "schemathesis": suites.schemathesis,
            "schemathesis_as_account": lambda: suites.schemathesis_as_account(log_in(program, work / "data", URL)),
        }
        for name in arguments.only or runs:
            runs[name]()
    finally:
        service.terminate()
        service.wait()
        shutil.rmtree(work, ignore_errors=True)
    if arguments.write:
        write_section(arguments.write, "http", suites.rows)
    if suites.failed:
        sys.exit(f"failed: {', '.join(suites.failed)}")


if __name__ == "__main__":
    main()
