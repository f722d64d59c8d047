"""Functions that encode and decode: base64, JSON, CSV, URLs, other text encodings."""

from __future__ import annotations

import base64
import codecs
import json
import re
import struct
import zlib
from decimal import Decimal
from urllib.parse import quote_plus

from towpath.hcl.convert import from_json
from towpath.hcl.forms import normal_text
from towpath.hcl.functions.csv_text import read_csv
from towpath.hcl.functions.kinds import ANY_OR_NULL, STRING
from towpath.hcl.functions.registry import ArgumentError, define, table
from towpath.hcl.numbers import NumberRangeError, number_text, parse_number
from towpath.hcl.values import SetValue, Value

__all__ = ["ENCODING", "encode_json", "unbase64"]

_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
_ESCAPED = re.compile("[<>&\u2028\u2029]")
_IANA_NAME = re.compile(
    r"utf-?(8|16(le|be)?)|us-ascii|iso-8859-\d+|windows-\d+|ibm\d+|koi8-[ru]|macintosh"
    r"|shift_jis|euc-jp|euc-kr|iso-2022-jp|gbk|gb18030|hz-gb-2312|big5"
)


def encode_json(value: Value) -> str:
    """Compact JSON with sorted keys; `<`, `>`, `&` and the two Unicode line separators are escaped, as Go does."""
    if value is None or isinstance(value, bool | str):
        text = json.dumps(value, ensure_ascii=False)
        return _ESCAPED.sub(lambda match: _ESCAPES[match[0]], text)
    if isinstance(value, int | Decimal):
        return number_text(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{encode_json(key)}:{encode_json(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, tuple | SetValue):
        return "[" + ",".join(encode_json(item) for item in value) + "]"
    raise ArgumentError("Only known values can be encoded.")


def _no_constant(name: str) -> Value:
    raise ArgumentError(f"{name} is not JSON.")


def _json_number(text: str) -> Value:
    try:
        return parse_number(text)
    except NumberRangeError as error:
        raise ArgumentError(str(error)) from error


def _jsondecode(text: str) -> Value:
    try:
        data = json.loads(text, parse_float=_json_number, parse_int=_json_number, parse_constant=_no_constant)
        return from_json(_well_formed(data))
    except json.JSONDecodeError as error:
        raise ArgumentError(f"It is not JSON: {error.msg} at line {error.lineno}, column {error.colno}.") from error
    except RecursionError as error:
        raise ArgumentError("It is nested too deeply.") from error


def _well_formed(data: object) -> object:
    if isinstance(data, str):
        return data if data.isascii() else _text_of(data)
    if isinstance(data, list):
        return [_well_formed(item) for item in data]
    if isinstance(data, dict):
        return {_text_of(key): _well_formed(item) for key, item in data.items()}
    return data


def _text_of(text: str) -> str:
    # A lone half of a surrogate pair is no character.
    replaced = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return normal_text(replaced)


def _base64encode(text: str) -> Value:
    return base64.b64encode(text.encode()).decode()


def unbase64(text: str) -> bytes:
    """Raises `ArgumentError`."""
    try:
        return base64.b64decode(text.replace("\n", "").replace("\r", ""), validate=True)
    except ValueError as error:
        raise ArgumentError("It is not valid base64.") from error


def _base64decode(text: str) -> Value:
    try:
        return normal_text(unbase64(text).decode())
    except UnicodeDecodeError as error:
        raise ArgumentError("What it decodes to is not UTF-8 text.") from error


def _base64gzip(text: str) -> Value:
    """Gzip with the header and the empty last block that Go writes. Short texts give the very bytes that Terraform
    gives; for longer ones the compression may differ, what it unpacks to does not.
    """
    content = text.encode()
    compress = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    header = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
    body = compress.compress(content) + compress.flush(zlib.Z_SYNC_FLUSH)
    body = body if content else b"\x00\x00\x00\xff\xff"
    trailer = b"\x01\x00\x00\xff\xff" + struct.pack("<II", zlib.crc32(content), len(content) & 0xFFFFFFFF)
    return base64.b64encode(header + body + trailer).decode()


def _codec(name: str) -> codecs.CodecInfo:
    lowered = name.lower()
    if not _IANA_NAME.fullmatch(lowered):
        raise ArgumentError(f'"{name}" is not the name of a text encoding that is known here.')
    try:
        return codecs.lookup("utf-16-be" if lowered in ("utf-16", "utf16") else lowered)
    except LookupError as error:
        raise ArgumentError(f'"{name}" is not the name of a text encoding that is known here.') from error


def _textencode(text: str, encoding: str) -> Value:
    codec = _codec(encoding)
    try:
        content = codec.encode(text)[0]
    except UnicodeEncodeError as error:
        raise ArgumentError(f"The text has characters that {encoding} does not have.") from error
    mark = codecs.BOM_UTF16_BE if encoding.lower() in ("utf-16", "utf16") else b""
    return base64.b64encode(mark + content).decode()


def _textdecode(text: str, encoding: str) -> Value:
    content = unbase64(text)
    codec = _codec(encoding)
    if encoding.lower() in ("utf-16", "utf16") and content[:2] in (codecs.BOM_UTF16_BE, codecs.BOM_UTF16_LE):
        codec = codecs.lookup("utf-16")
    try:
        return normal_text(codec.decode(content)[0])
    except UnicodeDecodeError as error:
        raise ArgumentError(f"The bytes are not text in {encoding}.") from error


def _urlencode(text: str) -> Value:
    return quote_plus(text, safe="~")


def _csvdecode(text: str) -> Value:
    rows = read_csv(text)
    if not rows:
        raise ArgumentError("The line with the names of the columns is missing.")
    names = rows[0]
    for name in names:
        if names.count(name) > 1:
            raise ArgumentError(f'The column "{name}" is there twice.')
    for row in rows[1:]:
        if len(row) != len(names):
            raise ArgumentError(f"A row has {len(row)} fields where there are {len(names)} columns.")
    return tuple(dict(zip(names, row, strict=True)) for row in rows[1:])


ENCODING = table(
    (
        define("base64decode(text)", STRING, run=_base64decode),
        define("base64encode(text)", STRING, run=_base64encode),
        define("base64gzip(text)", STRING, run=_base64gzip),
        define("csvdecode(text)", STRING, run=_csvdecode),
        define("jsondecode(text)", STRING, run=_jsondecode),
        define("jsonencode(value)", ANY_OR_NULL, run=encode_json),
        define("textdecodebase64(text, encoding)", STRING, STRING, run=_textdecode),
        define("textencodebase64(text, encoding)", STRING, STRING, run=_textencode),
        define("urlencode(text)", STRING, run=_urlencode),
    )
)
