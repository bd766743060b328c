"""Lines that say on what day an article was published: "Kelderby, 12 June 2024, 10:30".

A line counts only if it holds little else. What a label before the day says decides: the day of an
update, and that of anything else ("Closing date:"), is not the article's.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from assistant.reading.dates import FoundDate, compact_date, find_dates
from assistant.reading.month_names import weekdays

_LONGEST = 160


class Kind(IntEnum):
    """What a day is that of, the surest one for an article first."""

    PUBLISHED = 0
    UNSAID = 1
    UPDATED = 2


@dataclass(frozen=True)
class LineDate:
    found: FoundDate
    kind: Kind


_PUBLISHED_WORDS = (
    "first published|originally published|published|posted|date published|publication date"
    "|giriş|giriş tarihi|oluşturulma|oluşturulma tarihi|eklenme|eklenme tarihi"
    "|date posted|date|issued|filed|created|veröffentlicht|erschienen|datum|publié|parution"
    "|publicado|publicación|fecha|pubblicato|pubblicazione|data|data de publicação|gepubliceerd"
    "|geplaatst|publicerad|publicerat|publisert|udgivet|offentliggjort|julkaistu|opublikowano"
    "|data publikacji|dodano|publikováno|vydáno|publikované|objavljeno|objavljen|publicat"
    "|közzétéve|megjelent|publikováno|paskelbta|publicēts|avaldatud|yayınlanma|yayın tarihi|tarih"
    "|yayınlandı|опубликовано|опубліковано|дата публикации|дата|публикувано|објављено"
    "|δημοσιεύτηκε|δημοσίευση|ημερομηνία|نشر في|نُشر في|تاريخ النشر|نشر|פורסם|תאריך|تاریخ"
    "|प्रकाशित|প্রকাশ|প্রকাশিত|เผยแพร่|ngày đăng|diterbitkan|公開日|公開|掲載日|配信|投稿日"
    "|发布时间|发布日期|发布|發布時間|發布|发表于|發表|时间|時間|日期|입력|기사입력|승인|기사승인|등록|게시|작성|송고"
)
_UPDATED_WORDS = (
    "last updated|last modified|last changed|last edited|last reviewed|updated|modified|revised"
    "|update|corrected|correction|amended|edited|reviewed|accessed|retrieved|archived|printed|aktualisiert"
    "|zuletzt aktualisiert|zuletzt geändert|geändert|stand|abgerufen|mis à jour|mise à jour"
    "|modifié|actualisé|actualizado|última actualización|modificado|aggiornato|modificato"
    "|ultimo aggiornamento|atualizado|última atualização|bijgewerkt|laatst bijgewerkt|gewijzigd"
    "|uppdaterad|uppdaterat|opdateret|sidst opdateret|oppdatert|sist oppdatert|päivitetty"
    "|muokattu|zaktualizowano|aktualizacja|ostatnia aktualizacja|aktualizováno|aktualizované"
    "|upraveno|ažurirano|actualizat|frissítve|módosítva|atnaujinta|atjaunots|uuendatud"
    "|güncellenme|güncelleme|son güncelleme|güncellendi|обновлено|оновлено|изменено|обновен"
    "|ažurirano|ажурирано|ενημερώθηκε|τελευταία ενημέρωση|ενημέρωση|تحديث|آخر تحديث|עודכן"
    "|به روز|अपडेट|हालनागाद|আপডেট|อัปเดต|cập nhật|diperbarui|更新日|最終更新|更新|修正|修改"
    "|최종수정|수정|업데이트"
)
_PUBLISHED = re.compile(rf"(?<!\w)(?:{_PUBLISHED_WORDS})(?!\w)", re.IGNORECASE)
_UPDATED = re.compile(rf"(?<!\w)(?:{_UPDATED_WORDS})(?!\w)", re.IGNORECASE)
_CLOCK = re.compile(
    r"(?:(?<!\w)(?:[^\W\d_]{1,5}\.? ?(?:las )?|오전 ?|오후 ?|[上下午]午 ?|午[前後] ?))?"
    r"(?<!\d)T?\d{1,2}(?:(?:[.:]|h ?)\d{2}(?::\d{2})?(?:[.,]\d+)?| ?(?=[ap]\.?m\b|h\b|uhr\b)"
    r"| ?[時时點点시](?: ?\d{1,2} ?[分분])?)(?!\d)"
    r"(?: ?(?:[ap]\.?m\b\.?|uhr\b|h\b|z\b))?"
    r"(?: ?\(?(?:[A-Z]{2,5}T?|[+-]\d{2}:?\d{2})\)?(?!\w))?",
    re.IGNORECASE,
)
_SMALL = re.compile(
    r"(?<!\w)(?:page|p|seite|s|página|pagina|pág|str)\.? ?\d{1,3}(?!\w)|"
    r"(?<!\w)(?:on|at|am|le|el|den|um|the|of|il|de|der|om|kl|di|den|год[ау]?|г|р|року|r|m|d"
    r"|[年日]|ngày)(?!\w)\.?|[(（][月火水木金土日一二三四五六][)）]",
    re.IGNORECASE,
)
_OF_A_PICTURE = re.compile(
    r"(?:photo|picture|image|graphic|illustration|foto|bild|imagen|фото)", re.IGNORECASE
)
_SEPARATORS = re.compile(r"\s+[-–—/]\s+|[|·•,;()\[\]，；、／（）【】\u3000]")
_SENTENCE_END = re.compile(r"[。！？]|[.!?][\"”’)]?$")
_LONGEST_REST = 20


def line_dates(
    line: str,
    is_label: Callable[[str], bool],
    is_credit: Callable[[str], bool],
    *,
    day_first: bool | None = None,
) -> list[LineDate]:
    """The days in a line that holds little else; none for any other line.

    is_label: whether a piece of the rest, such as a place or a byline, may stand in such a line.
    is_credit: whether it names who wrote or published it, and may stand right before the day.
    day_first: as for `find_dates`.
    """
    line = line.strip(" *_#~")
    if not line or len(line) > _LONGEST:
        return []
    if day := compact_date(line):
        return [LineDate(FoundDate(0, len(line), day.year, day.month, day.day), Kind.UNSAID)]
    told: list[LineDate] = []
    before = 0
    for found in find_dates(line, day_first=day_first):
        kind = _kind(line[before : found.start], is_label, is_credit)
        if kind is None or _is_glued(line, found):
            return []
        told.append(LineDate(found, kind))
        before = found.end
    rest = line[before:]
    if not told or (_SENTENCE_END.search(rest) and len(rest) > _LONGEST_REST):
        return []
    # "Published 12 June 2024 in the Gazette": the label has said all.
    beside = (part.strip() for bare in _pieces(rest) for part in re.split("[:：]", bare))
    if told[-1].kind is Kind.UNSAID and not all(is_label(part) for part in beside if part):
        return []
    return told


def _kind(
    words: str, is_label: Callable[[str], bool], is_credit: Callable[[str], bool]
) -> Kind | None:
    """What the words before a day make of it; None where they are more than a label."""
    kind = Kind.UNSAID
    pieces = _pieces(words)
    for number, bare in enumerate(pieces):
        if _OF_A_PICTURE.match(bare):
            return None
        label = _UPDATED.match(bare) or _PUBLISHED.match(bare)
        if label:
            # The last one counts: "Updated at 9:15 | Published".
            kind = Kind.UPDATED if _UPDATED.match(bare) else Kind.PUBLISHED
            bare = bare[label.end() :].strip(" :：.")
        if ":" in bare or "：" in bare:
            return None  # "Closing date:", "When:"
        # Right before the day may stand who wrote it, but not "Apply by" or "Valid from".
        credit = is_credit(bare) or is_credit(pieces[number])
        beside = number == len(pieces) - 1 and not credit
        if bare and (beside or not (credit or is_label(bare))):
            return None
    return kind


def _pieces(words: str) -> list[str]:
    """What stands between commas and the like, without weekdays and times. The last one is what
    stands right beside the day, "" if nothing does."""
    pieces = _SEPARATORS.split(_CLOCK.sub(" ", words))
    if len(pieces) > 1 and not pieces[-1].strip() and weekdays().search(pieces[-2].rstrip()):
        pieces.pop()  # "Apply by Monday, 1 May"
    return [_SMALL.sub(" ", weekdays().sub("", p.rstrip())).strip(" .*_#~-–—/") for p in pieces]


def _is_glued(line: str, found: FoundDate) -> bool:
    """Whether the date is part of a word, as in "令和6年6月12日の地震"."""
    after = line[found.end : found.end + 1]
    return after.isalpha() and not _CLOCK.match(line, found.end)
