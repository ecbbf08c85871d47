"""graphqler, with what its configuration cannot say: the same chances each time, requests that it can finish building and that get beyond admission, and a record of what was sent.

graphqler fills in every input and selects every field down to a depth of 20. Filters of this schema nest, and its objects lead to one another, so that one such request would take it hours. And
where it invents a cursor, the request is refused for that alone. It asks for Python 3.12 for the sake of one decorator of `typing`; with that, 3.11 does.

YEOLLAM_RECORD names the file to write: a line of JSON for each request, with what was sent, the status and the answer.
"""

import inspect
import json
import os
import random
import runpy
import typing

import requests
import typing_extensions

typing.override = typing_extensions.override

from graphqler.fuzzer.engine.materializers.getter import Getter  # noqa: E402  needs the decorator
from graphqler.fuzzer.engine.materializers.materializer import Materializer  # noqa: E402

DEPTH = 3


def no_deeper(method):
    """A method of the materializer that goes down to DEPTH at most."""
    signature = inspect.signature(method)

    def bounded(*positional, **named):
        call = signature.bind(*positional, **named)
        call.arguments["max_depth"] = min(call.arguments["max_depth"], DEPTH)
        return method(*call.args, **call.kwargs)

    return bounded


def plausible(any_scalar):
    """A scalar for an input: no cursor, and a page from its start."""

    def scalar(self, name, scalar_type, bucket):
        if name in ("after", "before", "last"):
            return "null"
        return str(random.randint(0, 100)) if name == "first" else any_scalar(self, name, scalar_type, bucket)

    return scalar


def recorded(send):
    """Sends a request, and writes down what became of it."""
    record = open(os.environ["YEOLLAM_RECORD"], "a", encoding="utf-8")

    def sending(self, method, url, **named):
        response = send(self, method, url, **named)
        record.write(json.dumps({"sent": named.get("json"), "status": response.status_code, "answer": response.text}) + "\n")
        record.flush()
        return response

    return sending


for name in ("materialize_input_fields", "materialize_output_recursive"):
    setattr(Materializer, name, no_deeper(getattr(Materializer, name)))
Getter.get_random_scalar = plausible(Getter.get_random_scalar)
requests.Session.request = recorded(requests.Session.request)
random.seed(20261122)
runpy.run_module("graphqler", run_name="__main__", alter_sys=True)
