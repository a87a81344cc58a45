"""Lets schemathesis call as one of the accounts whose access tokens TOKENS names."""

import itertools
import os

import schemathesis
import schemathesis_hooks  # noqa: F401, the same search

# In turns, and not at random: schemathesis sets the seed anew for every case.
TOKENS = itertools.cycle(os.environ["TOKENS"].split())


@schemathesis.auth(refresh_interval=None, retry_on=[])
class Token:
    def get(self, case, context):
        return next(TOKENS)

    def set(self, case, data, context):
        case.headers = case.headers or {}
        case.headers["Authorization"] = f"Bearer {data}"
