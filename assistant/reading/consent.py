"""What a page says of cookies and consent before it lets one read: no part of any article."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.reading import markup
from assistant.reading.text import one_line

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# In the languages whose pages are met most: of what they ask to be allowed, ...
_MATTER = re.compile(
    r"\bcookies?\b|\bconsent|personal data|privacy|unique identifiers|\btracking\b|advertis"
    r"|einwillig|datenschutz|personenbezogen|werbung"
    r"|témoins de connexion|traceurs|consentement|données personnelles|publicité"
    r"|consentimiento|datos personales|publicidad|consenso|dati personali|pubblicità"
    r"|consentimento|dados pessoais|publicidade|toestemming|persoonsgegevens|advertenties"
    r"|samtycke|samtykke|personuppgifter|personopplysninger|evästei|suostumu"
    r"|ciasteczk|plik\w* cookie|zgod[aęy]\b|danych osobowych|souhlas|osobních údajů|hozzájárul"
    r"|согласи|персональн\w+ данн|куки|çerez|rıza"
    r"|クッキー|プライバシー|個人情報|隐私|隱私|쿠키|개인정보",
    re.IGNORECASE,
)
# ... and of who asks whom, and for what.
_ASKED = re.compile(
    r"\b(?:we|our|your?|this (?:web)?site|accept|agree|partners|device|browser)\b"
    r"|\b(?:wir|unser\w*|ihre?\w?|sie|diese website|akzeptier\w*|zustimm\w*|partner|gerät\w*)\b"
    r"|\b(?:nous|nos|notre|vos|votre|vous|ce site|accept\w+|partenaires|appareil)\b"
    r"|\b(?:nuestr\w+|usted|utilizamos|usamos|este sitio|acept\w+|socios|dispositivo)\b"
    r"|\b(?:nostr\w+|utilizziamo|questo sito|accett\w+|nós|nossos|este site|aceit\w+)\b"
    r"|\b(?:wij|onze|uw|jouw|deze website|accepteer\w*|vi|våra|vores|våre|godkänn\w*|godta)\b"
    r"|\b(?:nasz\w*|nasi|twoj\w*|akceptuj\w*|naše|vaše|přijm\w*|mi|ön\w*|elfogad\w*)\b"
    r"|\b(?:мы|наш\w*|вы|ваш\w*|принима\w*)\b|\b(?:biz|sitemiz\w*|kabul)\b"
    r"|当サイト|同意|我们|您|당사|귀하|동의",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"cookie|consent|gdpr|dsgvo|rgpd|onetrust|didomi|usercentrics|truste|quantcast|cmp[-_]?(?:box|"
    r"container|banner|modal)|sp_message|privacy[-_](?:modal|banner|notice|wall|dialog)",
    re.IGNORECASE,
)
_BOXES = ("div", "section", "aside", "dialog", "form", "footer", "header")
_HOLDERS = (*_BOXES, "p")  # a paragraph alone only where the page says which are the article's
_MOST = 0.6  # of a box's text
_ALL = 0.8
_LONGEST = 3_000  # characters of a paragraph
_HEADED = ("h1", "article", "main")


def is_consent(text: str) -> bool:
    """Whether a paragraph asks its reader for consent, rather than telling of somebody's."""
    if len(text) > _LONGEST or text.lstrip()[:1] in tuple('“„«"‘'):
        return False  # somebody is quoted, or tells a story
    matters = {match[0].lower() for match in _MATTER.finditer(text)}
    asked = {match[0].lower() for match in _ASKED.finditer(text)}
    return bool(matters) and len(matters) + len(asked) >= 3 and bool(asked)


def is_all_consent(text: str) -> bool:
    """Whether a text speaks of nothing but cookies and consent: that is no article."""
    blocks = text.split("\n")
    return sum(len(block) for block in blocks if is_consent(block)) >= _ALL * len(text)


def drop_consent(root: HtmlElement) -> bool:
    """Take what asks for consent out of a page: boxes of such text, by what they say.

    Returns whether there were any.
    """
    holders = _HOLDERS if next(iter(root.iter("article", "main")), None) is not None else _BOXES
    elements = list(root.iter())
    lengths = _lengths(elements)
    gone: set[HtmlElement] = set()
    for element in elements:
        if element.getparent() in gone:
            gone.add(element)
        elif element is not root and element.tag in holders:
            asking, total = lengths[element]
            names = f"{element.get('class') or ''} {element.get('id') or ''}"
            boxed = _NAMED.search(names) or _is_dialog(element)
            least = _MOST / 3 if boxed else _MOST
            if asking and asking >= least * total and not _is_of_article(element):
                gone.add(element)
                element.drop_tree()
    return bool(gone)


def _lengths(elements: list[HtmlElement]) -> dict[HtmlElement, tuple[int, int]]:
    """For each element how many characters in it ask for consent, and how many there are."""
    lengths: dict[HtmlElement, tuple[int, int]] = {}
    holders: set[HtmlElement] = set()  # of blocks
    for element in reversed(elements):  # children before their parents
        lengths[element] = (0, 0)
        if not isinstance(element.tag, str) or element.tag in markup.UNREAD:
            continue
        inner = [child for child in element if child.tag in markup.BLOCKS or child in holders]
        if inner:
            holders.add(element)
            texts = [element.text, *(child.tail for child in element)]
        elif element.tag in markup.BLOCKS:
            texts = [element.text_content()]
        else:
            continue
        text = one_line(" ".join(filter(None, texts)))
        own = (len(text) if is_consent(text) else 0, len(text))
        told = [own, *(lengths[child] for child in inner)]
        lengths[element] = (sum(asking for asking, _ in told), sum(total for _, total in told))
    return lengths


def _is_of_article(element: HtmlElement) -> bool:
    holds = next(iter(element.iter(*_HEADED)), None) is not None
    within = next(element.iterancestors("article"), None) is not None
    return holds or (within and not _is_dialog(element))


def _is_dialog(element: HtmlElement) -> bool:
    return (element.get("role") or "") in ("dialog", "alertdialog") or element.tag == "dialog"
