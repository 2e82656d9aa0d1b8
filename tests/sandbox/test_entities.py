"""Formatted text is read as Telegram reads it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor_bot.sandbox.entities import formatted, units
from tutor_bot.sandbox.refused import Refused


@pytest.mark.parametrize(
    ("html", "text", "entities"),
    [
        ("plain", "plain", []),
        ("<b>bold</b> x", "bold x", [("bold", 0, 4)]),
        ("a &lt;b&gt; &amp; &#39;c&#39;", "a <b> & 'c'", []),
        ("<b>a <i>b</i></b>", "a b", [("bold", 0, 3), ("italic", 2, 1)]),
        ("🦊 <b>x</b>", "🦊 x", [("bold", 3, 1)]),
        ('<a href="https://a.b/?x=1&amp;y">z</a>', "z", [("text_link", 0, 1)]),
        ("  <b>x</b>\n", "x", [("bold", 0, 1)]),
        ('<pre><code class="language-py">x</code></pre>', "x", [("pre", 0, 1), ("pre", 0, 1)]),
        ("<blockquote expandable>x</blockquote>", "x", [("expandable_blockquote", 0, 1)]),
        ("<tg-spoiler>x</tg-spoiler>", "x", [("spoiler", 0, 1)]),
        (
            "say /quiz 3 or @tutor #now",
            "say /quiz 3 or @tutor #now",
            [("bot_command", 4, 5), ("mention", 15, 6), ("hashtag", 22, 4)],
        ),
        ("1/2 and a/b", "1/2 and a/b", []),
    ],
)
def test_html(html: str, text: str, entities: list[tuple[str, int, int]]) -> None:
    """Tags become entities with offsets in UTF-16 units; commands, mentions and hashtags are found."""
    shown, found = formatted(html, "HTML")
    assert shown == text
    assert [(e["type"], e["offset"], e["length"]) for e in found] == entities


@pytest.mark.parametrize(
    ("text", "mode", "words"),
    [
        ("<b>open", "HTML", 'Can\'t find end tag corresponding to start tag "b"'),
        ("ä<x>y</x>", "HTML", 'Unsupported start tag "x" at byte offset 2'),
        ("<b>x</i>", "HTML", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("x</b>", "HTML", "Unexpected end tag at byte offset 1"),
        ("3 < 4", "HTML", "Unclosed start tag at byte offset 2"),
        ("<span>x</span>", "HTML", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("x", "BBCode", "unsupported parse_mode"),
    ],
)
def test_unparsable(text: str, mode: str, words: str) -> None:
    """What Telegram cannot parse is refused in its words."""
    with pytest.raises(Refused) as refused:
        formatted(text, mode)
    assert words in refused.value.description


@given(st.text())
def test_any_text(text: str) -> None:
    """Plain text comes out as it went in, but for blanks at its ends; entities lie inside it."""
    shown, found = formatted(text, None)
    assert shown == text.strip()
    assert all(0 <= e["offset"] < e["offset"] + e["length"] <= units(shown) for e in found)
