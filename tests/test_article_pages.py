"""Pages: all of the article that a person sees in its box, and nothing that asks for consent."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.errors import ReadingError
from assistant.reading import read
from assistant.types import Article

pytest.importorskip("trafilatura")

HEAD = "<h1>Mill to be rebuilt</h1>"
FIRST = "The mill at Sarn will be rebuilt for 4.2 million pounds, the council said on Tuesday."
SECOND = "Work begins in autumn and is to last until spring, said Ana Brook, who runs the roads."
THIRD = "Nobody was hurt when the old wheel broke, and that is what counts, she told the people."
STORY = (FIRST, SECOND, THIRD)
P1, P2, P3 = (f"<p>{text}</p>" for text in STORY)
ASKS = (
    "We and our 412 partners store information on your device, such as cookies, and process "
    "personal data for personalised advertising. You can accept or refuse."
)


def page_text(tmp_path: Path, body: str, title: str = "The mill") -> str:
    menu = "".join(f'<li><a href="/{n}">Section {n}</a></li>' for n in range(12))
    path = tmp_path / "page.html"
    path.write_text(
        f'<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head><body>'
        f"<nav><ul>{menu}</ul></nav>{body}<footer><p>Copyright The Gazette. All rights reserved."
        "</p></footer></body></html>",
        encoding="utf-8",
    )
    [found] = read(path, article_id="page.html")
    assert isinstance(found, Article)
    for noise in ("Section 3", "Copyright"):
        assert noise not in found.text
    return found.text


@pytest.mark.parametrize(
    "body",
    [
        f'<div class="main"><div class="a"><div>{P1}</div></div><div class="a"><div><p><strong>Not '
        "paid for:</strong></p><ul><li>the fish market,</li><li>the car park.</li></ul></div></div>"
        "</div>",
        f'<div class="main"><div class="a"><div>{P1}{P2}{P3}</div></div><div class="a"><div><p>'
        "<strong>Not paid for:</strong></p><ul><li>the fish market,</li><li>the car park.</li></ul>"
        "</div></div></div>",
        f"<article>{HEAD}{P1}{P2}<div><p>Not paid for:</p></div><div><ol><li>the fish market,</li>"
        f"<li>the car park.</li></ol></div>{P3}</article>",
        f'<main><div class="text">{P1}{P2}</div><div class="list"><h3>Not paid for:</h3><ul>'
        "<li>the fish market,</li><li>the car park.</li></ul></div></main>",
    ],
)
def test_a_list_in_a_box_of_its_own_is_kept_in_its_place(tmp_path: Path, body: str) -> None:
    text = page_text(tmp_path, body)
    order = [text.find(part) for part in (FIRST, "Not paid for", "fish market", "car park")]
    assert -1 not in order and order == sorted(order)


def test_a_teaser_with_its_own_headline_beside_the_article_stays_out(tmp_path: Path) -> None:
    teaser = '<div><h3><a href="/b">Noise saves cat</a></h3><p>A cat fell from a tree.</p></div>'
    body = (
        f'<div class="page"><article>{HEAD}{P1}{P2}{P3}</article><section>{teaser}</section></div>'
    )
    text = page_text(tmp_path, body)
    assert "cat" not in text and THIRD in text


FIGURES = "It is 40 metres long and cost 12 million pounds in 1950."


@pytest.mark.parametrize(
    "box",
    [
        f'<aside class="infobox"><h2>The mill in figures</h2><p>{FIGURES}</p></aside>',
        f"<aside><h3>In figures</h3><ul><li>{FIGURES}</li><li>Built: 1850</li></ul></aside>",
        f'<div class="factbox"><strong>The mill in figures</strong><p>{FIGURES}</p></div>',
        f"<figure><img src=m.jpg><figcaption>{FIGURES}</figcaption></figure>",
        f'<div class="image"><img src=m.jpg><div class="caption">{FIGURES}</div></div>',
        f'<div><img src=m.jpg><p class="wp-caption-text">{FIGURES[:29]}</p></div>',
    ],
)
def test_info_boxes_and_captions_are_kept(tmp_path: Path, box: str) -> None:
    text = page_text(tmp_path, f"<article>{HEAD}{P1}{P2}{box}{P3}</article>")
    assert FIGURES[:29] in text
    assert text.index(SECOND) < text.index(FIGURES[:29]) < text.index(THIRD)
    after = f'<div class="page"><article>{HEAD}{P1}{P2}{P3}</article>{box}</div>'
    assert FIGURES[:29] in page_text(tmp_path, after)


@pytest.mark.parametrize(
    "box",
    [
        '<aside class="related"><h2>Read more</h2><ul><li><a href="/a">Noise was here</a></li></ul>'
        "</aside>",
        '<aside><h2>Read more</h2><p><a href="/a">Noise was here, long ago.</a></p></aside>',
        '<div class="share"><p>Noise: share this with all of your friends today.</p></div>',
        '<div class="newsletter-box"><p>Noise: subscribe, and get all of the news.</p></div>',
        "<form><p>Noise: what do you think of this article? Tell us in your own words.</p></form>",
    ],
)
def test_teasers_forms_and_appeals_stay_out(tmp_path: Path, box: str) -> None:
    for body in (
        f"<article>{HEAD}{P1}{P2}{P3}{box}</article>",
        f'<div class="page"><article>{HEAD}{P1}{P2}{P3}</article>{box}</div>',
    ):
        text = page_text(tmp_path, body)
        assert "Noise" not in text and THIRD in text


@pytest.mark.parametrize(
    "article",
    [
        f'<aside class="content-main">{HEAD}{P1}{P2}{P3}</aside>',
        f"<div>{HEAD}</div><aside>{P1}{P2}{P3}</aside>",
        f"<article>{HEAD}{P1}{P2}{P3}</article>",
        f'<div class="x"><div>{HEAD}{P1}{P2}{P3}</div></div>',
    ],
)
@pytest.mark.parametrize(
    "asking",
    [
        "",
        f'<div class="consent-modal" role="dialog"><h2>We value your privacy</h2>'
        f"{f'<p>{ASKS}</p>' * 6}<button>Accept all</button></div>",
        f"<div><div><h2>Before you go on</h2>{f'<p>{ASKS}</p>' * 3}</div></div>",
        f"<dialog open><p>{ASKS}</p></dialog>",
    ],
)
def test_the_article_is_stored_wherever_it_stands_and_not_what_asks_for_consent(
    tmp_path: Path, article: str, asking: str
) -> None:
    text = page_text(tmp_path, asking + article)
    assert all(part in text for part in STORY)
    assert "partners" not in text and "privacy" not in text


@pytest.mark.parametrize(
    ("asking", "story"),
    [
        (f"<p>{ASKS}</p>", FIRST),
        (
            "<div><p>Wir und unsere Partner verwenden Cookies auf Ihrem Gerät, um Werbung zu "
            "zeigen. Sie können zustimmen oder ablehnen.</p><button>Ja</button></div>",
            "Die Mühle wird für 12 Millionen Euro neu gebaut, teilte die Stadt mit.",
        ),
        (
            "<div><p>Avec votre accord, nous et nos partenaires utilisons des cookies pour stocker "
            "des données personnelles.</p></div>",
            "Le moulin sera reconstruit pour 12 millions d’euros, a annoncé la ville mardi.",
        ),
        (
            "<div><p>Utilizamos cookies propias y de nuestros socios para mostrarle publicidad. "
            "Puede aceptar o rechazar.</p></div>",
            "El molino será reconstruido por 12 millones de euros, anunció la ciudad.",
        ),
        (
            "<div><p>Мы и наши партнёры используем файлы cookie. Продолжая, вы даёте согласие на "
            "обработку персональных данных.</p></div>",
            "Мельницу восстановят за двенадцать миллионов рублей, сообщил город во вторник.",
        ),
    ],
)
def test_a_short_article_is_not_outweighed_by_what_asks_for_consent(
    tmp_path: Path, asking: str, story: str
) -> None:
    found = page_text(tmp_path, f"{asking}<article><h1>Sarn</h1><p>{story}</p></article>", "Sarn")
    assert found == story


@pytest.mark.parametrize(
    "body",
    [
        f'<div class="consent"><p>{ASKS}</p></div>',
        f"<main><h1>We value your privacy</h1><p>{ASKS}</p><p>{ASKS}</p></main>",
        f"<article><p>{ASKS}</p><p>{ASKS}</p></article>",
    ],
)
def test_a_page_that_only_asks_for_consent_is_no_article(tmp_path: Path, body: str) -> None:
    with pytest.raises(ReadingError, match="no text of an article") as caught:
        page_text(tmp_path, body)
    assert "asks for consent" in caught.value.hint


@pytest.mark.parametrize("box", ["article", "div"])
def test_an_article_about_cookies_is_an_article(tmp_path: Path, box: str) -> None:
    told = (
        "Companies must not set cookies without consent, the court ruled on Tuesday in a case that "
        "users had brought.",
        "“We accept the ruling,” said the firm, whose advertising partners rely on tracking.",
        "Its judges hold that personal data belong to the person, whatever a browser allows.",
    )
    paragraphs = "".join(f"<p>{text}</p>" for text in told)
    text = page_text(tmp_path, f"<{box}><h1>Court limits cookies</h1>{paragraphs}</{box}>")
    assert all(part in text for part in told)


def test_a_page_of_boxes_made_to_be_slow_is_read(tmp_path: Path) -> None:
    """Looking at each box from within all that it stands in takes the square of their number."""
    path = tmp_path / "page.html"
    path.write_text(
        "<body>" + ("<div>" * 200 + f"<p>{FIRST} Our cookies.</p>" + "</div>" * 200) * 40
    )
    assert any(isinstance(found, Article) for found in read(path, article_id="page.html"))
