"""The providers' own API descriptions, made strict: an unknown field, a wrong type or a missing field is found here."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator, RefResolver
from jsonschema.exceptions import best_match

FOLDER = Path(__file__).parent / "descriptions"
TELEGRAM = FOLDER / "telegram.json"
TWILIO = FOLDER / "twilio_api_v2010.json"
TWILIO_CONTENT = FOLDER / "twilio_content_v1.json"


class Description:
    """One OpenAPI document and the checks against it."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.paths: dict[str, Any] = document["paths"]
        self._resolver = RefResolver("", document)

    def body(self, path: str, method: str, *, kind: str = "application/x-www-form-urlencoded") -> dict[str, Any]:
        """Return the schema of a request's body."""
        schema = self.paths[path][method].get("requestBody", {}).get("content", {}).get(kind, {}).get("schema", {})
        return strict(self.resolve(schema))

    def query(self, path: str, method: str) -> dict[str, Any]:
        """Return the schema of a request's query."""
        named = [p for p in self.paths[path][method].get("parameters", []) if p["in"] == "query"]
        needed = [p["name"] for p in named if p.get("required")]
        return strict({"type": "object", "properties": {p["name"]: p["schema"] for p in named}, "required": needed})

    def resolve(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Follow a reference."""
        return self._resolver.resolve(schema["$ref"])[1] if "$ref" in schema else schema

    def problem(self, schema: dict[str, Any], values: Mapping[str, Any]) -> str | None:
        """Return what is wrong with the values, or None."""
        error = best_match(Draft7Validator(schema, resolver=self._resolver).iter_errors(values))
        if error is None:
            return None
        where = ".".join(map(str, error.absolute_path))
        # The message repeats the value, which may be a whole text: its end says what is wrong with it.
        message = error.message if len(error.message) < 300 else f"…{error.message[-200:]}"
        return f"{where}: {message}" if where else message

    def typed(self, schema: dict[str, Any], fields: Mapping[str, Sequence[str]], *, repeats: bool) -> dict[str, Any]:
        """Turn the texts of a form or query into the schema's types.

        Args:
            schema: of the whole form.
            fields: each field's values, in order.
            repeats: a list comes as a repeated field (Twilio) instead of as JSON (Telegram).

        Raises:
            ValueError: a text is not of its field's type.
        """
        known = schema.get("properties", {})
        return {name: self._value(name, known.get(name, {}), values, repeats=repeats) for name, values in fields.items()}

    def _value(self, name: str, schema: dict[str, Any], values: Sequence[str], *, repeats: bool) -> Any:
        options = [self.resolve(option) for option in self.resolve(schema).get("anyOf", [schema])]
        kinds = {kind for o in options for kind in (o["type"] if isinstance(o.get("type"), list) else [o.get("type")])}
        if repeats and "array" in kinds:
            return list(values)
        if len(values) > 1:
            raise ValueError(f"{name} is given {len(values)} times")
        try:
            return _typed(values[0], kinds)
        except ValueError as error:
            raise ValueError(f"{name} is not of type {', '.join(sorted(map(str, kinds)))}") from error


def _typed(text: str, kinds: set[str | None]) -> Any:
    if kinds & {"object", "array"}:
        return json.loads(text)
    if "integer" in kinds and ("string" not in kinds or re.fullmatch(r"-?\d+", text)):
        return int(text)
    if "number" in kinds:
        return float(text)
    if "boolean" in kinds:
        if text.lower() not in ("true", "false"):
            raise ValueError(text)
        return text.lower() == "true"
    return text


def strict(schema: dict[str, Any]) -> dict[str, Any]:
    """Let an object have no other fields than the named ones."""
    if schema.get("type") == "object" and "properties" in schema:
        return {"additionalProperties": False, **schema}
    return schema


def _with_nulls(value: Any) -> Any:
    """OpenAPI 3.0 writes ``nullable`` where JSON Schema has a type ``null``."""
    if isinstance(value, list):
        return [_with_nulls(item) for item in value]
    if not isinstance(value, dict):
        return value
    plain = {name: _with_nulls(item) for name, item in value.items()}
    if plain.get("nullable") is True and isinstance(plain.get("type"), str):
        plain["type"] = [plain["type"], "null"]
    return plain


@functools.cache
def read_description(path: Path) -> Description:
    """Read an API description, once."""
    document = _with_nulls(json.loads(path.read_text(encoding="utf-8")))
    if path == TWILIO_CONTENT:
        # Twilio documents a description of list entries, but its API description forgot it.
        document["components"]["schemas"]["listItem"]["properties"]["description"] = {"type": "string"}
    return Description(document)
