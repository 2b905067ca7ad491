"""What our relay says of itself to a plain HTTP request: the NIP-11 document, and to a browser next to nothing.

Neither names this project: that somebody runs it is nobody's business.
"""

from __future__ import annotations

from typing import Final

import msgspec
from websockets.datastructures import Headers
from websockets.http11 import Response

from tadamun.carry.guest import MAX_NAME
from tadamun.carry.policy import Policy
from tadamun.core.limits import MAX_SEALED, MAX_TAGS

NIPS: Final = (1, 9, 11, 40, 42, 45, 70, 77)


def document(policy: Policy) -> bytes:
    """The NIP-11 document."""
    return msgspec.json.encode(
        {
            "supported_nips": NIPS,
            "limitation": {
                "max_message_length": policy.max_message,
                "max_subscriptions": policy.max_subscriptions,
                "max_filters": policy.max_filters,
                "max_limit": policy.max_limit,
                "default_limit": policy.max_limit,
                "max_subid_length": MAX_NAME,
                "max_event_tags": MAX_TAGS,
                "max_content_length": MAX_SEALED,
                "min_pow_difficulty": 0,
                "created_at_upper_limit": policy.ahead,
                "auth_required": not policy.public,
                "restricted_writes": not (policy.public and policy.keeper),
                "payment_required": False,
            },
        }
    )


def respond(policy: Policy, accept: str) -> Response:
    """accept: the request's Accept header."""
    if "application/nostr+json" in accept.lower():
        return _response(200, "application/nostr+json", document(policy), policy)
    return _response(200, "text/plain; charset=utf-8", b"Nothing to see here.\n", policy)


def busy(policy: Policy) -> Response:
    return _response(503, "text/plain; charset=utf-8", b"Too many connections.\n", policy)


def refuse(policy: Policy) -> Response:
    return _response(403, "text/plain; charset=utf-8", b"Not allowed.\n", policy)


def _response(status: int, kind: str, body: bytes, policy: Policy) -> Response:
    headers = Headers({"Content-Type": kind, "Content-Length": str(len(body)), "Connection": "close"})
    if policy.public:
        # NIP-11 wants it for web pages. Where nothing is public a page has no business here, and cannot tell what runs.
        headers["Access-Control-Allow-Origin"] = "*"
    return Response(status, {200: "OK", 403: "Forbidden", 503: "Service Unavailable"}[status], headers, body)
