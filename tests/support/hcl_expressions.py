"""Strategies for expressions of the language, by what they mostly evaluate to.

An expression is text. Most of them have a value; some are refused, since operands and arguments are of any type now and
then. `names` are variables that may stand anywhere, `calls` the functions that a kind of value comes from.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps

from hypothesis import strategies as st

from towpath.hcl.forms import quoted

__all__ = ["Grammar"]

Text = st.SearchStrategy[str]

NUMBERS = st.sampled_from(
    ["0", "1", "2", "3", "7", "10", "0.5", "2.25", "1e3", "1e-3", "123456789012345678901234567890", "0.1", "1.10"]
)
DIVISORS = st.sampled_from(["1", "3", "0.5", "1e3", "1e-3", "0.1", "7"])
CHARACTERS = st.sampled_from(
    [
        *"aAbZ0 9.,-_/:",
        "é",
        "ß",
        "Σ",
        "\u0301",
        "日",
        "😀",
        "👩‍👧",
        "\n",
        "\t",
        '"',
        "\\",
        "${",
        "%{",
        "$",
        "~",
        "\u2028",
    ]
)
STRINGS = st.lists(CHARACTERS, max_size=5).map("".join).map(quoted) | st.sampled_from(
    [
        '""',
        '"1"',
        '"true"',
        '"abc"',
        '"a,b,c"',
        '"2.50"',
        '"a"',
        '"b"',
        '"10.0.0.0/16"',
        '"2024-02-29T23:59:59Z"',
        '"false"',
    ]
)
OBJECTS = st.sampled_from(
    ["{}", "{ a = 1 }", '{ a = "x", b = 2 }', "{ a = null }", "{ a = [1], b = [2] }", '{ a = { b = "c" } }']
)
SET_CALLS = st.sampled_from(["setunion", "setintersection", "setsubtract", "setproduct"])
KEYS = st.sampled_from(["a", "b", "c", '"d e"', '"é"', "1", "true", '"a"'])


_KNOWN: dict[tuple[Grammar, str, int], Text] = {}


def _once(make: Callable[[Grammar, int], Text]) -> Callable[[Grammar, int], Text]:
    """Makes each strategy once: they contain each other many times over."""

    @wraps(make)
    def made(grammar: Grammar, depth: int) -> Text:
        key = (grammar, make.__name__, depth)
        if key not in _KNOWN:
            _KNOWN[key] = make(grammar, depth)
        return _KNOWN[key]

    return made


@dataclass(frozen=True)
class Grammar:
    """Expressions up to some depth. `wild` in 20 operands are of any kind; without `conditionals` there is no `? :`."""

    names: tuple[str, ...] = ()
    wild: int = 1
    conditionals: bool = True

    @_once
    def anything(self, depth: int) -> Text:
        if depth <= 0:
            return self._leaf(st.one_of(NUMBERS, STRINGS, st.sampled_from(["true", "false", "null", "[]", "{}"])))
        return st.one_of(
            self.number(depth), self.text(depth), self.boolean(depth), self.sequence(depth), self.mapping(depth)
        )

    def _leaf(self, literals: Text) -> Text:
        return st.one_of(literals, literals, st.sampled_from(self.names)) if self.names else literals

    def _mostly(self, made: Text, depth: int) -> Text:
        if not self.wild:
            return made
        return st.integers(0, 19).flatmap(lambda n: self.anything(depth) if n < self.wild else made)

    def _kind(self, depth: int, literals: Text, *made: Callable[[int], Text]) -> Text:
        if depth <= 0:
            return self._mostly(self._leaf(literals), 0)
        below = depth - 1
        return self._mostly(
            st.one_of(literals, *(_later(make, below) for make in made)),
            below,
        )

    # Numbers

    @_once
    def number(self, depth: int) -> Text:
        return self._kind(depth, NUMBERS, self._arithmetic, self._number_call, self._pick_number)

    @_once
    def _arithmetic(self, depth: int) -> Text:
        n = self.number(depth)
        operators = st.sampled_from(["+", "-", "*"])
        divided = st.sampled_from(["/", "%"])
        return st.one_of(
            st.builds("({} {} {})".format, n, operators, n),
            st.builds("({} {} {})".format, NUMBERS, divided, DIVISORS),
            st.builds("{} {} {} {} {}".format, NUMBERS, operators, NUMBERS, divided, DIVISORS),
            st.builds("{} {} {} {} {}".format, NUMBERS, divided, DIVISORS, operators, NUMBERS),
            n.map(lambda x: f"-({x})"),
            self._conditional(n, depth),
        )

    @_once
    def _number_call(self, depth: int) -> Text:
        n, s = self.number(depth), self.text(depth)
        return st.one_of(
            st.builds("{}({})".format, st.sampled_from(["abs", "ceil", "floor", "signum", "tonumber"]), n),
            st.builds("{}({}, {})".format, st.sampled_from(["max", "min"]), n, n),
            st.builds("{}({})".format, st.sampled_from(["length"]), self.collection(depth)),
            s.map("length({})".format),
            st.builds("{}({}...)".format, st.sampled_from(["max", "min"]), self.numbers(depth)),
            self.numbers(depth).map("sum({})".format),
            st.builds("parseint({}, {})".format, s, st.sampled_from(["10", "16", "2", "62"])),
            st.builds("index({}, {})".format, self.numbers(depth), self.number(depth)),
            st.builds("pow({}, {})".format, st.sampled_from(["0", "3", "12", "-2"]), st.sampled_from(["0", "1", "2"])),
        )

    @_once
    def _pick_number(self, depth: int) -> Text:
        return st.one_of(
            st.builds("{}[{}]".format, self.numbers(depth), st.sampled_from(["0", "1", '"1"', "5"])),
            st.builds("element({}, abs({}))".format, self.numbers(depth), self.number(depth)),
            st.builds("try({}, {})".format, self.anything(depth), self.number(depth)),
            st.builds("lookup({}, {}, {})".format, OBJECTS, STRINGS, self.number(depth)),
            st.builds("one({})".format, self.numbers(depth)),
        )

    @_once
    def numbers(self, depth: int) -> Text:
        n = self.number(depth - 1)
        return st.one_of(
            st.lists(n, max_size=3).map(_tuple),
            st.sampled_from(["range(3)", "range(1, 6, 2)", "range(2, 0)", "toset([3, 1, 2])", "[1, 2, 3]"]),
        )

    # Strings

    @_once
    def text(self, depth: int) -> Text:
        return self._kind(depth, STRINGS, self._template, self._text_call, self._pick_text)

    @_once
    def _template(self, depth: int) -> Text:
        s, b, x = self.text(depth), self.boolean(depth), self.anything(depth)
        trims = st.sampled_from([("", ""), ("~", ""), ("", "~"), ("~", "~")])
        return st.one_of(
            st.builds('"a${{{1[0]} {0} {1[1]}}}b"'.format, s, trims),
            st.builds('" ${{{1[0]} {0} {1[1]}}} \\n"'.format, self.number(depth), trims),
            x.map('"${{ {} }}"'.format),
            st.builds('"%{{{2[0]} if {0} }} x %{{ else {2[1]}}} ${{ {1} }} %{{{2[0]} endif }}."'.format, b, s, trims),
            st.builds(
                '" %{{ for k, v in {0} {1[0]}}} ${{k}}=${{v}} %{{ endfor {1[1]}}} "'.format,
                self.collection(depth),
                trims,
            ),
            st.builds(
                '"%{{ for v in {0} }}${{ {1} }}%{{ endfor }}"'.format,
                self.collection(depth),
                self._inner("v").text(depth - 1),
            ),
            self._conditional(s, depth),
        )

    def _inner(self, *names: str) -> Grammar:
        return replace(self, names=tuple(sorted({*self.names, *names})))

    @_once
    def _text_call(self, depth: int) -> Text:
        s, n = self.text(depth), self.number(depth)
        unary = [
            "upper",
            "lower",
            "title",
            "trimspace",
            "strrev",
            "chomp",
            "md5",
            "sha1",
            "sha256",
            "base64encode",
            "tostring",
            "urlencode",
            "base64sha256",
            "basename",
            "dirname",
            "sensitive",
            "nonsensitive",
        ]
        binary = ["trimprefix", "trimsuffix", "trim"]
        return st.one_of(
            st.builds("{}({})".format, st.sampled_from(unary), s),
            st.builds("{}({}, {})".format, st.sampled_from(binary), s, s),
            st.builds("join({}, {})".format, s, self.texts(depth)),
            st.builds("replace({}, {}, {})".format, s, s, s),
            st.builds("substr({}, {}, {})".format, s, n, n),
            st.builds('format("%s|%v", {}, {})'.format, s, self.anything(depth)),
            st.builds(
                "format({}, {})".format,
                st.sampled_from(
                    [
                        '"%d"',
                        '"%5.1f"',
                        '"%-6s|"',
                        '"%q"',
                        '"%v"',
                        '"%#v"',
                        '"%t"',
                        '"%x"',
                        '"%g"',
                        '"%e"',
                        '"%03d"',
                        '"%+d"',
                    ]
                ),
                self.anything(depth),
            ),
            st.builds("indent({}, {})".format, st.sampled_from(["0", "2"]), s),
            self.anything(depth).map("jsonencode({})".format),
            self.anything(depth).map("yamlencode({})".format),
            st.builds("coalesce({}, {})".format, s, s),
            st.builds('formatdate("YYYY-MM-DD hh:mm", {})'.format, s),
            st.builds(
                "cidrsubnet({}, abs({}), abs({}))".format, st.sampled_from(['"10.0.0.0/16"', '"fd00::/48"']), n, n
            ),
        )

    @_once
    def _pick_text(self, depth: int) -> Text:
        return st.one_of(
            st.builds("{}[{}]".format, self.texts(depth), st.sampled_from(["0", "1"])),
            st.builds("{}.{}".format, self.mapping(depth), st.sampled_from(["a", "b"])),
            st.builds("{}[{}]".format, self.mapping(depth), STRINGS),
            st.builds("try({}, {})".format, self.anything(depth), self.text(depth)),
        )

    @_once
    def texts(self, depth: int) -> Text:
        return st.one_of(
            st.lists(self.text(depth - 1), max_size=3).map(_tuple),
            st.builds("split({}, {})".format, st.sampled_from(['","', '""', '"a"']), self.text(depth - 1)),
            st.lists(STRINGS, max_size=3).map(_tuple).map("toset({})".format),
        )

    # Booleans

    @_once
    def boolean(self, depth: int) -> Text:
        return self._kind(depth, st.sampled_from(["true", "false"]), self._logic, self._boolean_call)

    @_once
    def _logic(self, depth: int) -> Text:
        b, n, x = self.boolean(depth), self.number(depth), self.simple(depth)
        return st.one_of(
            st.builds("({} {} {})".format, b, st.sampled_from(["&&", "||"]), b),
            st.builds("({} {} {})".format, n, st.sampled_from(["<", "<=", ">", ">="]), n),
            st.builds("({} {} {})".format, x, st.sampled_from(["==", "!="]), x),
            b.map("!({})".format),
            self._conditional(b, depth),
        )

    @_once
    def _boolean_call(self, depth: int) -> Text:
        s, x = self.text(depth), self.anything(depth)
        return st.one_of(
            x.map("can({})".format),
            x.map("issensitive({})".format),
            st.builds("{}({}, {})".format, st.sampled_from(["startswith", "endswith", "strcontains"]), s, s),
            st.builds("contains({}, {})".format, self.texts(depth), self.text(depth)),
            st.builds(
                "{}({})".format,
                st.sampled_from(["alltrue", "anytrue"]),
                st.lists(self.boolean(depth), max_size=3).map(_tuple),
            ),
            st.builds("tobool({})".format, self.boolean(depth)),
        )

    @_once
    def simple(self, depth: int) -> Text:
        """Numbers, strings and booleans."""
        return st.one_of(self.number(depth), self.text(depth), self.boolean(depth), st.just("null"))

    # Collections

    @_once
    def collection(self, depth: int) -> Text:
        return st.one_of(self.sequence(depth), self.mapping(depth))

    @_once
    def sequence(self, depth: int) -> Text:
        literals = st.sampled_from(
            ["[]", "[1]", '["a", "b"]', "[null]", '[1, "a", true]', "[[1], [2, 3]]", "[{ a = 1 }]"]
        )
        return self._kind(depth, literals, self._elements, self._sequence_call, self._for_list, self._splat)

    @_once
    def _elements(self, depth: int) -> Text:
        return st.one_of(
            st.lists(self.anything(depth), max_size=4).map(_tuple),
            st.lists(self.simple(depth), max_size=4).map(_tuple),
            self._conditional(st.builds("[{}, {}]".format, self.number(depth), self.text(depth)), depth),
        )

    @_once
    def _sequence_call(self, depth: int) -> Text:
        items, m, n = self.sequence(depth), self.mapping(depth), self.number(depth)
        return st.one_of(
            st.builds(
                "{}({})".format,
                st.sampled_from(["tolist", "toset", "reverse", "distinct", "flatten", "sort", "compact"]),
                items,
            ),
            st.builds("{}({})".format, st.sampled_from(["keys", "values"]), m),
            st.builds("concat({}, {})".format, self._elements(depth), self._elements(depth)),
            st.builds("coalescelist({}, {})".format, self._elements(depth), self._elements(depth)),
            st.builds("slice({}, {}, {})".format, items, n, n),
            st.builds("chunklist({}, {})".format, self.numbers(depth), n),
            st.builds("{}({}, {})".format, SET_CALLS, self.texts(depth), self.texts(depth)),
            st.builds("{}({}, {})".format, SET_CALLS, self.numbers(depth), self.numbers(depth)),
            st.builds('formatlist("%s-%v", {}, {})'.format, items, items),
            st.builds('regexall("[a-z]|^", {})'.format, self.text(depth)),
        )

    @_once
    def _for_list(self, depth: int) -> Text:
        inner = self._inner("v")
        both = self._inner("k", "v")
        return st.one_of(
            st.builds("[for v in {} : {}]".format, self.collection(depth), inner.anything(depth)),
            st.builds(
                "[for k, v in {} : {} if {}]".format, self.collection(depth), both.anything(depth), both.boolean(depth)
            ),
        )

    @_once
    def _splat(self, depth: int) -> Text:
        return st.one_of(
            st.builds("{}[*]".format, self.anything(depth)),
            st.builds("{}[*].a".format, st.lists(self.mapping(depth), max_size=3).map(_tuple)),
            st.builds("{}.*.a".format, st.lists(self.mapping(depth), max_size=3).map(_tuple)),
            st.builds("{}[*][0]".format, st.lists(self.sequence(depth), max_size=3).map(_tuple)),
            st.builds("{}.*.a[0]".format, st.lists(self.mapping(depth), max_size=3).map(_tuple)),
            st.builds("{}[*].a[*]".format, self._object(depth)),
        )

    @_once
    def mapping(self, depth: int) -> Text:
        return self._kind(depth, OBJECTS, self._object, self._mapping_call, self._for_object)

    @_once
    def _object(self, depth: int) -> Text:
        return st.one_of(
            st.lists(st.tuples(KEYS, self.anything(depth)), max_size=3).map(_object),
            st.builds("{{ ({}) = {} }}".format, self.text(depth), self.anything(depth)),
            self._conditional(st.builds("{{ a = {}, b = {} }}".format, self.number(depth), self.text(depth)), depth),
        )

    @_once
    def _mapping_call(self, depth: int) -> Text:
        m = self.mapping(depth)
        return st.one_of(
            st.builds("merge({}, {})".format, m, m),
            m.map("tomap({})".format),
            st.builds("zipmap({}, {})".format, self.texts(depth), self.sequence(depth)),
            m.map("transpose({})".format),
            m.map("jsondecode(jsonencode({}))".format),
            m.map("yamldecode(yamlencode({}))".format),
        )

    @_once
    def _for_object(self, depth: int) -> Text:
        both = self._inner("k", "v")
        return st.one_of(
            st.builds("{{ for k, v in {} : k => {} }}".format, self.collection(depth), both.anything(depth)),
            st.builds(
                "{{ for k, v in {} : {} => v... if {} }}".format,
                self.collection(depth),
                both.text(depth),
                both.boolean(depth),
            ),
        )

    def _conditional(self, kind: Text, depth: int) -> Text:
        if not self.conditionals:
            return kind
        return st.builds("({} ? {} : {})".format, self.boolean(depth), kind, kind)


def _later(make: Callable[[int], Text], depth: int) -> Text:
    """What is made when it is drawn from, since all there could be is too much."""
    return st.deferred(lambda: make(depth))


def _tuple(items: list[str]) -> str:
    return f"[{', '.join(items)}]"


def _object(items: list[tuple[str, str]]) -> str:
    """Each key once: Terraform's order of evaluation would decide otherwise."""
    unique = {json.dumps(key.strip('"')): f"{key} = {value}" for key, value in items}
    return f"{{ {', '.join(unique.values())} }}" if unique else "{}"
