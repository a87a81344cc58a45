"""Measures Touchmark and its peers on one corpus, one list of queries, one machine. `just peers`.

README.md says what is compared and how. Every measurement runs in a process of its own.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

# One thread for the embedding of a query: before numpy is loaded.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy  # noqa: E402
import psutil  # noqa: E402

import corpus  # noqa: E402
import engines  # noqa: E402
import minilm  # noqa: E402

WARM_UP = "trigger-evals"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shared", default="../shared", help="the folder of corpus/ and retrieval/")
    parser.add_argument("--cache", required=True, help="a folder outside the clone: vectors and indexes")
    parser.add_argument("--engines", default=",".join(engines.NAMES))
    parser.add_argument("--queries", type=int, default=None, help="only the first so many")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--budget", type=int, default=60, help="seconds after which a run asks no further query")
    parser.add_argument("--rebuild", action="store_true", help="build the indexes again")
    parser.add_argument("--folder", help="measure what lies in this data folder of touchmark, without judgements")
    parser.add_argument("--step", choices=["build", "query", "embed"], help=argparse.SUPPRESS)
    parser.add_argument("--threads", type=int, default=1, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.step:
        print(json.dumps(STEPS[arguments.step](arguments)))
        return
    names = ["touchmark"] if arguments.folder else arguments.engines.split(",")
    rows = {name: {"runs": {1: [], 2: []}} for name in names}
    for name in names:
        attempt(rows, name, arguments, "build")
    embedding = step(arguments, "touchmark", "embed")["milliseconds"]
    for _ in range(arguments.rounds):
        for threads in (1, 2):
            for name in names:
                attempt(rows, name, arguments, "query", threads)
    print_table(rows, embedding)


def attempt(rows, name, arguments, what, threads=1):
    """Runs a step; an engine that fails is named with its error, and left out from then on."""
    if "error" in rows[name]:
        return
    try:
        outcome = step(arguments, name, what, threads)
    except RuntimeError as error:
        rows[name]["error"] = str(error)
        return
    print(f"{name} {what} {threads}: {summary(outcome)}", file=sys.stderr, flush=True)
    if what == "build":
        rows[name]["build"] = outcome["seconds"]
    else:
        rows[name]["runs"][threads].append(outcome)


def step(arguments, name, what, threads=1):
    command = [sys.executable, __file__, "--step", what, "--engines", name, "--threads", str(threads)]
    command += ["--shared", arguments.shared, "--cache", arguments.cache]
    command += ["--budget", str(arguments.budget)]
    command += ["--queries", str(arguments.queries)] if arguments.queries else []
    command += ["--folder", arguments.folder] if arguments.folder else []
    command += ["--rebuild"] if arguments.rebuild else []
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        raise RuntimeError((done.stderr.strip().splitlines() or ["no message"])[-1])
    return json.loads(done.stdout.splitlines()[-1])


def summary(outcome):
    return " ".join(f"{key} {value:.3f}" for key, value in outcome.items() if isinstance(value, float))


# --- The steps, each in its own process. ---


def build(arguments):
    name = arguments.engines
    folder = index_folder(arguments)
    record = folder.with_suffix(".json")
    if arguments.folder:
        return {"seconds": 0.0}
    if record.exists() and not arguments.rebuild:
        return json.loads(record.read_text())
    shutil.rmtree(folder, ignore_errors=True)
    record.unlink(missing_ok=True)
    folder.mkdir(parents=True)
    documents = corpus.documents(arguments.shared)
    texts = [f"{document.name}. {document.description}" for document in documents]
    vectors = minilm.cached_vectors(texts, vectors_folder(arguments)) if name in engines.USES_VECTORS else None
    engine = engines.engine(name)
    started = time.monotonic()
    engine.build(documents, vectors, folder)
    outcome = {"seconds": time.monotonic() - started}
    record.write_text(json.dumps(outcome))
    return outcome


def query(arguments):
    name = arguments.engines
    queries = shuffled(corpus.queries(arguments.shared))[: arguments.queries]
    warm_up = corpus.queries(arguments.shared, WARM_UP)
    vectors = minilm.cached_vectors([each.text for each in queries], vectors_folder(arguments))
    warm_vectors = minilm.cached_vectors([each.text for each in warm_up], vectors_folder(arguments))
    before = resident(os.getpid())
    opened = engines.engine(name)(index_folder(arguments))
    try:
        client = opened.client()
        for each, vector in zip(warm_up, warm_vectors):
            client.search(each.text, vector)
        computed = computing(opened)
        rankings, times, seconds = ask(opened, queries, vectors, arguments.threads, arguments.budget)
        computed = computing(opened) - computed
        servers = opened.process_ids()
        memory = sum(map(resident, servers)) if servers else resident(os.getpid()) - before
    finally:
        if hasattr(opened, "close"):
            opened.close()
    answered = [(found, each) for found, each in zip(rankings, queries) if found is not None]
    times = [time for time in times if time is not None]
    families = {}
    for found, each in answered:
        families.setdefault(each.family, []).append(corpus.ndcg_at_10(found, each.relevant))
    macro = [statistics.mean(families[family]) for family in ("nvidia", "marketing", "dotnet") if family in families]
    return {
        "rate": len(answered) / seconds,
        "cpu": 1_000 * computed / len(answered),
        "p50": percentile(times, 50),
        "p99": percentile(times, 99),
        "ndcg": statistics.mean(corpus.ndcg_at_10(found, each.relevant) for found, each in answered),
        "macro": statistics.mean(macro or [0.0]),
        "recall": statistics.mean(corpus.recall_at_10(found, each.relevant) for found, each in answered),
        "memory_mib": memory / 2**20,
        "answered": len(answered),
        "times": times,
    }


def shuffled(queries):
    """The queries in an order of no meaning, always the same: the first few are a fair sample."""
    return sorted(queries, key=lambda each: corpus.digest_of([each.text]))


def ask(opened, queries, vectors, threads, budget):
    """Asks every query once, each thread its share, while the budget of seconds lasts.

    Gives the results and the milliseconds of each query, none of those not asked, and the seconds.
    """
    rankings, times = [None] * len(queries), [None] * len(queries)
    clients = [opened.client() for _ in range(threads)]
    failures = []

    def share(first):
        try:
            for place in range(first, len(queries), threads):
                started = time.perf_counter()
                if started > until:
                    return
                rankings[place] = clients[first].search(queries[place].text, vectors[place])
                times[place] = (time.perf_counter() - started) * 1_000
        except Exception as error:  # noqa: BLE001: it is raised again by whoever joins
            failures.append(error)

    workers = [threading.Thread(target=share, args=(first,)) for first in range(threads)]
    started = time.perf_counter()
    until = started + budget
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    seconds = time.perf_counter() - started
    if failures:
        raise failures[0]
    return rankings, times, seconds


def embed(arguments):
    """Milliseconds that each query takes to embed, alone."""
    model = minilm.MiniLm()
    times = []
    for each in shuffled(corpus.queries(arguments.shared))[: arguments.queries]:
        started = time.perf_counter()
        model.embed(each.text)
        times.append((time.perf_counter() - started) * 1_000)
    return {"milliseconds": times}


STEPS = {"build": build, "query": query, "embed": embed}


def index_folder(arguments):
    return Path(arguments.folder) if arguments.folder else Path(arguments.cache) / "indexes" / arguments.engines


def vectors_folder(arguments):
    return Path(arguments.cache) / "vectors"


def computing(opened):
    """Seconds that the client and its servers have computed so far: no neighbour on the machine counts."""
    seconds = time.process_time()
    for process_id in opened.process_ids():
        try:
            times = psutil.Process(process_id).cpu_times()
        except psutil.NoSuchProcess:
            continue
        seconds += times.user + times.system
    return seconds


def resident(process_id):
    """Bytes of memory in use; what several processes share counts once (Linux, proc(5): Pss)."""
    try:
        lines = Path(f"/proc/{process_id}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        # A worker of a server may end between the list and the look.
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def percentile(values, part):
    return float(numpy.percentile(values, part))


# --- The table. ---

COLUMNS = [
    "engine",
    "queries/s, one client",
    "p50, ms",
    "p99, ms",
    "queries/s, two clients",
    "CPU a query, ms",
    "with embedding: queries/s, one client",
    "p50, ms",
    "nDCG@10",
    "macro",
    "recall@10",
    "memory, MiB",
    "build, s",
]


def print_table(rows, embedding):
    print("| " + " | ".join(COLUMNS) + " |\n|" + "---|" * len(COLUMNS))
    for name, row in rows.items():
        if "error" in row:
            print(f"| {engines.NAMES[name]} | did not run: {row['error']} |")
            continue
        one, two = row["runs"][1], row["runs"][2]
        middle = {key: statistics.median(run[key] for run in one) for key in one[0] if key != "times"}
        embedded = embedding if name in engines.USES_VECTORS else [0.0] * len(embedding)
        sums = [[search + model for search, model in zip(run["times"], embedded)] for run in one]
        part = f" ({one[0]['answered']} queries)" if one[0]["answered"] < len(embedding) else ""
        cells = [
            engines.NAMES[name] + part,
            f"{middle['rate']:.0f}",
            f"{middle['p50']:.2f}",
            f"{middle['p99']:.2f}",
            f"{statistics.median(run['rate'] for run in two):.0f}",
            f"{middle['cpu']:.2f}",
            f"{statistics.median(1_000 * len(times) / sum(times) for times in sums):.0f}",
            f"{statistics.median(percentile(times, 50) for times in sums):.2f}",
            f"{middle['ndcg']:.3f}",
            f"{middle['macro']:.3f}",
            f"{middle['recall']:.3f}",
            f"{middle['memory_mib']:.0f}",
            f"{row['build']:.0f}",
        ]
        print("| " + " | ".join(cells) + " |")
    print(f"\nEmbedding of a query: p50 {percentile(embedding, 50):.2f} ms.")


if __name__ == "__main__":
    main()
