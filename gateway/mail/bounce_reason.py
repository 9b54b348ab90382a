"""Hard or soft: whether a refusal means that the address is no good, or only that this mail did not pass.

Hard are unknown user, unknown host, moved, and hosts that take no mail at all. All else (full, blocked, spam, policy,
size, timeouts, our own trouble) may be different for the next mail and is soft, also with a 5.x.x status.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import Final


class Reason(Enum):
    """Why a mail was not delivered, as coarse as we need it."""

    FULL = "mailbox full"
    UNAVAILABLE = "mailbox disabled"
    REFUSED = "refused by policy"
    TEMPORARY = "temporary trouble"
    TOO_LARGE = "too large"
    SYSTEM = "trouble of a mail system"
    UNKNOWN_USER = "unknown user"
    UNKNOWN_HOST = "unknown host"
    MOVED = "address has changed"
    TAKES_NO_MAIL = "host takes no mail"
    UNCLEAR = "unclear"


HARD: Final = frozenset({Reason.UNKNOWN_USER, Reason.UNKNOWN_HOST, Reason.MOVED, Reason.TAKES_NO_MAIL})

_FULL: Final = (
    "mailbox full", "mailbox is full", "mail box full", "mailbox has exceeded", "mailbox exceeded", "mailbox quota", "over quota", "overquota", "over-quota", "quota exceed", "exceeded quota", "exceeds quota", "exceed quota", "exceeded its quota", "exceeded their quota", "exceeded storage", "exceeded his quota", "exceeded the quota", "exceeded the maximum", "quota violation", "quota is full", "disk quota", "out of quota", "would exceed", "quotaexceeded", "quota has been exceeded", "storage quota", "exceeded email quota", "user quota",
    "maximum allowed storage", "storage limit", "storage allocation", "insufficient disk space", "not enough storage", "not enough disk", "insufficient storage", "insufficient system storage", "not enough space", "no space left in", "inbox is full", "inbox full", "folder is full", "over the allowed", "over the maximum allowed", "over the limit", "account is full", "too much mail", "too much data in", "exceeded the local limit", "mailfolder is full", "mailbox size limit", "size of the mailbox", "maildir over", "maildir delivery failed: userdisk", "message would exceed", "delivery failed: over", "user's mailbox", "is over quota", "is out of storage", "is out of disk", "recipient's mailbox is full", "account has exceeded", "has exceeded its", "has exceeded the", "recipient overquota",
    "brevlådan är full", "inkorgen är full", "postlådan är full", "innboksen er full", "postboksen er full", "postkassen er fuld", "postilaatikko on täynnä", "postfach ist voll", "postfach voll", "boîte aux lettres pleine", "boîte de réception est pleine", "buzón lleno", "buzón está lleno", "casella piena", "casella e' piena", "mailbox vol", "postvak is vol", "caixa cheia", "skrzynka jest pełna", "ящик переполнен", "メールボックスが一杯", "いっぱいの",
)  # fmt: skip
_UNAVAILABLE: Final = (
    "account is disabled", "account disabled", "account has been disabled", "mailbox is disabled", "mailbox disabled", "user disabled", "user is disabled", "recipient is disabled", "mailbox temporarily disabled", "temporarily disabled", "is suspended", "has been suspended", "account suspended", "recipient suspend", "recipient suspended", "suspended due", "user suspended", "is currently suspended", "domain currently suspended", "account is inactive", "is inactive", "inactive account", "mailbox is inactive", "mailbox inactive", "inactive user", "inactive on this domain", "not active", "is no longer active",
    "account is temporarily", "account temporarily", "account not subscribed", "mailbox currently suspended", "mailbox unavailable or access denied", "mailbox is frozen", "mailbox frozen", "account has been temporarily", "email account that you tried to reach is disabled", "account that you tried to reach is disabled", "email account that you tried to reach is inactive", "account that you tried to reach is inactive", "this account is not allowed", "user has been deactivated", "deactivated", "mailbox locked", "user is terminated", "has been locked", "is locked", "account is locked", "invalid/inactive user", "mailbox presently locked", "address no longer accepts mail", "no longer accepts mail", "vacationed", "boite du destinataire archivee", "archived account", "expired recipient", "user mailbox has been disabled", "mailbox has been disabled", "recipient is inactive", "temporarily locked", "bounce_mailbox_disabled", "is a deactivated mailbox", "account closed temporarily", "account expired", "account is closed", "dropped for", "suspend",
)  # fmt: skip
_REFUSED_SENDER: Final = (
    "sender address rejected", "sender rejected", "sender verify failed", "sender domain", "domain of sender address", "domain of the sender", "sender's domain", "sender address verif", "invalid sender", "sender is not", "sender denied", "sender address is", "bad sender", "mail from domain", "mail from address", "mail from:<", "from address", "unable to verify sender", "sender unknown", "client host rejected", "client host blocked", "helo command rejected", "access denied, sending domain", "address rejected - sender", "sender policy",
    "authentication required", "authentication is required", "relay access denied", "relaying denied", "relay denied", "relaying not", "relay not permitted", "relaying is", "relaying mail to", "unable to relay", "not allowed to relay", "not permitted to relay", "we do not relay", "relaying prohibited", "relay prohibited", "do not relay", "no relay", "mail server does not relay", "must authenticate", "rcpthosts", "relay operation", "is not permitted to relay", "insecure mail relay",
)  # fmt: skip
_UNKNOWN_USER: Final = (
    "user unknown", "unknown user", "user is unknown", "user was unknown", "unknown mailbox", "unknown local part", "unknown local-part", "unknown recipient", "recipient unknown", "unknown account", "unknown address", "address unknown", "addressee unknown", "unknown virtual", "unknown e-mail", "unknown email", "unknown local", "user not known", "user not found", "user doesn't exist", "user does not exist", "user doesn't have", "user not exist", "user invalid", "user is not found", "user could not be found", "username not found", "unknown address error",
    "no such user", "no such mailbox", "no such recipient", "no such address", "no such person", "no such account", "no such local user", "no such email", "no such id", "no account by that name", "no mailbox by that name", "no mailbox here", "no user by that name", "no mailbox found", "no mailbox with that name", "no mailbox", "no valid recipient", "no user", "no recipient", "no one by that name", "no local mailbox", "nosuchuser", "no valid user", "no matches to nameserver query", "there is no one at this address", "there is no user", "no account here", "no such", "no longer on server", "not our customer", "not a known user", "isn't a known user", "not a valid user", "not a valid mailbox", "not a valid recipient", "is not a valid", "not known here", "not listed in domino", "not listed in public name", "not listed in", "not found on this server", "not exist", "doesn't exist", "does not exist", "do not exist", "nonexistent", "non-existent", "non existent", "not existing",
    "invalid recipient", "invalid user", "invalid mailbox", "invalid address", "invalid email address", "invalid local address", "invalid destination", "invalid mailbox path", "invalid addressee", "bad destination", "bad recipient", "bad address", "bad mailbox", "mailbox not found", "mailbox unknown", "mailbox is invalid", "mailbox invalid", "mailbox unavailable", "mailbox is unavailable", "mailbox not available", "mailbox does not", "mailbox name not allowed", "mailbox could not be found", "mailbox you tried", "recipient not found", "recipient is not", "recipient not exist", "recipient not ok", "recipient address rejected", "recipient rejected", "recipient address unknown", "recipient invalid", "recipient was not found", "recipient does not", "recipient doesn't", "recipientnotfound", "recipnotfound", "rejected: recipient", "account not found", "account is unavailable", "account does not", "account not exist", "account deleted", "account has been deleted", "account no longer", "e-mail address wasn't found", "email address wasn't found", "wasn't found at", "couldn't be found", "could not be found", "can't be found", "cannot be found", "address not found", "address invalid", "address error", "address rejected", "address does not", "address unavailable", "is unknown", "undeliverable address", "unrouteable address: user", "unable to find user", "unable to find recipient", "delivery error: dd", "dd this user", "dd sorry, your message", "this address no longer", "can't find recipient", "unknown or illegal alias", "unknown or illegal user", "unknown or invalid",
    "misspelled", "employee no longer", "no longer employed", "no longer with", "no longer valid", "no longer available", "no longer exists", "no longer in use", "no longer in service", "not a subscriber", "user unavailable", "requested action not taken: mailbox", "nie istnieje", "n'existe pas", "existe pas", "no existe", "não existe", "non esiste", "inconnu", "inconnue", "desconocido", "unbekannt", "existiert nicht", "nicht bekannt", "okänd", "finns inte", "hittades inte", "ukjent", "finnes ikke", "ble ikke funnet", "ukendt", "findes ikke", "tuntematon", "ei löydy", "ei ole olemassa", "onbekend", "bestaat niet", "nieznany", "не существует", "не найден", "нет такого", "宛先不明", "見つかりません", "存在しません", "无此用户", "用户不存在", "user_unknown", "user_not_exist", "invalid final delivery userid", "address not present", "bad-recipient", "#5.1.1", "dst_recip_unknown", "invalid mailbox", "that address is not", "usuario desconocido", "nobody by that name", "ambiguous address", "destinatario sconosciuto", "destinataire inconnu",
)  # fmt: skip
_UNKNOWN_HOST: Final = (
    "host unknown", "unknown host", "host not found", "host or domain name not found", "domain not found", "no such domain", "no such host", "unknown domain", "domain does not exist", "domain doesn't exist", "domain must exist", "domain is not reachable", "name service error", "nxdomain", "name or service not known", "unrouteable mail domain", "unrouteable address", "unroutable address", "unrouteable domain", "illegal host/domain", "invalid domain", "bad domain", "no mx record", "no mx found", "no mx for", "mx records point to non-existent", "mx record points to", "can't find any hosts", "could not find any hosts", "dns error", "dnserror", "recipient domain must exist", "no route to domain", "cannot resolve", "couldn't find any host", "mail domain mentioned in email address is unknown", "domain name not found", "the account or domain may not exist", "non-existent hosts", "no mail exchanger", "illegal host/domain", "unknown host/domain", "unable to lookup dns", "dns server returned answer with no data", "recipient address rejected: domain", "lookups failed permanently", "domain is not reachable", "remote domain doesn't exist", "remote domain doesnt exist", "the domain couldn't be found", "records for the destination computer could not be found",
)  # fmt: skip
_MOVED: Final = (
    "has been replaced by",
    "has moved to",
    "user has moved",
    "address has changed",
    "has changed to",
    "email address has changed",
    "recipient has moved",
    "user not local; please try",
    "new address is",
    "ändrat adress",
    "ny e-postadress",
)
_TAKES_NO_MAIL: Final = ("does not accept mail", "doesn't accept mail", "host does not accept", "no smtp service here", "smtp protocol returned a permanent error", "domain does not accept mail", "nullmx", "null mx", "name server: .: host not found", "domain of recipient: .", "does not receive mail", "mail receiving disabled", "host/domain does not accept mail", "there is no mail server", "does not accept any mail", "indicated no smtp service", "seem to reject all mail", "explicitly does not accept mail")  # fmt: skip
_REFUSED: Final = (
    "blacklist", "black list", "blocklist", "block list", "blocked", "blocking", "denylist", "block-listed", "spam", "spamhaus", "spamcop", "rbl", "dnsbl", "barracuda", "reputation", "senderbase", "policy", "policies", "policyviolation", "virus", "malware", "infected", "dmarc", "spf ", "spf:", "spf)", "dkim", "rfc 2822", "rfc2822", "rfc 5322", "rfc5322", "rejected due to", "rejected for", "rejected by", "access denied", "not authorized", "not permitted", "not allowed", "permission", "unsolicited", "banned", "prohibited", "content rejected", "content filter", "message rejected", "message refused", "message content", "message filtered", "mail rejected", "administrative", "administratively", "local configuration", "ptr record", "reverse dns", "ptr", "rdns", "greylist", "graylist", "rate limit", "ratelimit", "throttl", "too many", "too fast", "poor reputation", "bulk", "phish", "suspicious", "security", "restricted", "restriction", "only accepts", "only accepting", "not accepting", "is not accepted", "declined", "does not like", "doesn't like", "dnsrbl", "protected by", "notauthorized", "filtered", "filter", "bad reputation", "forbidden", "due to abuse", "your ip", "ip address", "your host", "your server", "your network", "sending ip", "smtp auth", "must issue a starttls", "tls required", "starttls", "certificate", "unauthenticated", "not accepted for policy", "mimecast", "attachment", "html tags", "executable", "headers", "message contains", "body format", "is listed at", "is listed in", "currently listed", "are listed", "is on the", "rejet", "refusé", "abgelehnt", "avvisades", "avvist", "拒否",
)  # fmt: skip
_TOO_LARGE: Final = (
    "message size",
    "too large",
    "too big",
    "size limit",
    "maximum message size",
    "message length",
    "exceeds maximum",
    "exceeded fixed maximum",
    "exceeds size",
    "exceeds the maximum",
    "message exceeds",
    "larger than",
    "för stort",
    "för stor",
    "for stor",
    "zu gross",
    "trop gros",
    "exceeds message size",
    "line limit",
    "max message size",
)
_TEMPORARY: Final = (
    "timed out", "timeout", "time out", "connection refused", "connection reset", "connection was", "connection lost", "connection dropped", "lost connection", "could not connect", "couldn't connect", "unable to connect", "cannot connect", "connection failed", "no route to host", "network unreachable", "network is unreachable", "host is down", "too many hops", "hop count", "loop", "loops back", "try again", "try later", "temporar", "retry", "deferred", "delayed", "queue", "expired", "has been in the", "undelivered for", "could not be delivered for", "cannot send message for", "cannot send message within", "unable to deliver this message after", "waited too long", "service unavailable", "service not available", "server busy", "too busy", "delivery time", "has not been delivered", "connecterror", "not responding", "did not respond", "routing loop", "frozen", "maximum retry", "resources temporarily", "overloaded", "4.4.7", "giving up",
)  # fmt: skip
_SYSTEM: Final = (
    "command died", "command failed", "x-unix", "can't create", "cannot create", "mailer error", "system error", "i/o error", "internal error", "internal server", "local error", "configuration error", "out of memory", "no space left", "disk full", "delivery agent", "pipe to", "procmail", "exit status", "exit code", "user_program", "couldn't write", "cannot open mailbox", "mail system is full", "mail system full", "local delivery failed", "aliasing/forwarding loop", "exceeded maximum hop", "script", "cannot append", "unable to create", "cannot allocate", "child process", "dovecot", "syntax error", "unrecognized command", "command unrecognized", "command not recognized", "out of order", "bad sequence", "protocol error", "unspecified error",
)  # fmt: skip

_AT_RCPT: Final = (
    "rcpt", "recipient address rejected", "does not like recipient", "recipient command", "rejected recipient", "(state 13)", "(state 14)",
)  # fmt: skip
# Gmail's states 15 and above, and Yahoo's [BODY], are those of the message itself.
_AT_DATA: Final = (
    ">>> data", "end of data", "after data", "data command", "to data", "message body", "after message", "after i sent the message", "(state 15)", "(state 16)", "(state 17)", "(state 18)", "[body]",
)  # fmt: skip
# Words of mail systems that look their users up themselves.
_CERTAIN: Final = (
    "not listed in domino", "not listed in public name", "unknown user:", "unknown recipient", "no valid recipients", "e-mail address wasn't found", "email address wasn't found", "wasn't found at", "couldn't be found", "account that you tried to reach does not exist", "e-mail account does not exist", "recipientnotfound", "recipnotfound", "sorry, no mailbox here by that name", "address couldn't be found", "mailbox is unavailable", "address does not exist", "nosuchuser", "requested action not taken: mailbox unavailable", "invalid final delivery userid", "invalid recipient - https", "invalid mailbox. local mailbox", "(user not found)", "user/recipient unknown", "unknown or illegal alias", "unknown recipient or mailbox",
)  # fmt: skip

_BY_STATUS: Final[dict[str, Reason]] = {
    "1.0": Reason.UNKNOWN_USER, "1.1": Reason.UNKNOWN_USER, "1.2": Reason.UNKNOWN_HOST, "1.3": Reason.UNKNOWN_USER, "1.4": Reason.REFUSED, "1.6": Reason.MOVED, "1.7": Reason.REFUSED, "1.8": Reason.REFUSED, "1.9": Reason.SYSTEM, "1.10": Reason.UNKNOWN_USER,
    "2.0": Reason.REFUSED, "2.1": Reason.UNAVAILABLE, "2.2": Reason.FULL, "2.3": Reason.TOO_LARGE, "2.4": Reason.REFUSED, "3.0": Reason.SYSTEM, "3.1": Reason.SYSTEM, "3.2": Reason.TAKES_NO_MAIL, "3.3": Reason.SYSTEM, "3.4": Reason.TOO_LARGE, "3.5": Reason.SYSTEM,
    "4.0": Reason.TEMPORARY, "4.1": Reason.TEMPORARY, "4.2": Reason.TEMPORARY, "4.3": Reason.SYSTEM, "4.4": Reason.UNKNOWN_HOST, "4.5": Reason.TEMPORARY, "4.6": Reason.TEMPORARY, "4.7": Reason.TEMPORARY, "4.14": Reason.TEMPORARY, "4.312": Reason.UNKNOWN_HOST, "4.310": Reason.UNKNOWN_HOST,
}  # fmt: skip
# Said of who sent it or whence it came, though it stands in an answer to RCPT.
_SENDER_CHECKS: Final = (
    "spf fail", "spf check", "spf record", "spf validation", "due to: spf", "dmarc", "blocked using", "blacklist", "block list", "blocklist", "listed at", "listed by", "dnsbl", "reputation", "cannot find your", "reverse hostname", "administrative prohibition", "relaying denied", "relay access denied", "relay not permitted", "unable to relay", "do not relay",
)  # fmt: skip
# Words by which a server says that it could not find out, or that its patience ended: a later mail may pass.
_NOT_YET: Final = (
    "greylist", "graylist", "unverified address", "not found, try again", "could not contact dns", "lookup failed temporarily", "name lookup failure", "lookup did not complete", "message expired", "envelope expired", "delivery expired", "delivery time expired", "queue too long", "retry timeout exceeded", "unable to lookup dns", "dns lookup failure", "loops back", "loop detected", "in a loop",
)  # fmt: skip
# What systems write for programs to read: it says more than the sentence beside it.
_TOKENS: Final[tuple[tuple[re.Pattern[str], Reason], ...]] = tuple(
    (re.compile(pattern), found)
    for pattern, found in (
        (
            r"resolver\.adr\.(?:ex)?recip(?:ient)?notfound|\brcp-p1\b|\(000c05a6\)",
            Reason.UNKNOWN_USER,
        ),  # Exchange, Facebook, Exchange 5.5
        (r"smtpsend\.dns\.nonexistentdomain|infodomainnonexistent", Reason.UNKNOWN_HOST),
        (r"resolver\.rst\.recipsizelimit", Reason.TOO_LARGE),
        (
            r"\brcp-p[2-9]\b|resolver\.(?:adr|rst)\.[a-z]|\(000c0595\)|\(000b09(?:aa|b6|9c|81)\)|transport\.rules\.",
            Reason.REFUSED,
        ),
        (r"smtpsend\.dns\.mxloopback|queue\.expired|\(00120270\)", Reason.TEMPORARY),
        (r"x-powermta-bouncecategory: ?bad-mailbox", Reason.UNKNOWN_USER),
        (r"x-powermta-bouncecategory: ?bad-domain", Reason.UNKNOWN_HOST),
        (r"x-powermta-bouncecategory: ?[a-z]", Reason.REFUSED),
    )
)
_FIRST: Final[tuple[tuple[tuple[str, ...], Reason], ...]] = (
    (_FULL, Reason.FULL),
    (_TOO_LARGE, Reason.TOO_LARGE),
    (_UNAVAILABLE, Reason.UNAVAILABLE),
    (_MOVED, Reason.MOVED),
    (_REFUSED_SENDER, Reason.REFUSED),
    (_SENDER_CHECKS, Reason.REFUSED),
    (_NOT_YET, Reason.TEMPORARY),
)
_LATER: Final[tuple[tuple[tuple[str, ...], Reason], ...]] = (
    (_REFUSED, Reason.REFUSED),
    (_TEMPORARY, Reason.TEMPORARY),
    (_SYSTEM, Reason.SYSTEM),
)
_ENHANCED: Final = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
_SCANNED: Final = 8000


def reason(status: str | None, said: str) -> Reason:
    """Judge what a server said (diagnostic text, any language) and its enhanced status code."""
    words = " ".join(said[:_SCANNED].casefold().replace("’", "'").split())
    token = next((found for pattern, found in _TOKENS if pattern.search(words)), None)
    if token is not None:
        return token
    for phrases, found in _FIRST:
        if any(phrase in words for phrase in phrases):
            return found
    if status == "5.4.1" and "recipient address rejected: access denied" in words:
        return Reason.UNKNOWN_USER  # what Microsoft says of addresses that a directory does not hold
    by_status = _BY_STATUS.get(status.partition(".")[2]) if status and status[0] in "45" else None
    if status and status[0] == "4" and by_status in HARD:
        by_status = None  # given up after a temporary answer: only words can say that it is for ever
    return _by_words(words, by_status) or by_status or _by_class(status)


def _by_words(words: str, by_status: Reason | None) -> Reason | None:
    """Unknown is said in many ways that a policy may say as well: then the status decides."""
    words = words.replace("5.1.0 - unknown address error", "")
    user = any(phrase in words for phrase in _UNKNOWN_USER)
    later = next((found for phrases, found in _LATER if any(phrase in words for phrase in phrases)), None)
    if any(phrase in words for phrase in _TAKES_NO_MAIL):
        return Reason.TAKES_NO_MAIL
    if any(phrase in words for phrase in _UNKNOWN_HOST) and by_status in (
        None,
        Reason.UNKNOWN_HOST,
        Reason.UNKNOWN_USER,
        Reason.SYSTEM,
        Reason.TEMPORARY,
    ):
        return Reason.UNKNOWN_HOST
    if user and by_status in (Reason.UNKNOWN_USER, Reason.UNKNOWN_HOST):
        return by_status
    if (
        user
        and by_status in (None, Reason.SYSTEM)
        and (_is_asked_for(words) or any(phrase in words for phrase in _CERTAIN))
    ):
        return Reason.UNKNOWN_USER
    if user and by_status is not None:
        return later or by_status
    if later is not None and by_status in HARD and not user:
        return later
    return later


def _is_asked_for(words: str) -> bool:
    """Whether the refusal answered RCPT. A server that says "unknown user" only after DATA filters."""
    return any(sign in words for sign in _AT_RCPT) and not any(sign in words for sign in _AT_DATA)


def _by_class(status: str | None) -> Reason:
    if status is None:
        return Reason.UNCLEAR
    detail = status.partition(".")[2]
    if detail.startswith(("7.", "6.")):
        return Reason.REFUSED
    return Reason.TEMPORARY if status.startswith("4") else Reason.UNCLEAR


def enhanced_status(text: str) -> str | None:
    """Find an enhanced status code (RFC 3463) in a text; those that say more than x.0.0 first."""
    found = [match[1] for match in _ENHANCED.finditer(text[:_SCANNED]) if match[1][0] in "45"]
    return next((code for code in found if not code.endswith(".0.0")), found[0] if found else None)
