"""Loaded by schemathesis by `SCHEMATHESIS_HOOKS`: more cases in the same time.

Half of the time would go into Hypothesis' search for cases with a higher rate of success, which
sends no request of its own; cases are generated and mutated without it.
"""

from hypothesis.internal.conjecture.engine import ConjectureRunner

ConjectureRunner.optimise_targets = lambda self, **bounds: False
