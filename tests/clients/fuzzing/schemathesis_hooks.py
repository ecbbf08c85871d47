"""What schemathesis must know of the register beyond its schema, and what it must find in every answer.

YEOLLAM_IDS names a file with ids of the register, one a line: a schema cannot tell what an id looks like, and requests with invented ones would all end in admission. Invented ones are sent
too, one in eight, and so are pages of any size.
"""

import os
import re
from pathlib import Path

import graphql
import schemathesis
from hypothesis import strategies as st
from schemathesis.graphql import nodes

SMALL = 5

ids = Path(os.environ["YEOLLAM_IDS"]).read_text(encoding="utf-8").split()
schemathesis.graphql.scalar("ID", st.one_of([st.sampled_from(ids)] * 7 + [st.text()]).map(nodes.String))
schemathesis.graphql.scalar("Date", st.dates().map(str).map(nodes.String))
schemathesis.graphql.scalar("DateTime", st.datetimes().map(lambda instant: f"{instant.isoformat()}Z").map(nodes.String))
schemathesis.graphql.scalar("Count", st.integers(min_value=0, max_value=2**53 - 1).map(nodes.Int))


class Plausible(graphql.Visitor):
    """Pages of a size that is answered, without cursors, which belong to one list and order each. What is wrong by its type is left as it is."""

    def enter_field(self, node, *_):
        arguments = [argument for argument in node.arguments if not (argument.name.value in ("after", "before") and isinstance(argument.value, graphql.StringValueNode))]
        if any(argument.name.value == "first" and is_size(argument.value) for argument in arguments):
            arguments = [argument for argument in arguments if not (argument.name.value == "last" and is_size(argument.value))]
        return with_(node, arguments=tuple(arguments))

    def enter_argument(self, node, *_):
        if node.name.value in ("first", "last") and is_size(node.value):
            return with_(node, value=nodes.Int(int(node.value.value) % SMALL))


def is_size(value):
    """Whether a value is an Int."""
    return isinstance(value, graphql.IntValueNode) and -(2**31) <= int(value.value) < 2**31


def with_(node, **changes):
    """A node with other values in some of its places."""
    return type(node)(**({key: getattr(node, key) for key in node.keys if key not in changes} | changes))


@schemathesis.hook
def map_body(context, document):
    """Three of four requests ask for pages that there are; which ones is told by their text, so that a run is the same each time."""
    if len(graphql.print_ast(document)) % 4 == 0:
        return document
    return graphql.visit(document, Plausible())


@schemathesis.check
def errors_say_what_to_do(ctx, response, case):
    """Each error has a code that clients can go by and a message; what was refused was not executed, and the status says so."""
    answer = response.json()
    for error in answer.get("errors", []):
        code = error.get("extensions", {}).get("code", "")
        assert re.fullmatch("[A-Z]+(_[A-Z]+)*", code), f"an error without a code: {error}"
        assert code not in ("INTERNAL_SERVER_ERROR", "UNAVAILABLE", "TIMEOUT", "OVERLOADED", "SEARCH_NOT_READY"), error
        assert len(error["message"]) > 10 and "panicked" not in error["message"], error
    assert ("data" in answer) == (response.status_code == 200), f"status {response.status_code}: {answer}"


@schemathesis.check
def answers_fit_the_schema(ctx, response, case):
    """The data are those that the document asks for, in its order, of the types that the schema states."""
    data = response.json().get("data")
    if data is None:
        return
    schema = case.operation.schema.client_schema
    operation = graphql.parse(case.body).definitions[0]
    fits(schema, schema.get_root_type(operation.operation), [operation.selection_set], data, "data")


def fields_of(schema, of_type, sets):
    """The fields that are selected of an object, by the names of the answer."""
    fields = {}
    for selection in (selection for selection_set in sets for selection in selection_set.selections):
        if isinstance(selection, graphql.FieldNode):
            name = selection.alias or selection.name
            fields.setdefault(name.value, []).append(selection)
        else:
            condition = schema.type_map[selection.type_condition.name.value] if selection.type_condition else of_type
            if condition == of_type or (graphql.is_abstract_type(condition) and schema.is_sub_type(condition, of_type)):
                for name, found in fields_of(schema, of_type, [selection.selection_set]).items():
                    fields.setdefault(name, []).extend(found)
    return fields


def fits(schema, of_type, sets, value, path):
    """Whether a value is one of a type; an assertion says where it is not."""
    if graphql.is_non_null_type(of_type):
        assert value is not None, f"{path} is null, and the schema says that it never is"
        of_type = of_type.of_type
    if value is None:
        return
    if graphql.is_list_type(of_type):
        assert isinstance(value, list), f"{path} is no list"
        for index, item in enumerate(value):
            fits(schema, of_type.of_type, sets, item, f"{path}.{index}")
    elif graphql.is_enum_type(of_type):
        assert value in of_type.values, f"{path} is {value!r}, no word of {of_type}"
    elif graphql.is_scalar_type(of_type):
        kinds = {"Int": int, "Count": int, "Float": (int, float), "Boolean": bool}
        assert isinstance(value, kinds.get(of_type.name, str)), f"{path} is {value!r}, no {of_type}"
    else:
        if graphql.is_abstract_type(of_type):
            of_type = told_type(schema, of_type, sets, value)
            if of_type is None:
                return
        fields = fields_of(schema, of_type, sets)
        assert list(fields) == list(value), f"{path} has the fields {list(value)}, and {list(fields)} were asked for"
        for name, asked in fields.items():
            field = asked[0].name.value
            if field == "__typename":
                assert value[name] == of_type.name, f"{path}.{name} is {value[name]!r}"
            else:
                below = [node.selection_set for node in asked if node.selection_set]
                fits(schema, of_type.fields[field].type, below, value[name], f"{path}.{name}")


def told_type(schema, abstract, sets, value):
    """The type of an object behind an interface, where its id or its __typename tells."""
    name = value.get("__typename") or str(value.get("id", "")).split("_")[0]
    return next((possible for possible in schema.get_possible_types(abstract) if possible.name == name), None)
