"""`format` and `formatlist`: the verbs of Go's fmt, as far as Terraform takes them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Context, Decimal

from towpath.hcl.convert import kind_name, to_bool, to_number, to_string
from towpath.hcl.functions.encoding import encode_json
from towpath.hcl.functions.graphemes import graphemes
from towpath.hcl.functions.kinds import ANY_OR_NULL, STRING
from towpath.hcl.functions.registry import ArgumentError, define, must_fit, table
from towpath.hcl.numbers import number_text
from towpath.hcl.values import SetValue, Value

__all__ = ["FORMATS"]

_VERB = re.compile(
    r"%(?:(?P<percent>%)|(?P<flags>[-+ #0]*)(?P<width>\d+)?(?:\.(?P<precision>\d+)?(?P<dot>))?"
    r"(?:\[(?P<index>\d+)\])?(?P<verb>[A-Za-z])|(?P<bad>))"
)
_BASES = {"b": "b", "o": "o", "x": "x", "X": "X", "d": "d"}
_PREFIXES = {"b": "0b", "o": "0", "x": "0x", "X": "0X", "d": ""}
_WIDEST = 10_000
# More digits than any number has that Terraform computes.
_DIGITS = 512


@dataclass(frozen=True, slots=True)
class _Spec:
    text: str
    verb: str
    flags: str
    width: int
    precision: int | None

    def pad(self, text: str) -> str:
        """Texts are filled up with zeros as well, on either side, when the flag says so."""
        missing = ("0" if "0" in self.flags else " ") * max(self.width - len(graphemes(text)), 0)
        return text + missing if "-" in self.flags else missing + text

    def pad_number(self, text: str, *, zeros: bool) -> str:
        """Signs go before the zeros that fill up, and blanks before the sign."""
        sign = "-" if text.startswith("-") else "+" if "+" in self.flags else " " if " " in self.flags else ""
        digits = text.removeprefix("-")
        if zeros and "0" in self.flags:
            digits = digits.rjust(self.width - len(sign), "0")
        return (sign + digits).ljust(self.width) if "-" in self.flags else (sign + digits).rjust(self.width)


def _format(pattern: str, *arguments: Value) -> str:
    parts: list[str] = []
    position = 0
    following, highest, length = 0, 0, len(pattern)
    for match in _VERB.finditer(pattern):
        parts.append(pattern[position : match.start()])
        position = match.end()
        if match["percent"]:
            parts.append("%")
            continue
        if match["verb"] is None:
            raise ArgumentError(f'The format has a "%" at offset {match.start()} that begins no verb.')
        index = int(match["index"]) if match["index"] else following + 1
        if not 1 <= index <= len(arguments):
            raise ArgumentError(f'"{match[0]}" asks for argument {index}, and there are {len(arguments)}.')
        following, highest = index, max(highest, index)
        parts.append(_one(_spec(match), arguments[index - 1]))
        length += len(parts[-1])
        must_fit(characters=length)
    if highest < len(arguments):
        raise ArgumentError(f"There are {len(arguments)} arguments, and the format uses {highest}.")
    return "".join(parts) + pattern[position:]


def _spec(match: re.Match[str]) -> _Spec:
    width = int(match["width"] or 0)
    precision = int(match["precision"] or 0) if match["dot"] is not None else None
    if max(width, precision or 0) > _WIDEST:
        raise ArgumentError(f'"{match[0]}" is wider than {_WIDEST} characters.')
    return _Spec(match[0], match["verb"], match["flags"], width, precision)


def _one(spec: _Spec, value: Value) -> str:
    if spec.verb == "v":
        return _value(spec, value)
    if value is None and spec.verb in "tbdoxXeEfgGsq":
        raise ArgumentError(f'"{spec.text}" has no text for null.')
    if spec.verb == "t":
        return "true" if to_bool(value) else "false"
    if spec.verb in _BASES:
        return _whole(spec, _number(value))
    if spec.verb in "eEfgG":
        return spec.pad_number(_floating(spec, Decimal(number_text(_number(value)))), zeros=True)
    if spec.verb in "sq":
        return _string(spec, _text(value))
    raise ArgumentError(f'"{spec.text}" is not a verb of a format.')


def _value(spec: _Spec, value: Value) -> str:
    if "#" in spec.flags or value is None or isinstance(value, dict | tuple | SetValue):
        return spec.pad(encode_json(value))
    if isinstance(value, bool):
        return spec.pad("true" if value else "false")
    if isinstance(value, int | Decimal):
        return spec.pad(_shortest(Decimal(number_text(value)), None, "e"))
    return spec.pad(_text(value))


def _string(spec: _Spec, text: str) -> str:
    if spec.precision:
        text = "".join(graphemes(text)[: spec.precision])
    return spec.pad(encode_json(text) if spec.verb == "q" else text)


def _whole(spec: _Spec, number: int | Decimal) -> str:
    if number != int(number):
        raise ArgumentError(f'"{spec.text}" takes whole numbers only, not {number}.')
    digits = format(abs(int(number)), _BASES[spec.verb]).rjust(spec.precision or 0, "0")
    if spec.precision == 0 and not number:
        digits = ""
    prefix = _PREFIXES[spec.verb] if "#" in spec.flags else ""
    zeros = spec.precision is None and "-" not in spec.flags
    return spec.pad_number(("-" if number < 0 else "") + prefix + digits, zeros=zeros)


def _floating(spec: _Spec, number: Decimal) -> str:
    if spec.verb == "f":
        digits = 6 if spec.precision is None else spec.precision
        return format(number, f".{digits}f")
    if spec.verb in "eE":
        return _scientific(number, 6 if spec.precision is None else spec.precision, spec.verb)
    return _shortest(number, spec.precision, "e" if spec.verb == "g" else "E")


def _scientific(number: Decimal, digits: int, letter: str) -> str:
    if not number:
        return f"{number:.{digits}f}{letter}+00"
    mantissa, _, exponent = format(number, f".{digits}e").partition("e")
    return f"{mantissa}{letter}{exponent[0]}{exponent[1:].rjust(2, '0')}"


def _shortest(number: Decimal, precision: int | None, letter: str) -> str:
    """`%g` as Go's big numbers have it: an exponent where it would be below -4 or beyond the number of digits, which
    is six where none is asked for.
    """
    if not number:
        return "-0" if number.is_signed() else "0"
    exact = number.normalize(Context(prec=_DIGITS if precision is None else max(precision, 1)))
    digits, exponent = len(exact.as_tuple().digits), exact.adjusted()
    limit = 6 if precision is None else max(precision, 1)
    if precision is not None and limit > digits > exponent:
        limit = digits
    return format(exact, "f") if -4 <= exponent < limit else _scientific(exact, digits - 1, letter)


def _number(value: Value) -> int | Decimal:
    number = to_number(value)
    if isinstance(number, int | Decimal):
        return number
    raise ArgumentError(f"A number is needed, and this is {kind_name(value)}.")


def _text(value: Value) -> str:
    text = to_string(value)
    if isinstance(text, str):
        return text
    raise ArgumentError(f"A string is needed, and this is {kind_name(value)}.")


def _formatlist(pattern: str, *arguments: Value) -> Value:
    lengths = {len(argument) for argument in arguments if isinstance(argument, tuple | SetValue)}
    if len(lengths) > 1:
        raise ArgumentError("The lists differ in their length.")
    count = lengths.pop() if lengths else 1
    columns = [
        tuple(argument) if isinstance(argument, tuple | SetValue) else (argument,) * count for argument in arguments
    ]
    if not arguments:
        return (_format(pattern),)
    texts: list[Value] = []
    length = 0
    for row in zip(*columns, strict=True):
        text = _format(pattern, *row)
        length += len(text)
        must_fit(characters=length)
        texts.append(text)
    return tuple(texts)


FORMATS = table(
    (
        define("format(format, arguments...)", STRING, ANY_OR_NULL, run=_format),
        define("formatlist(format, arguments...)", STRING, ANY_OR_NULL, run=_formatlist),
    )
)
