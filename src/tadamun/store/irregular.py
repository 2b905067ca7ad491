"""Words that no rule of `arabic.py` brings together, or that a rule would spoil. Written as normalised text.

Common words of the life that is talked about here: broken plurals, irregular verbs, words that only look inflected, and
words too common to search by.
"""

from __future__ import annotations

from typing import Final

_ONE_AND_ITS_FORMS: Final = """
صديق: اصدقا صديقه صديقات | طبيب: اطبا طبيبه | دواء: دوا ادويه | محام: محامي محاميه | بيت: بيوت | غرفه: غرف
مدينه: مدن | سوال: اسيله | عمل: اعمال | شقه: شقق شقت | ورقه: ورق اوراق | رساله: رسايل | موعد: مواعيد
اخت: اخوات | اخ: اخوه اخوان | بنت: بنات | شاب: شباب | كتاب: كتب | صوره: صور | قصه: قصص | درس: دروس
مدرسه: مدارس | شارع: شوارع | شخص: اشخاص | اسم: اسماء اسما | طفل: اطفال | جار: جيران | يوم: ايام | اسبوع: اسابيع
شهر: اشهر شهور | ليله: ليل ليالي | مال: اموال | طالب: طلاب طلبه | فاتوره: فواتير | حق: حقوق | قانون: قوانين
سفاره: سفار سفارات | مركز: مراكز | مكتب: مكاتب | مشكله: مشكل مشاكل مشكلات | فكره: فكر افكار | مفتاح: مفاتيح
رقم: ارقام | هاتف: هواتف | مطعم: مطاعم | مسكن: مساكن | عايله: عايل عوايل عايلات | اهل: اهالي | مشروع: مشاريع
تقرير: تقارير | مرض: امراض | ضمير: ضماير | وظيفه: وظيف وظايف | راتب: رواتب | عامل: عمال | سجين: سجنا
فقير: فقرا | بنك: بنوك | تذكره: تذكر تذاكر | خبر: اخبار | حقيبه: حقيب حقايب | باب: ابواب | ضيف: ضيوف
صوت: اصوات | حزب: احزاب | نص: نصوص | person: people persons | child: children | man: men | woman: women
go: goes going gone went | meet: met meets meeting | meet: meetings | write: wrote written writes writing
leave: left leaves leaving | tell: told | give: gave given giving | buy: bought | find: found | think: thought
feel: felt | sleep: slept | pay: paid | say: said | make: made making makes | take: took taken takes taking
come: came comes coming | see: saw seen | know: knew known | speak: spoke spoken
drive: drove driven drives driving | use: used using uses | life: lives | wife: wives | foot: feet | send: sent
die: died dies dying | lie: lied lies lying | lose: lost losing loses | bring: brought | teach: taught
build: built | hold: held | keep: kept | win: won | begin: began begun beginning | break: broke broken
choose: chose chosen choosing | eat: ate eaten | fall: fell fallen | get: got getting gotten
run: ran running runs | wear: wore worn | hear: heard | travel: travelled travelling
"""

# Words whose ending only looks like one, and names of the places people write from.
_UNCHANGED: Final = """
morning evening during nothing something anything everything wedding king ring spring string news yes always
perhaps besides sometimes his this bus gas plus lens series species sacred hundred naked wicked red bed
paris tunis damascus athens cyprus texas wales james charles
لبنان عمان ايران سودان يمن ليبيا سوريا تركيا المانيا مصر اسبانيا ايطاليا فرنسا كندا بحرين فلسطين ليلي
مكان امان انسان حنان ايمان عثمان رمضان لسان ميدان بستان قران زمان ضمان سكان عدنان مروان سليمان
حسين ياسين معين يقين حنين نسرين شيرين ثلاثين عشرين سنين كمين تامين تمرين جنين بنزين انسولين
تلفون هرمون صابون زيتون عيون جنون سجون ديون فنون تعاون بدون مليون كانون
وقت موت انت تحت حوت زيت نبات حيات حياه وفاه صلاه اثبات ثبات بيانات
ورد وطن وصل وقف وضع وجع وزن وعد ولد والد والده وحيد وحده وجود وصول وقوف واجب واضح واحد واحده
اهلا سهلا شكرا جدا ايضا غدا دايما ابدا قريبا معا هنا هناك انا نحن الان
"""

_STOP: Final = """
a an the of in on at to for from by with is are was were be am and or but if it its this that these those i you he
she we they me my your our their his her do does did has have had can could will would should any some there here as
so not no who what where when how which anybody anyone
في من علي الي عن مع هذا هذه ذلك تلك التي الذي ان انه اني انا انت هو هي نحن هم او ثم قد لقد كان كانت يكون ما لا لم لن
هل كل بعض عند بعد قبل حتي لكن اذا اين متي كيف كم لماذا يا و
"""


def _table() -> dict[str, str]:
    found: dict[str, str] = {}
    for line in _ONE_AND_ITS_FORMS.strip().replace("|", "\n").splitlines():
        stem, _, forms = line.partition(":")
        for form in (stem, *forms.split()):
            found[form.strip()] = stem.strip()
    return found


IRREGULAR: Final = _table()
UNCHANGED: Final = frozenset(_UNCHANGED.split())
STOP: Final = frozenset(_STOP.split())
