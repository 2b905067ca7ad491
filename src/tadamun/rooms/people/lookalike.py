"""When two names look alike: one *skeleton* for all that a reader could take for the same (Unicode TR 39, section 4).

Deviation from TR 39: not its data file (it is large and changes) but what the scripts of this project's languages need:
Latin with the Cyrillic and Greek letters drawn the same, Arabic with the letters that are written for each other.
Too wide a net costs only an id mark behind two names; it decides nothing.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final

_LATIN: Final = dict(
    zip(
        "авекмнорстухіјѕԁԛԝһӏьгпҽαβεζηικμνορτυχγϲϳωıɩɑɡʟɴʀʏᴀᴄᴇᴏᴠᴡᴢⅼ0135|!$ƅ",
        "abekmhopctyxijsdqwhlbrneabezhikmvoptuxycjwiiaglnryaceovwzlolesllsb",
        strict=True,
    )
)
# Those with a hamza or madda above or below fall apart under NFKD and lose it there.
_ARABIC: Final = dict(zip("ٱٲٳٵىیېےةۃەھہکڪگ", "ااااييييهههههككك", strict=True))
_DIGITS: Final = {chr(zero + n): str(n) for zero in (0x660, 0x6F0) for n in range(10)}
_ALIKE: Final = str.maketrans({**_LATIN, **_ARABIC, **_DIGITS})


@lru_cache(maxsize=4096)
def skeleton(name: str) -> str:
    """What is left of a name when case, marks, spaces, unseen signs and letters drawn alike no longer count."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold())
    kept = "".join(sign for sign in folded if unicodedata.category(sign)[0] in "LNS" and sign != "ـ")
    alike = kept.translate(_ALIKE)
    # A capital I is folded to i and drawn as l; rn is read as m, vv as w.
    return alike.translate({ord("i"): "l"}).replace("rn", "m").replace("vv", "w") or name
