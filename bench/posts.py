"""Realistic posts for the benchmarks: Arabic and English, 280 bytes of UTF-8 each, the same for the same seed.

Words are drawn with frequencies like those of speech (few common, many rare), so that full text has something to
do and padding, escaping and stemming see both scripts. This file does not know events, keys or the store.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from random import Random
from typing import Final

POST_BYTES: Final = 280

TOPICS: Final = ("coming-out", "transition", "dating", "family", "work", "health", "legal")

_ENGLISH: Final = (
    "the and to of a in is that we you it for was on are with my they be at have this from or had not but what "
    "all when your can said there use an each which she do how their if will up other about out many then them "
    "these so some her would make like him into time has look two more write go see number no way could people "
    "mother brother sister friend doctor clinic hormones lawyer landlord neighbour rent money bus ticket border "
    "meeting tonight tomorrow Thursday kitchen flat room sofa keys phone safe careful trust name pronouns "
    "hearing court paper passport embassy visa asylum letter interview nurse therapist group circle march "
    "banner food drive lift ride hospital prescription pharmacy job boss shift salary school exam teacher "
    "worried tired happy proud scared alone together answer question thanks please welcome home again slowly"
).split()

_ARABIC: Final = (
    "في من على إلى عن مع هذا هذه كان كانت لا ما أن إن هو هي نحن أنا أنت كل بعد قبل عند حتى لكن أو ثم قد لقد كيف متى "
    "أين لماذا اليوم غدا أمس الليلة صديق صديقة أهل أمي أبي أخي أختي بيت غرفة مفتاح مال إيجار عمل وظيفة مدير مدرسة "
    "جامعة امتحان طبيب طبيبة عيادة دواء مستشفى موعد محامي محكمة جلسة ورقة جواز سفارة تأشيرة لجوء حدود سفر حافلة تذكرة "
    "اجتماع حلقة مسيرة لافتة طعام مساعدة عرض طلب نقل سكن أمان ثقة اسم ضمائر رسالة سؤال جواب شكرا أهلا مرحبا "
    "خائف تعبان سعيد فخورة وحيد معا قريبا ببطء مرة أخرى شارع حي مدينة بيروت عمان تونس القاهرة الناس المجتمع القانون "
    "الصحة العائلة الهاتف السلامة التضامن الحرية الحب الحياة"
).split()


def posts(count: int, seed: int = 1) -> Iterator[tuple[str, str]]:
    """That many (topic, text): text is exactly POST_BYTES bytes of UTF-8; half Arabic, half English, some mixed."""
    chance = Random(seed)
    english = _rarer(len(_ENGLISH))
    arabic = _rarer(len(_ARABIC))
    for number in range(count):
        words = [f"#{number}"]
        size = len(words[0])
        in_arabic = chance.random() < 0.5
        while size < POST_BYTES:
            switch = chance.random() < 0.05
            if in_arabic is not switch:
                word = chance.choices(_ARABIC, cum_weights=arabic)[0]
            else:
                word = chance.choices(_ENGLISH, cum_weights=english)[0]
            words.append(word)
            size += 1 + len(word.encode())
        text = " ".join(words).encode()[:POST_BYTES].decode(errors="ignore")
        yield chance.choice(TOPICS), text + "." * (POST_BYTES - len(text.encode()))


def _rarer(count: int) -> list[float]:
    """Cumulative weights by Zipf's law: the n-th word is n times as rare as the first."""
    return list(accumulate(1 / rank for rank in range(1, count + 1)))
