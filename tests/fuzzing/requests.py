"""Requests made from the schema of the routes: each parameter and body is right, nearly right or hostile."""

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI

from tests.fuzzing.values import TEXTS, anything, leaf

KEYS = (
    "state",
    "mask",
    "source",
    "review",
    "key",
    "score",
    "run",
    "parent",
    "look",
    "occluded",
    "iscrowd",
    "truncated",
    "attributes",
    "extra",
)
ROW_KEYS = (
    *KEYS,
    "rle",
    "category",
    "name",
    "number",
    "deleted",
    "rejected",
    "source_id",
    "start",
    "stop",
    "categories",
)


Operation = tuple[str, str, Mapping[str, Any]]
"""Method, path and description of a route."""


@dataclass(frozen=True)
class Made:
    """One request: ``address`` is a path with its query, already escaped."""

    method: str
    address: str
    content: bytes | None = None

    def __str__(self) -> str:
        return f"{self.method} {self.address[:300]} {(self.content or b'')[:600]!r}"


class Schema:
    """The operations of an application, and how to make requests for them.

    ``known`` gives for a parameter's name (``project_id``, ``path``, …) values that mean something.
    """

    def __init__(self, app: FastAPI, known: Mapping[str, Sequence[str]]) -> None:
        whole = app.openapi()
        self.parts: dict[str, Any] = whole.get("components", {}).get("schemas", {})
        self.operations: list[Operation] = [
            (method.upper(), path, operation)
            for path, methods in whole["paths"].items()
            for method, operation in methods.items()
        ]
        self.known = known

    def request(self, chance: random.Random) -> Made:
        """A request of a random operation."""
        method, path, operation = chance.choice(self.operations)
        query = []
        for parameter in operation.get("parameters", ()):
            name = parameter["name"]
            value = self._text(chance, name, parameter["schema"])
            if parameter["in"] == "path":
                path = path.replace(f"{{{name}}}", _escaped(value) or "x")
            elif parameter.get("required") or chance.random() < 0.6:
                query.append(f"{name}={_escaped(value)}")
        address = f"{path}?{'&'.join(query)}" if query else path
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if content is None:
            return Made(method, address, b"no video" if method == "PUT" else None)
        return Made(method, address, self._body(chance, content["schema"]))

    def with_each(self, operation: Operation, value: str) -> Iterator[Made]:
        """Requests of an operation with ``value`` in one parameter or field of the body each; the others are right."""
        method, path, details = operation
        content = details.get("requestBody", {}).get("content", {}).get("application/json")
        named = "" if content is None else content["schema"].get("$ref", "").rpartition("/")[2]
        body = self.parts.get(named, {})
        parameters = details.get("parameters", ())
        for target in [one["name"] for one in parameters]:
            yield self._with(method, path, parameters, body, in_address={target: value})
        for target in body.get("properties", {}):
            yield self._with(method, path, parameters, body, in_body={target: value})

    def _with(
        self,
        method: str,
        path: str,
        parameters: Sequence[Mapping[str, Any]],
        body: Mapping[str, Any],
        *,
        in_address: Mapping[str, str] = MappingProxyType({}),
        in_body: Mapping[str, str] = MappingProxyType({}),
    ) -> Made:
        query = []
        for one in parameters:
            name = one["name"]
            if one["in"] == "path":
                path = path.replace(f"{{{name}}}", _escaped(in_address.get(name) or self._right(name, one["schema"])))
            elif one.get("required") or name in in_address:
                query.append(f"{name}={_escaped(in_address.get(name) or self._right(name, one['schema']))}")
        needed = {name: self._right(name, body["properties"][name]) for name in body.get("required", ())}
        listed = {name: [value] for name, value in in_body.items() if body["properties"][name].get("type") == "array"}
        content = json.dumps({**needed, **in_body, **listed}).encode() if body else None
        return Made(method, f"{path}?{'&'.join(query)}" if query else path, content)

    def _right(self, name: str, schema: Mapping[str, Any]) -> Any:
        """A value that the schema allows, the same each time."""
        if name in self.known:
            return self.known[name][0]
        match schema.get("type"):
            case "array":
                return [self._right(name, schema.get("items", {}))]
            case "integer" | "number":
                return 1
            case "boolean":
                return False
        return "a"

    def _text(self, chance: random.Random, name: str, schema: Mapping[str, Any]) -> str:
        if chance.random() < 0.7 and name in self.known:
            return chance.choice(self.known[name])
        value = self.value(chance, schema, name) if chance.random() < 0.6 else leaf(chance)
        return value if isinstance(value, str) else _digits(value)

    def _body(self, chance: random.Random, schema: Mapping[str, Any]) -> bytes:
        body = self.value(chance, schema) if chance.random() < 0.95 else anything(chance)
        data = json.dumps(body).encode()
        return data[: chance.randrange(len(data))] if chance.random() < 0.02 else data

    def value(self, chance: random.Random, schema: Mapping[str, Any], name: str = "") -> Any:
        """A value for a schema; one in eight is anything else."""
        if chance.random() < 0.12:
            return anything(chance)
        if "$ref" in schema:
            return self.value(chance, self.parts[schema["$ref"].rpartition("/")[2]], name)
        if "anyOf" in schema:
            return self.value(chance, chance.choice(schema["anyOf"]), name)
        if name in self.known and schema.get("type") == "string" and chance.random() < 0.8:
            return chance.choice(self.known[name])
        match schema.get("type"):
            case "object" if "properties" in schema:
                needed = schema.get("required", ())
                return {
                    key: self.value(chance, part, key)
                    for key, part in schema["properties"].items()
                    if key in needed or chance.random() < 0.6
                }
            case "object":
                return self._row(chance)
            case "array":
                return [self.value(chance, schema.get("items", {}), name) for _ in range(chance.randrange(1, 4))]
            case "string":
                return chance.choice(TEXTS)
            case "integer":
                return chance.choice((0, 1, 2, 5, 11, 12, -1, 2**31, 2**63, 10**400))
            case "boolean":
                return chance.random() < 0.5
            case "null":
                return None
        return anything(chance)

    def _row(self, chance: random.Random) -> dict[str, Any]:
        """What an edit says of a row: a mask, a verdict, a track's own row or a range, with odd values in between."""
        row: dict[str, Any] = chance.choice(
            (
                {"rle": {"size": [48, 64], "counts": "PP3"}},
                {"review": chance.choice(("accepted", "rejected", "corrected"))},
                {"state": "absent"},
                {"name": "a", "category": None},
                {"start": 0, "stop": 3, "categories": []},
                {},
            )
        )
        for _ in range(chance.randrange(3)):
            row[chance.choice(ROW_KEYS)] = anything(chance)
        return row


def _escaped(value: str | int) -> str:
    return quote(str(value).encode("utf-8", "surrogatepass"), safe="")


def _digits(value: Any) -> str:
    return str(value) if not isinstance(value, int) or abs(value) < 10**300 else "9" * 400
