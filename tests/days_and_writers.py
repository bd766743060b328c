"""Days and writers of 200 pages and texts, held against a truth that was written by hand.

    python tests/days_and_writers.py [tuned|kept-apart]

Prints how often the day and the writer are right, and each one that is not. A day is invented where
one is given and another, or none, is right. `truth/tuned.txt` was looked at while the rules were
written. `truth/kept-apart.txt` was written before any of the code was tried on either, and first
read by it when the rules stood; README.md has both results.

A document in these files starts with a line `===== NAME | DAYS | WRITERS`, one for each article in
it, `-` for none. {{nav}} and the like stand for what `FILLERS` has.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from assistant.reading import Options, read
from assistant.types import Article

FILES = ("tuned", "kept-apart", "later")
_HEAD = re.compile(r"^===== (.+?) \| (.+?) \| (.+)\n", re.MULTILINE)


def _teaser(number: int) -> str:
    return (
        f'<li><a href="/n/{number}">Ferry number {number} is late</a> '
        f'<span class="author">By Other Writer</span> '
        f'<time datetime="2019-01-0{number}">{number} January 2019</time></li>'
    )


FILLERS = {
    "nav": "<nav><ul>"
    + "".join(f'<li><a href="/s/{n}">Section {n}</a></li>' for n in range(12))
    + "</ul></nav>",
    "footer": "<footer><p>Copyright The Gazette. All rights reserved. Contact us. Terms and "
    "conditions apply to this site and all services.</p></footer>",
    "related": '<div class="related"><h2>More stories</h2><ul>'
    + "".join(map(_teaser, (1, 2, 3)))
    + "</ul></div>",
    "comments": '<section id="comments"><h2>2 comments</h2><div class="comment"><b>By Angry '
    'Reader</b> <time datetime="2024-07-01">1 July 2024</time><p>They should have asked us before '
    "they began with it.</p></div></section>",
    "body": "<p>The harbour wall at Pellmouth will be rebuilt for 4.2 million pounds, the largest "
    "contract the council has let in ten years, it was announced on Tuesday evening.</p><p>Work on "
    "the quarter begins in September and is expected to last eighteen months, said Zoe Brandt, who "
    "leads the project for the council and its contractors.</p><p>Residents of Mill Lane "
    "complained that nobody had asked them about the lorries, of which some ninety a day will pass "
    "their houses until the spring of next year.</p>",
    "fr": "<p>Le mur du port sera reconstruit pour 4,2 millions d'euros, le plus grand contrat que "
    "la ville ait signé en dix ans, a annoncé la mairie mardi soir dans une réunion.</p><p>Les "
    "travaux commencent en septembre et vont durer dix-huit mois, a dit la cheffe du projet, qui "
    "répondait aux questions des habitants du quartier.</p>",
    "de": "<p>Die Hafenmauer wird für 4,2 Millionen neu gebaut, der größte Auftrag, den die Stadt "
    "in den letzten zehn Jahren vergeben hat, wie sie am Dienstagabend mitteilte.</p><p>Die "
    "Arbeiten beginnen im September und dauern voraussichtlich achtzehn Monate, sagte die Leiterin "
    "des Vorhabens, die den Anwohnern ihre Fragen beantwortete.</p>",
    "es": "<p>El muro del puerto será reconstruido por 4,2 millones de euros, el mayor contrato "
    "que la ciudad ha firmado en diez años, anunció la alcaldía el martes por la noche.</p><p>Los "
    "trabajos comienzan en septiembre y durarán dieciocho meses, dijo la jefa del proyecto, que "
    "respondió a las preguntas de los vecinos del barrio.</p>",
    "ru": "<p>Портовая стена будет построена заново за 4,2 миллиона рублей, это самый большой "
    "подряд, который город отдал за десять лет, сообщили во вторник вечером в мэрии.</p><p>Работы "
    "начнутся в сентябре и продлятся полтора года, сказала руководитель проекта, которая отвечала "
    "на вопросы жителей соседних улиц.</p>",
    "ar": "<p>سيعاد بناء جدار الميناء بكلفة أربعة ملايين، وهو أكبر عقد وقعته المدينة منذ عشر "
    "سنوات، كما أعلن المجلس مساء الثلاثاء أمام عدد كبير من السكان.</p><p>يبدأ العمل في سبتمبر "
    "ويستمر ثمانية عشر شهرا، قالت رئيسة المشروع التي أجابت عن أسئلة السكان.</p>",
    "zh": "<p>市政府周二晚间宣布，港口的堤坝将以四千二百万元重建，这是该市十年来签订的最大合同，"
    "居民对此表示欢迎。</p><p>工程将于九月开始，预计持续十八个月，项目负责人在回答居民提问时说，"
    "每天将有九十辆卡车经过。</p>",
    "ja": "<p>市は火曜日の夜、港の堤防を4億2000万円で再建すると発表した。過去十年で最大の契約で、"
    "住民からは歓迎の声が上がった。</p><p>工事は九月に始まり、十八か月続く見込みだと、"
    "計画の責任者は住民の質問に答えて述べた。</p>",
    "ko": "<p>시는 화요일 저녁 항구의 방파제를 42억 원에 다시 짓겠다고 발표했다. 지난 십 년 동안 "
    "가장 큰 계약이며 주민들은 이를 환영했다.</p><p>공사는 구월에 시작되어 십팔 개월 동안 "
    "계속될 것이라고 사업 책임자가 주민들의 질문에 답했다.</p>",
}


@dataclass
class Figures:
    """What came of reading. wrong: one line for each day or writer that is not right."""

    documents: int = 0
    articles: int = 0
    days_right: int = 0
    invented: int = 0
    writers_right: int = 0
    writers_invented: int = 0
    wrong: list[str] = field(default_factory=list)

    def line(self) -> str:
        return (
            f"{self.documents} documents, {self.articles} articles: "
            f"day right {self.days_right} ({self.days_right / self.articles:.1%}), "
            f"invented {self.invented}; writer right {self.writers_right} "
            f"({self.writers_right / self.articles:.1%}), invented {self.writers_invented}"
        )


def documents(file: str) -> Iterator[tuple[str, str, list[str], list[str]]]:
    """Name, content, days and writers of each document in a file of the truth."""
    pieces = _HEAD.split(
        Path(__file__).with_name("truth").joinpath(f"{file}.txt").read_text("utf-8")
    )
    for name, days, writers, content in zip(*(pieces[n::4] for n in (1, 2, 3, 4)), strict=True):
        filled = re.sub(r"\{\{(\w+)\}\}", lambda match: FILLERS[match[1]], content)
        yield name, filled, days.split(), [w.strip() for w in writers.split(";")]


def figures(file: str) -> Figures:
    told = Figures()
    with tempfile.TemporaryDirectory(prefix="days-") as folder:
        for name, content, days, writers in documents(file):
            path = Path(folder, name)
            path.write_text(content, encoding="utf-8")
            found = list(read(path, article_id=name, options=Options()))
            articles = [item for item in found if isinstance(item, Article)]
            assert len(articles) == len(found) == len(days), (name, found)
            writers = writers if len(writers) == len(days) else writers[0].split()
            told.documents += 1
            for article, day, writer in zip(articles, days, writers, strict=True):
                _hold(told, article, day, writer)
    return told


def _hold(told: Figures, article: Article, day: str, writer: str) -> None:
    got_day, got_writer = str(article.published or "-"), article.author or "-"
    told.articles += 1
    told.days_right += got_day == day
    told.invented += got_day not in (day, "-")
    told.writers_right += got_writer == writer
    told.writers_invented += got_writer not in (writer, "-")
    if got_day != day:
        told.wrong.append(f"{article.id}: day {got_day}, not {day}")
    if got_writer != writer:
        told.wrong.append(f"{article.id}: writer {got_writer}, not {writer}")


if __name__ == "__main__":
    for asked in sys.argv[1:] or FILES:
        result = figures(asked)
        print(*result.wrong, f"{asked}: {result.line()}", sep="\n")
