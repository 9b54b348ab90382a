"""Mail addresses: one normal form, one strict reading for identity, one lenient reading for lists (A07, A13)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from gateway.mail import encoded_words, limits, text
from gateway.mail.message import Address

_ATOM: Final = re.compile(r"[^\s\x00-\x1f\x7f()<>\[\]:;@\\,\"]{1,64}\Z")
_QUOTED: Final = re.compile(r'"(?:[^"\\\x00-\x1f\x7f]|\\[^\x00-\x1f\x7f]){1,62}"\Z')
_LABEL: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\Z")
_LITERAL: Final = re.compile(r"\[(?:ipv6:[0-9a-f:.]{2,45}|[0-9.]{7,15})\]\Z")
_LONGEST: Final = 254  # RFC 5321: path minus angle brackets


def normalise(address: str) -> str | None:
    """Return local@domain with the domain in lower case, NFKC and IDNA decoded; None if it is no address.

    The local part stays as written: RFC 5321 gives its case a meaning, though nobody does (see `key`).
    """
    local, at, domain = text.nfc(address.strip()).rpartition("@")
    if not at or len(address) > _LONGEST * 2 or not (_is_atom(local) or _QUOTED.match(local)):
        return None
    host = _domain(domain)
    return f"{local}@{host}" if host and len(local) + len(host) < _LONGEST else None


def key(address: str) -> str:
    """Return the form that addresses are compared and stored under; idempotent, and total on any text."""
    return _known_key(address) if len(address) <= _LONGEST else _key(address)


def _key(address: str) -> str:
    known = normalise(address) or text.nfc(address.strip())
    return text.nfc(known.casefold())


_known_key = lru_cache(maxsize=2048)(_key)  # one mail asks for the same few addresses thirty times


def same(a: str, b: str) -> bool:
    """Tell whether two addresses name one mailbox."""
    return key(a) == key(b)


def subaddress(address: str) -> tuple[str, str | None, str]:
    """Split user+tag@domain into ("user", "tag", "domain"); no tag is None (RFC 5233)."""
    local, _, domain = address.rpartition("@")
    user, plus, tag = local.partition("+")
    return (user, tag, domain) if plus and user else (local, None, domain)


def _is_atom(local: str) -> bool:
    # Dots in odd places are against RFC 5321, and phones in Japan have them.
    return bool(_ATOM.match(local)) and local == text.visible(local)


def _domain(written: str) -> str | None:
    """Return the domain in lower case and Unicode, or None."""
    name = unicodedata.normalize("NFKC", written).lower().rstrip(".")
    if _LITERAL.match(name):
        return name
    labels = name.replace("\u3002", ".").split(".")
    if not all(map(_is_label, labels)):
        return None
    if name.isascii() and "xn--" not in name:
        return name
    decoded = [_unicode(label) for label in labels]
    return None if None in decoded else ".".join(filter(None, decoded))


def _is_label(label: str) -> bool:
    if label.isascii():
        return bool(_LABEL.match(label))
    # Letters, marks (Indic vowels) and digits of any script, and the hyphen.
    return len(label) <= 63 and all(sign == "-" or unicodedata.category(sign)[0] in "LMN" for sign in label)


def _unicode(label: str) -> str | None:
    """Decode one label of an IDN; a label that IDNA does not know stays as written, one that hides something is refused."""
    import idna  # only for the few domains that need it

    try:
        known = idna.decode(label) if label.startswith("xn--") else idna.decode(idna.encode(label, uts46=True))
    except (idna.IDNAError, UnicodeError):
        return label if label.isascii() or label == text.visible(label) else None
    # A decoded label that would not come back to itself (case, width) has no single name.
    return text.nfc(known.lower())


# --- strict: identity


def identity(from_headers: Sequence[str]) -> Address | None:
    """Return who a message says it is from: exactly one From field with exactly one well-formed mailbox, else None.

    Values are unfolded, with raw 8-bit decoded and encoded-words not. Groups, routes, comments beside the address,
    a second "@", control characters and encoded-words in the address are refused, not repaired (A07).
    """
    if len(from_headers) != 1:
        return None
    value = from_headers[0].strip()
    if len(value) > limits.HEADER or re.search(r"[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]", value):
        return None
    tokens = _tokens(value)
    if tokens is None:
        return None
    return _mailbox(tokens)


def _mailbox(tokens: list[tuple[str, str]]) -> Address | None:
    """Read [display-name] "<" addr-spec ">" or a bare addr-spec; anything else is None."""
    marks = [word for kind, word in tokens if kind == "mark"]
    words = [(kind, word) for kind, word in tokens if kind != "comment"]
    if marks == ["<", ">"]:
        opened, closed = words.index(("mark", "<")), words.index(("mark", ">"))
        name, inside, rest = words[:opened], words[opened + 1 : closed], words[closed + 1 :]
        if rest or any(kind == "comment" for kind, _ in _inside(tokens)):
            return None
        found = _address(_phrase(name), inside)
        return found if found and not _names_another(name, found) else None
    if marks:
        return None
    comments = [word for kind, word in tokens if kind == "comment"]
    if comments and (len(comments) > 1 or tokens[-1][0] != "comment" or "@" in comments[0]):
        return None
    return _address(text.line(encoded_words.decode(comments[0])) if comments else "", words)


def _names_another(name: list[tuple[str, str]], found: Address) -> bool:
    """Tell whether an unquoted name holds an address other than the one it names: two readers would see two senders."""
    return any(kind == "atom" and "@" in word and not same(word, found.address) for kind, word in name)


def _inside(tokens: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return tokens[tokens.index(("mark", "<")) : tokens.index(("mark", ">"))]


def _address(name: str, words: list[tuple[str, str]]) -> Address | None:
    """Build an address from the tokens of an addr-spec: one atom, or a quoted local part and an atom from "@" on."""
    match words:
        case [("atom", whole)] if whole.count("@") == 1 and "=?" not in whole:
            spec = whole
        case [("quoted", local), ("atom", rest)] if rest.startswith("@") and rest.count("@") == 1:
            spec = _unquoted_if_plain(local) + rest
        case _:
            return None
    known = normalise(spec)
    return Address(text.line(name), known) if known else None


def _unquoted_if_plain(local: str) -> str:
    """Give the shortest spelling of a quoted local part: "op"@corp is op@corp (RFC 5321, 4.1.2)."""
    plain = re.sub(r"\\(.)", r"\1", local)
    return plain if _is_atom(plain) and "@" not in plain else '"' + local + '"'


# --- lenient: lists


def addresses(header: str) -> tuple[Address, ...]:
    """Return every mailbox in an address list, group members too; what is no address is left out. Never raises."""
    found: list[Address] = []
    for tokens in _members(_tokens(header[: limits.HEADER], strict=False) or []):
        one = _lenient(tokens)
        if one:
            found.append(one)
        if len(found) >= limits.ADDRESSES:
            break
    return tuple(found)


def _members(tokens: list[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    """Cut at commas and semicolons, and behind a group's name."""
    members: list[list[tuple[str, str]]] = [[]]
    inside = False
    for token in tokens:
        match token:
            case ("mark", "," | ";") if not inside or token[1] == ";":
                members.append([])
                inside = False
            case ("mark", ":") if not inside:
                members[-1] = []  # the group's name
            case _:
                inside = (inside or token == ("mark", "<")) and token != ("mark", ">")
                members[-1].append(token)
    return members


def _lenient(tokens: list[tuple[str, str]]) -> Address | None:
    """Read what a person would take for the mailbox: the last <…> with an address in it, else the last word with one."""
    strict = _mailbox(tokens)
    if strict:
        return strict
    opened = max((i for i, token in enumerate(tokens) if token == ("mark", "<")), default=-1)
    name = _phrase(tokens[:opened]) if opened >= 0 else ""
    candidates = [word for kind, word in tokens[opened + 1 :] if kind in {"atom", "quoted"} and "@" in word]
    for spec in reversed(candidates):
        known = normalise(encoded_words.decode(spec.strip("<>'\"")).removeprefix("mailto:"))
        if known:
            return Address(name if opened >= 0 else _rest_as_name(tokens, spec), known)
    return None


def _rest_as_name(tokens: list[tuple[str, str]], spec: str) -> str:
    return _phrase([token for token in tokens if token[1] != spec])


def _phrase(tokens: list[tuple[str, str]]) -> str:
    """Return a display name: words joined, encoded-words decoded (quoted ones too: senders do that), one line."""
    words = [
        word.replace("\\", "") if kind == "quoted" else word
        for kind, word in tokens
        if kind in {"atom", "quoted", "comment"}
    ]
    return text.line(encoded_words.decode(" ".join(words))).strip("'\" ")


def _tokens(value: str, *, strict: bool = True) -> list[tuple[str, str]] | None:
    """Split into ("atom" | "quoted" | "comment" | "mark", text); strict gives None where quotes or comments do not close."""
    tokens: list[tuple[str, str]] = []
    position = 0
    while position < len(value):
        sign = value[position]
        if sign.isspace():
            position += 1
        elif sign in '"(':
            end = _close(value, position)
            if end is None:
                if strict:
                    return None
                end = position + 1 if sign == '"' else len(value)
            if end - position > 1:
                tokens.append(("quoted" if sign == '"' else "comment", value[position + 1 : end - 1]))
            position = end
        elif sign in "<>,:;)":
            if sign == ")" and strict:
                return None
            tokens.append(("mark", sign))
            position += 1
        else:
            match = _WORD.match(value, position)
            assert match is not None  # `sign` is none of the others
            tokens.append(("atom", match[0]))
            position = match.end()
    return tokens


_WORD: Final = re.compile(r"(?:\[[^\[\]\s]*\]|[^\s\"(<>,:;)])+")


def _close(value: str, start: int) -> int | None:
    """Return the position behind a quoted string or nested comment that begins at `start`, None if it does not end."""
    depth = 0
    quoted = value[start] == '"'
    for match in re.compile(r'\\.|"' if quoted else r"\\.|[()]", re.DOTALL).finditer(
        value, start + (1 if quoted else 0)
    ):
        match match[0]:
            case '"':
                return match.end()
            case "(":
                depth += 1
            case ")":
                depth -= 1
                if depth == 0:
                    return match.end()
            case _:
                pass
    return None


# --- display


def display(address: Address | str) -> str:
    """Return how an address is shown: nothing hidden or reordered in it, look-alike domains in their ASCII form (A13)."""
    one = address if isinstance(address, Address) else Address("", address)
    local, _, domain = text.visible(text.line(one.address)).rpartition("@")
    shown = f"{local}@{_shown_domain(domain)}" if local else domain
    name = _shown_name(one.name)
    return f"{name} <{shown}>" if name else shown


def presentable(address: Address) -> Address:
    """Return a mailbox whose name hides and reorders nothing, and is empty where it poses as an address (A13)."""
    return Address(_shown_name(address.name), address.address)


def _shown_name(name: str) -> str:
    plain = text.visible(text.line(name))
    return "" if "@" in unicodedata.normalize("NFKC", plain) else plain


def _shown_domain(domain: str) -> str:
    return ".".join(_punycode(label) if _mixed(label) else label for label in domain.split("."))


def _mixed(label: str) -> bool:
    """Tell whether a label has letters of several scripts, or letters of another script that look Latin."""
    scripts = {unicodedata.name(sign, "?").split(" ")[0] for sign in label if sign.isalpha()}
    east_asian = {"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "HANGUL", "LATIN"}
    if scripts & {"CYRILLIC", "GREEK"} and all(sign in _LATIN_LOOKING or not sign.isalpha() for sign in label):
        return True
    return len(scripts) > 1 and not scripts <= east_asian


_LATIN_LOOKING: Final = frozenset("аеорсухіјѕԁһӏԛԝьοανρυικτχγω")


def _punycode(label: str) -> str:
    return "xn--" + label.encode("punycode").decode("ascii")
