"""Answers and conversations as JSON that comes back whole, as Markdown and as HTML that is safe."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from test_render import ABSTAINED, ANSWER, BRIDGE, CONFLICT, FOUND, OVERVIEW, answers, unsafe

from assistant import render
from assistant.dialogue import Conversation, Turn
from assistant.errors import AssistantError
from assistant.render.export import markdown, web_address
from assistant.safety import json_text, one_line
from assistant.types import CheckedAnswer, Filters

ASKED = "2025-08-12T09:30:00+00:00"
HOSTILE = [
    *("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</style><svg onload=x>"),
    *(
        "![x](http://evil.example/p.png)",
        "[click](javascript:alert(1))",
        "[x]: http://evil.example",
    ),
    *("<http://evil.example>", "http://evil.example/a", "www.evil.example", "a@evil.example"),
    *(
        "](http://evil.example)",
        "[1]",
        "[7](http://evil.example)",
        "<!--",
        "-->",
        "]]>",
        "&lt;b&gt;",
    ),
    *("&#60;script&#62;", "# ", "1. ", "- ", "> ", "```", "~~~", "    ", "\n\n", "\n---\n", "==="),
    *(
        "{#x onclick=alert(1)}",
        "{{7*7}}",
        "$x$",
        "|a|b|",
        "\\",
        "\\<",
        "*",
        "__",
        "`",
        "\t",
        "\x00",
    ),
    *("\x1b[31m", "\u202e", "\u2066", "\u200b", "\ud800", "\u2028", "w" * 3000, "كلمة", "'", '"'),
]
TEXTS = st.text(max_size=30) | st.lists(st.sampled_from(HOSTILE), max_size=6).map("".join)
LINES = st.builds(
    lambda first, rest: first + rest, st.sampled_from(HOSTILE), st.sampled_from(["x", " x", "\nx"])
)


def rewritten(answer: CheckedAnswer, words: Callable[[], str]) -> CheckedAnswer:
    """`answer` with hostile words wherever an article or a model puts some."""
    return replace(
        answer,
        statements=tuple(
            replace(s, text=words(), reason=words()) for s in answer.statements
        ),
        citations=tuple(
            replace(c, title=words(), source=words(), author=words(), url=words(), quote=words())
            for c in answer.citations
        ),
        nearest=tuple(replace(n, title=words(), source=words()) for n in answer.nearest),
        found=answer.found and replace(
            answer.found, text=words(),
            citation=replace(answer.found.citation, title=words(), source=words(), quote=words()),
        ),
        model=words(),
    )  # fmt: skip


@st.composite
def conversations(draw: st.DrawFn) -> Conversation:
    """Turns of every status and filter, every text of them arbitrary or hostile."""

    def words() -> str:
        return draw(TEXTS)

    def turn() -> Turn:
        names = st.frozensets(TEXTS, max_size=2)
        days = st.none() | st.dates()
        return Turn(
            question=words(),
            answer=rewritten(draw(answers()), words),
            asked_at=ASKED,
            filters=Filters(draw(names), draw(names), draw(names), draw(days), draw(days)),
            thumb=draw(st.sampled_from([None, "up", "down"])),
            note=words(),
        )

    turns = tuple(turn() for _ in range(draw(st.integers(0, 2))))
    return Conversation("", one_line(words())[:200], ASKED, turns)


def only(answer: CheckedAnswer, **changes: Any) -> Conversation:
    return Conversation("", "Bridge", ASKED, (Turn("Cost?", answer, ASKED, **changes),))


class TestParsingAnAnswer:
    @given(answers())
    @settings(max_examples=100, deadline=None)
    def test_what_json_has_of_an_answer_comes_back(self, answer):
        """A conversation on disk and an answer of a server are the answer that was shown."""
        sent = json.loads(json_text(render.answer_json(answer)))
        assert render.parse_answer(sent) == replace(answer, hits=(), read=(), signals={})
        assert render.answer_json(render.parse_answer(sent)) == sent

    def test_timings_come_back_to_a_tenth_of_a_millisecond(self):
        back = render.parse_answer(render.answer_json(ANSWER))
        assert (back.timings.load, back.timings.retrieve) == (1.0, 20.1)
        assert back == replace(ANSWER, timings=back.timings)

    def test_what_an_older_program_wrote_is_read(self):
        """Conversations on disk from before `kind`, `found` and `answers` must open."""
        sent = render.answer_json(replace(ANSWER, found=FOUND, kind="change"))
        for name in ("kind", "found"):
            del sent[name]
        for statement in sent["statements"]:
            del statement["answers"]
        back = render.parse_answer(sent)
        assert back == replace(ANSWER, timings=back.timings)
        assert (back.kind, back.found, back.statements[0].answers) == ("fact", None, None)

    def test_what_was_found_comes_back_alone_too(self):
        """A server streams it before the answer."""
        assert render.parse_found(json.loads(json_text(render.found_json(FOUND)))) == FOUND

    @pytest.mark.parametrize("name", sorted(set(render.answer_json(ANSWER)) - {"kind", "found"}))
    def test_a_missing_key_is_named(self, name):
        sent = render.answer_json(ANSWER)
        del sent[name]
        with pytest.raises(AssistantError, match=f"'{name}' is missing"):
            render.parse_answer(sent)

    @pytest.mark.parametrize(
        ("path", "value", "said"),
        [
            (("status",), "sure", "'status' must be one of answered, abstained, conflict"),
            (("confidence",), "0.9", "'confidence' must be a number"),
            (("confidence",), float("nan"), "'confidence' must be a number"),
            (("confidence",), 10**400, "'confidence' must be a number"),
            (("confidence",), True, "'confidence' must be a number"),
            (("citations",), {}, "'citations' must be a list"),
            (("citations", 0), "x", "'citations[0]' must be a JSON object"),
            (("citations", 0, "published"), "12 May", "'citations[0].published' must be a day"),
            (("citations", 0, "start"), -1, "'citations[0].start' must be a whole number"),
            (("citations", 0, "end"), 3, "'citations[0].end' must not be before 'start'"),
            (("statements", 0, "verdict"), 1, "'statements[0].verdict' must be one of supported"),
            (("statements", 0, "citations"), [7], "'statements[0].citations' names [7]"),
            (("statements", 0, "citations"), ["1"], "'statements[0].citations[0]' must be a whole"),
            (("statements", 0, "answers"), "yes", "'statements[0].answers' must be true or false"),
            (("kind",), "gossip", "'kind' must be one of fact, yes_no"),
            (("found",), 1, "'found' must be a JSON object"),
            (("usage", "prompt_tokens"), None, "'usage.prompt_tokens' must be a whole number"),
            (("timings_ms",), None, "'timings_ms' must be a JSON object"),
        ],
    )  # fmt: skip
    def test_a_wrong_value_is_named_with_the_way_to_it(self, path, value, said):
        sent = render.answer_json(ANSWER)
        place: Any = sent
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value
        with pytest.raises(AssistantError, match=re.escape(said)):
            render.parse_answer(sent)

    def test_a_key_of_a_newer_program_is_left_out(self):
        assert render.parse_answer({**render.answer_json(CONFLICT), "mood": "calm"}).status

    @pytest.mark.parametrize("value", [None, [], "text", 3])
    def test_anything_but_an_object_is_refused(self, value):
        with pytest.raises(AssistantError, match="must be a JSON object"):
            render.parse_answer(value)


class TestJson:
    @given(conversations())
    @settings(max_examples=60, deadline=None)
    def test_an_exported_conversation_comes_back_whole(self, conversation):
        text = json_text(render.conversation_json(conversation))
        assert render.parse_conversation(text) == conversation
        assert render.parse_conversation("\ufeff" + text) == conversation

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("", "not JSON"),
            ("[" * 100_000, "nested too deeply"),
            ("[]", "must be a JSON object"),
            ('{"turns": []}', "'format' is missing"),
            ('{"format": "other"}', "'format' must be one of article-assistant conversation"),
            ('{"format": "article-assistant conversation", "version": 2}', "'version' must be 1"),
            ("9" * 5000, "not JSON"),
            (" " * 20_000_001, "larger than 20 MB"),
            ("é" * 10_000_001, "larger than 20 MB"),
        ],
    )
    def test_what_is_no_conversation_is_refused_with_the_reason(self, text, said):
        with pytest.raises(AssistantError, match=said) as caught:
            render.parse_conversation(text)
        assert caught.value.hint

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"asked_at": "yesterday"}, "'turns[0].asked_at' must be a time in UTC"),
            ({"asked_at": "2025-08-12T09:30:00"}, "'turns[0].asked_at' must be a time in UTC"),
            ({"thumb": "sideways"}, "'turns[0].thumb' must be up, down or null"),
            ({"question": "x" * 20_001}, "'turns[0].question' is longer than 20000"),
            ({"answer": {}}, "'turns[0].answer.answer' is missing"),
            ({"filters": {"articles": [1]}}, "'turns[0].filters.articles[0]' must be text"),
        ],
    )
    def test_a_wrong_turn_is_named(self, change, said):
        sent = render.conversation_json(only(ANSWER))
        sent["turns"][0].update(change)
        with pytest.raises(AssistantError, match=re.escape(said)):
            render.parse_conversation(json.dumps(sent))

    def test_more_turns_than_a_conversation_holds_are_refused(self):
        sent = render.conversation_json(only(ANSWER))
        sent["turns"] = [{}] * 2_001
        with pytest.raises(AssistantError, match="2000 is the most"):
            render.parse_conversation(json.dumps(sent))


def tokens(text: str) -> list[Any]:
    """All tokens of a CommonMark reader that lets HTML through, with tables and strikethrough."""
    reader = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    flat: list[Any] = []
    for token in reader.parse(text):
        flat += [token, *(token.children or ())]
    return flat


def shown(text: str) -> str:
    """What a reader of the Markdown sees."""
    return "".join(t.content for t in tokens(text) if t.type in ("text", "text_special"))


class TestMarkdown:
    def test_question_statements_and_sources_with_their_words(self):
        unsure = replace(ANSWER.statements[0], verdict="unsupported", reason="no number fits")
        answer = replace(ANSWER, statements=(*ANSWER.statements, unsure))
        text = render.conversation_markdown(only(answer, thumb="up", note="nice"))
        assert [line for line in text.split("\n") if line] == [
            "# Bridge",
            "Started 12 August 2025, 09:30 UTC · 1 question",
            "## Cost?",
            "It costs 24.9 million crowns. [1]",
            "It costs 24.9 million crowns. [1] — not confirmed: no number fits",
            "**Sources**",
            "1. Bridge costs rise — The Gazette, 12 August 2025, by Ada Moss — "
            "<https://gazette.example/bridge>",
            "   > The bridge will cost 24.9 million crowns.",
            "*12 August 2025, 09:30 UTC · qwen2.5-coder-1.5b · 3.0 s*",
            "*Marked as right: nice*",
        ]

    def test_conflict_and_silence_are_said_in_words(self):
        text = render.conversation_markdown(only(CONFLICT))
        assert "The articles disagree:\n\n- 24.9 million crowns [1]" in text
        text = render.conversation_markdown(only(ABSTAINED))
        assert render.ARTICLES_SILENT in text
        assert "- Bridge costs rise — The Gazette, 12 August 2025" in text

    def test_silence_quotes_the_closest_words(self):
        text = render.conversation_markdown(only(replace(ABSTAINED, found=FOUND)))
        assert (
            "The articles do not say.\n\nThe closest they come:\n\n"
            "> The bridge will cost 24.9 million crowns.\n\nBridge costs rise — The Gazette" in text
        )

    def test_an_overview_goes_by_day(self):
        text = render.conversation_markdown(only(OVERVIEW))
        assert (
            "### 13 March 2024 · The Gazette\n\n“The council voted for a new bridge.” [2]\n\n"
            "### 12 August 2025 · The Gazette\n\n“The bridge will cost 24.9 million" in text
        )

    def test_what_may_not_answer_the_question_is_marked(self):
        doubtful = replace(ANSWER.statements[0], answers=False)
        text = render.conversation_markdown(only(replace(ANSWER, statements=(doubtful,))))
        assert "[1] — said there, but may not answer the question" in text

    def test_limits_of_the_search_are_said(self):
        filters = Filters(sources=frozenset({"The Gazette"}), since=date(2025, 1, 2))
        text = render.conversation_markdown(only(ANSWER, filters=filters))
        assert "*Asked only of outlets: The Gazette; from 2 January 2025*" in text

    @given(TEXTS | LINES)
    @settings(max_examples=300)
    def test_escaped_text_is_shown_as_it_is(self, text):
        text = one_line(text)
        assert shown(f"- {markdown(text)}") == text
        assert shown(f"before\n{markdown(text)}") == "before" + text
        # GitHub makes links of these even where nothing marks them.
        bare = re.search(r"(?i)(?<!\\)@|https?:/|www\.", markdown(text))
        assert not bare

    @given(conversations())
    @settings(max_examples=60, deadline=None)
    def test_nothing_hostile_becomes_markup(self, conversation):
        text = render.conversation_markdown(conversation)
        assert not unsafe(text)
        found = tokens(text)
        for token in found:
            assert token.type not in ("image", "html_inline", "html_block", "fence", "code_block")
            assert token.type not in ("code_inline", "table_open", "hr", "s_open")
        urls = {web_address(c.url) for turn in conversation.turns for c in turn.answer.citations}
        links = {t.attrs["href"] for t in found if t.type == "link_open"}
        assert len(links) <= len(urls - {None})
        assert all(link.lower().startswith(("http://", "https://")) for link in links)
        headings = [t for t in found if t.type == "heading_open" and t.tag != "h3"]  # of days
        assert len(headings) == 1 + len(conversation.turns)


class Page(HTMLParser):
    """The elements and the text of a page, as a browser would make them."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.comments = 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.comments += 1


OURS = set("html head meta title style body main section h1 h2 h3 p a ul ol li bdi b br".split())
OURS |= {"span", "blockquote", "time"}
ATTRIBUTES = set("lang charset http-equiv content name dir class href rel id value".split())
ATTRIBUTES |= {"datetime"}


class TestHtml:
    @given(conversations())
    @settings(max_examples=60, deadline=None)
    def test_nothing_hostile_becomes_an_element_or_leads_anywhere(self, conversation):
        html = render.conversation_html(conversation)
        page = Page(html)
        assert not unsafe(html)
        assert not page.comments
        assert {tag for tag, _ in page.elements} <= OURS
        assert {name for _, attributes in page.elements for name in attributes} <= ATTRIBUTES
        assert sum(tag == "section" for tag, _ in page.elements) == len(conversation.turns)
        for tag, attributes in page.elements:
            if tag == "a":
                link = str(attributes["href"])
                assert re.fullmatch(r"#source-\d+-\d+", link) or web_address(link) == link
        for turn in conversation.turns:
            assert one_line(turn.question) in page.text

    def test_each_marker_leads_to_its_source(self):
        page = Page(render.conversation_html(only(CONFLICT)))
        ids = {attributes["id"] for _, attributes in page.elements if "id" in attributes}
        links = {str(a["href"]) for tag, a in page.elements if tag == "a"}
        assert ids == {"source-1-1", "source-1-2"}
        assert {"#source-1-1", "#source-1-2", BRIDGE.url} == links

    def test_the_page_forbids_itself_to_run_or_fetch_anything(self):
        html = render.conversation_html(only(ANSWER))
        assert "default-src 'none'; style-src 'unsafe-inline'" in html
        assert not re.search(r"(?i)<script|@import|url\(|\bsrc=|<link", html)
        assert "The bridge will cost 24.9 million crowns." in Page(html).text

    def test_silence_and_conflict_are_said_in_words(self):
        silence = Page(render.conversation_html(only(replace(ABSTAINED, found=FOUND)))).text
        assert render.ARTICLES_SILENT in silence
        assert "The closest they come:" in silence and BRIDGE.quote in silence
        assert "The articles disagree:" in Page(render.conversation_html(only(CONFLICT))).text

    def test_an_overview_is_a_list_of_days(self):
        html = render.conversation_html(only(OVERVIEW))
        days = re.findall(r'<time datetime="([^"]+)">([^<]+)</time>', html)
        assert days == [("2024-03-13", "13 March 2024"), ("2025-08-12", "12 August 2025")]
        assert html.index('<ol class="days">') < html.index("2024-03-13")


class TestWebAddress:
    @pytest.mark.parametrize(
        "url",
        [
            *("javascript:alert(1)", "data:text/html,x", "//evil.example", "https://a b", ""),
            *("https://bank.example@evil.example/", "https://bank.example\\@evil.example/"),
            *("https://x.example/'\"><b>", "https://x.example/\u202e", "https://xn.example/ſ"),
        ],
    )
    def test_an_address_that_could_mislead_is_no_link(self, url):
        assert web_address(url) is None

    def test_an_ordinary_one_is(self):
        url = "https://gazette.example:8443/a/(b)?c=%20d&e=f#g"
        assert web_address(url) == url
