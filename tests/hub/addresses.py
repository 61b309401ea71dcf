"""How the loopback Hub's addresses are taken apart.

Every piece is unquoted after the address is taken apart, so that a branch called ``a/b``,
which a client sends as ``a%2Fb``, remains one piece.
"""

from urllib.parse import unquote

from starlette.convertors import Convertor, register_url_convertor

REPO = "{repo:hub_repo}"
REPO_OF_KIND = "{kinds:hub_kinds}/" + REPO
REVISION = "{revision:hub_part}"
NAME = "{name:hub_part}"
PATH = "{path:hub_rest}"
API = "/api/" + REPO_OF_KIND


class _Unquoting(Convertor[str]):
    def convert(self, value: str) -> str:
        return unquote(value)

    def to_string(self, value: str) -> str:
        return value


class _Kinds(_Unquoting):
    regex = "models|datasets|spaces"


class _Repo(_Unquoting):
    regex = "[^/]+?(?:/[^/]+?)?"


class _Part(_Unquoting):
    regex = "[^/]+"


class _Rest(_Unquoting):
    regex = ".+"


register_url_convertor("hub_kinds", _Kinds())
register_url_convertor("hub_repo", _Repo())
register_url_convertor("hub_part", _Part())
register_url_convertor("hub_rest", _Rest())
