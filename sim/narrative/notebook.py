"""A story as HTML for a notebook: two timelines, and the sentences of both in two columns."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from sim.narrative import narration

if TYPE_CHECKING:
    from sim.narrative.story import Story

SIGNS = {"step": "○", "coercion": "■", "drill": "▴", "crisis": "◆", "quarantine": "◎", "force": "✖", "end": "▢",
         "fall": "⚑"}  # fmt: skip
COLOURS = {"against": "currentColor", "policy": "#D55E00"}
WIDTH, LEFT, ROW = 900, 34, 56  # pixels of the drawing


def to_html(story: Story) -> str:
    """Give the story as HTML that needs no style sheet and no script."""
    alike, *parting, against, policy = story.sections()
    head = f"<p>{escape(story.counted)}</p><p><strong>{escape(story.headline)}</strong></p>"
    parts = (alike, *parting)
    middle = "".join(f"<p><strong>{escape(title)}</strong>{_lines(sentences)}</p>" for title, sentences in parts)
    columns = "".join(
        f'<td style="vertical-align: top; text-align: left; width: 50%"><strong>{escape(title)}</strong>'
        f"{_lines(sentences)}</td>"
        for title, sentences in (against, policy)
    )
    foot = f"<p>{escape(story.other_lucks)} {escape(story.say('luck_note'))}</p>"
    return f"<div>{head}{_timelines(story)}{middle}<table><tr>{columns}</tr></table>{foot}</div>"


def _lines(sentences: list[tuple[str, str]]) -> str:
    return "".join(f"<br>{escape(f'{date} ' if date else '')}{escape(text)}" for date, text in sentences)


def _timelines(story: Story) -> str:
    months = story.experiment.months
    place = {side: ROW * (number + 1) for number, side in enumerate(story.policies)}
    drawn = [f"<title>{escape(story.headline)}</title>"]
    for side, y in place.items():
        colour = COLOURS[side]
        drawn.append(f'<text x="{LEFT}" y="{y - 22}" fill="{colour}" font-size="13">{escape(story.head(side))}</text>')
        drawn.append(f'<path d="M{LEFT},{y}H{WIDTH - LEFT}" stroke="{colour}" stroke-width="2"/>')
        for time, sign in story.marks[side]:
            x = LEFT + (WIDTH - 2 * LEFT) * min(time / months, 1)
            drawn.append(f'<text x="{x:.1f}" y="{y - 5}" fill="{colour}" font-size="12" text-anchor="middle">'
                         f"{SIGNS[sign]}</text>")  # fmt: skip
    parting = story.narration["parting"]["month"]
    if parting is not None:
        x = LEFT + (WIDTH - 2 * LEFT) * min(parting / months, 1)
        drawn.append(f'<path d="M{x:.1f},{ROW // 2}V{2 * ROW + 8}" stroke="currentColor" stroke-dasharray="4 3"/>')
    key = "   ".join(f"{SIGNS[rule['sign']]} {rule[story.language]}" for rule in narration.read_words()["marks"])
    for month in range(0, months + 1, max(12 * round(months / 60), 1)):
        x = LEFT + (WIDTH - 2 * LEFT) * month / months
        drawn.append(f'<text x="{x:.1f}" y="{2 * ROW + 22}" fill="currentColor" font-size="11" text-anchor="middle">'
                     f"{escape(story.date(month))}</text>")  # fmt: skip
    return (
        f'<svg role="img" viewBox="0 0 {WIDTH} {2 * ROW + 50}" style="max-width: {WIDTH}px">{"".join(drawn)}'
        f'<text x="{LEFT}" y="{2 * ROW + 44}" fill="currentColor" font-size="11">{escape(key)}</text></svg>'
    )
