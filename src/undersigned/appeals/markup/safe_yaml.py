"""YAML reduced to keys and text: no types, no anchors, no tags, no deep nesting."""

from __future__ import annotations

import json
from typing import Any

import yaml

from undersigned.appeals.markup.problems import MarkupError
from undersigned.lib.canonical import FORBIDDEN

DEPTH_MAX = 6
OPENERS = (yaml.FlowSequenceStartToken, yaml.FlowMappingStartToken, yaml.BlockSequenceStartToken,
           yaml.BlockMappingStartToken)  # fmt: skip
CLOSERS = (yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken, yaml.BlockEndToken)
REFUSED = (yaml.AnchorToken, yaml.AliasToken, yaml.TagToken, yaml.DirectiveToken)


def load(source: str, first_line: int) -> dict[str, Any]:
    """The head's mapping; every scalar stays the text that was typed ("no" is not False)."""
    try:
        _guard(source, first_line)
        node = yaml.compose(source, Loader=yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = (error.problem or error.context or "unreadable").replace("\n", " ")
        raise MarkupError("head-broken", first_line + (mark.line if mark else 0), reason=reason) from error
    except yaml.YAMLError as error:
        raise MarkupError("head-broken", first_line, reason="unreadable character") from error
    if node is None:
        return {}
    if not isinstance(node, yaml.MappingNode):
        raise MarkupError("head-not-mapping", first_line + node.start_mark.line)
    return _mapping(node, first_line)


def _guard(source: str, first_line: int) -> None:
    depth = 0
    for token in yaml.scan(source, Loader=yaml.BaseLoader):
        line = first_line + token.start_mark.line
        if isinstance(token, REFUSED):
            raise MarkupError("head-alias", line)
        depth += isinstance(token, OPENERS) - isinstance(token, CLOSERS)
        if depth > DEPTH_MAX:
            raise MarkupError("head-deep", line)


def _mapping(node: yaml.MappingNode, first_line: int) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = first_line + key_node.start_mark.line
        if not isinstance(key_node, yaml.ScalarNode):
            raise MarkupError("head-not-mapping", line)
        key = _characters(key_node, line)
        if key in result:
            raise MarkupError("head-key-twice", line, key=key)
        result[key] = _value(value_node, first_line)
    return result


def _value(node: yaml.Node, first_line: int) -> Any:
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, first_line)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, first_line) for item in node.value]
    return _characters(node, first_line + node.start_mark.line)


def _characters(node: yaml.Node, line: int) -> str:
    """A scalar's text; an escape brings in no character that may not be typed."""
    text = str(node.value)
    found = FORBIDDEN.search(text)
    if found:
        raise MarkupError("control", line, character=f"U+{ord(found.group()):04X}")
    return text


class _Dumper(yaml.SafeDumper):
    """Dates stay unquoted, as people write them; text of several lines becomes a block."""


_Dumper.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeDumper.yaml_implicit_resolvers.items()
}


def _represent_text(dumper: _Dumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Dumper.add_representer(str, _represent_text)


def dump(values: dict[str, Any]) -> str:
    """The mapping as YAML text, keys in the order given."""
    return yaml.dump(
        values,
        Dumper=_Dumper,
        allow_unicode=True,
        default_flow_style=False,
        sort_keys=False,
        width=float("inf"),
    )


def as_text(value: Any) -> str:
    """A value as one text; what is nested becomes JSON, so that nothing is lost."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
