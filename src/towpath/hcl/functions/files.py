"""Functions of files and paths. Files come through the scope only; what depends on the machine is unknown."""

from __future__ import annotations

import base64
import posixpath
from collections.abc import Callable

from towpath.hcl.convert import to_set
from towpath.hcl.forms import normal_text
from towpath.hcl.functions.hashes import digest
from towpath.hcl.functions.kinds import STRING
from towpath.hcl.functions.registry import ArgumentError, define, table
from towpath.hcl.scope import Call, FunctionFiles
from towpath.hcl.values import Unknown, Value

__all__ = ["FILES", "clean_path", "read_text"]


def _files(call: Call) -> FunctionFiles:
    if call.scope.files is None:
        raise ArgumentError("Files cannot be read here.")
    return call.scope.files


def _read(call: Call, path: str) -> bytes:
    content = _files(call).read(path)
    if content is None:
        raise ArgumentError(f'There is no file "{path}".')
    return content


def read_text(call: Call, path: str) -> str:
    """The text of a file. Raises `ArgumentError` where there is none, or where it is not UTF-8."""
    try:
        return normal_text(_read(call, path).decode())
    except UnicodeDecodeError as error:
        raise ArgumentError(f'The file "{path}" is not UTF-8 text; filebase64 can read it.') from error


def _filebase64(call: Call, path: str) -> Value:
    return base64.b64encode(_read(call, path)).decode()


def _fileexists(call: Call, path: str) -> Value:
    files = _files(call)
    if not files.exists(path):
        return False
    if files.read(path) is None:
        raise ArgumentError(f'"{path}" is a folder, not a file.')
    return True


def _fileset(call: Call, path: str, pattern: str) -> Value:
    return to_set(tuple(_files(call).fileset(path, pattern)))


def _hex(algorithm: str) -> Callable[[Call, str], Value]:
    return lambda call, path: digest(algorithm, _read(call, path)).hex()


def _base64(algorithm: str) -> Callable[[Call, str], Value]:
    return lambda call, path: base64.b64encode(digest(algorithm, _read(call, path))).decode()


def clean_path(path: str) -> str:
    """The path without `.`, `..` and needless slashes, as far as that goes without looking at the disk."""
    # POSIX lets two slashes at the front stand, Go does not.
    return posixpath.normpath(path).replace("//", "/") if path else "."


def _basename(path: str) -> Value:
    if not path:
        return "."
    return posixpath.basename(path.rstrip("/")) or "/"


def _dirname(path: str) -> Value:
    folder, _, _ = path.rpartition("/")
    return clean_path(folder or ("/" if path.startswith("/") else "."))


def _abspath(call: Call, path: str) -> Value:
    return clean_path(path) if path.startswith("/") else Unknown.of(call.source, call.place)


def _pathexpand(call: Call, path: str) -> Value:
    if not path.startswith("~"):
        return path
    if path != "~" and not path.startswith("~/"):
        raise ArgumentError("Only the home folder of the user who runs can stand for a tilde.")
    return Unknown.of(call.source, call.place)


FILES = table(
    (
        define("abspath(path)", STRING, run=_abspath, wants_call=True),
        define("basename(path)", STRING, run=_basename),
        define("dirname(path)", STRING, run=_dirname),
        define("file(path)", STRING, run=read_text, wants_call=True),
        define("filebase64(path)", STRING, run=_filebase64, wants_call=True),
        define("filebase64sha256(path)", STRING, run=_base64("sha256"), wants_call=True),
        define("filebase64sha512(path)", STRING, run=_base64("sha512"), wants_call=True),
        define("fileexists(path)", STRING, run=_fileexists, wants_call=True),
        define("filemd5(path)", STRING, run=_hex("md5"), wants_call=True),
        define("fileset(path, pattern)", STRING, STRING, run=_fileset, wants_call=True),
        define("filesha1(path)", STRING, run=_hex("sha1"), wants_call=True),
        define("filesha256(path)", STRING, run=_hex("sha256"), wants_call=True),
        define("filesha512(path)", STRING, run=_hex("sha512"), wants_call=True),
        define("pathexpand(path)", STRING, run=_pathexpand, wants_call=True),
    )
)
