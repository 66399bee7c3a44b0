"""The trace of one trial: who decided what, on which perception, and when.

Rules note events as they happen, `trace.note(state, trace.LEAK, time, lever, 0, 0, 0)`, always with four values. When
many trials are played these calls are left out. When one trial is replayed, plain Python, the Mesa model and JavaScript
give the same list of events, to the last bit. `EVENTS` declares what each event is and what its values mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.model import codes

if TYPE_CHECKING:
    from sim.model.state import State

Row = tuple[float, float, float, float, float, float]  # an event as it is noted: its number, its time, four values

TARGETS = ("japan", "taiwan")
ECONOMIC = ("none", "freeze", "selective", "rupture")
MILITARY = ("routine", "surge", "drill")
FORMS = ("none", "quarantine", "blockade", "limited_strike", "invasion")
RESPONSES = ("suspend", "quieten", "continue", "advance")
SIGNALS = ("none", "transit", "arms_sale")
TRACKS = tuple(f"{target}_{domain}" for target, domain, _ in codes.TRACKS)


class Field(NamedTuple):
    """A value of an event; `labels` are what the numbers 0, 1, 2 ... stand for."""

    name: str
    unit: str
    meaning: str
    labels: tuple[str, ...] = ()


class EventType(NamedTuple):
    """A kind of event and its values, at most four."""

    name: str
    meaning: str
    fields: tuple[Field, ...] = ()


class Event(NamedTuple):
    """What happened, how many months after the start, and the values that `EVENTS` declares."""

    time: float
    what: str
    values: dict[str, float | str]


LEVER = Field("lever", "lever", "which lever")

EVENTS = (
    EventType("leadership", "The PRC has this leadership in this world.", (
        Field("opportunism", "share", "1 moved by opportunity, 0 by despair, 0.5 by both"),
        Field("unlimited", "0 or 1", "its aims go beyond Taiwan"),
        Field("error", "points", "its lasting error about its chance of success"))),
    EventType("us_inauguration", "A US administration takes office, or is in office at the start.", (
        Field("swing", "points", "its willingness to fight for Taiwan, over the parameter"),
        Field("consents", "0 or 1", "it lets its forces join Japan and Taiwan"))),
    EventType("taiwan_inauguration", "A government of Taiwan takes office, or is in office at the start.", (
        Field("consents", "0 or 1", "it agrees to open ties with Japan"),
        Field("builds", "0 or 1", "it builds up its own forces"))),
    EventType("official_tie", "Japan crosses the line of 1972 by its first official tie with Taiwan.", (LEVER,)),
    EventType("step", "Japan takes a step that the PRC sees.", (
        LEVER,
        Field("depth", "share", "how deep the lever is"),
        Field("openness", "share", "how open it is"),
        Field("repeats", "count", "earlier steps on the lever"))),
    EventType("leak", "A quiet tie becomes known.", (LEVER,)),
    EventType("dispute", "Japan and the PRC quarrel over something other than Taiwan."),
    EventType("offence", "Taiwan or its friends do what offends the PRC.", (
        Field("hope_lost", "points", "hope of peaceful unification lost by recent offences, over the usual"),)),
    EventType("us_signal", "The US sells arms to Taiwan or sails through the Strait.", (
        Field("signal", "option", "which", SIGNALS),
        Field("after_drill", "0 or 1", "it answers a large drill at Taiwan"))),
    EventType("overstretch", "A war or long crisis elsewhere ties the US down, or no longer does.", (
        Field("begins", "0 or 1", "it begins"),)),
    EventType("answer", "The PRC answers a step, a dispute or an offence.", (
        Field("target", "actor", "whom it answers", TARGETS),
        Field("economic", "rung", "its answer by trade", ECONOMIC),
        Field("military", "rung", "its answer by its forces", MILITARY),
        Field("coercion_prob", "probability", "of trade coercion, as the PRC weighed it"))),
    EventType("pressure", "PRC pressure begins, or was under way at the start.", (
        Field("track", "track", "on whom and by what", TRACKS),
        Field("rung", "rung", "how grave, as in outcomes.yaml"),
        Field("duration_months", "months", "how long it is to last; 1e9 as long as a stage of a campaign"))),
    EventType("response", "Japan responds to trade coercion.", (
        Field("option", "option", "what it does", RESPONSES),
        Field("over_ties", "0 or 1", "coerced over ties with Taiwan"),
        Field("support", "share", "the public's support for open defence ties before"),
        Field("rally", "points", "by how much coercion moves that support"))),
    EventType("crisis", "A crisis begins.", (
        Field("number", "count", "crises so far, this one included"),
        Field("until", "months", "when it ends, in months since the start"),
        Field("deployed", "0 or 1", "the US has sent forces"))),
    EventType("incident", "Forces meet dangerously at sea or in the air.", (
        Field("deadly", "0 or 1", "it kills, and becomes a crisis"),)),
    EventType("reassessment", "Beijing estimates its chances afresh.", (
        Field("assessment", "points", "the new error about its chance of success"),)),
    EventType("drill_regime", "Large drills at Taiwan become usual."),
    EventType("scripted", "What the experiment has written down happens.", (
        Field("event", "event", "which", codes.SCRIPTED),)),
    EventType("perception", "What the PRC believes: at the start, in a crisis, and where it decides for force.", (
        Field("success", "probability", "of taking Taiwan"),
        Field("joint", "probability", "of meeting US and Japanese forces together"),
        Field("hope", "probability", "that peaceful unification stays open"))),
    EventType("decision", "The PRC decides for force.", (
        Field("form", "form", "which form of force", FORMS),
        Field("urge", "hazard ratio", "how many times likelier force is than at the reference"),
        Field("rate", "per year", "the hazard of force"),
        Field("crisis", "0 or 1", "the decision falls in a crisis"))),
    EventType("threat", "The PRC threatens Japan with attack should it open its bases."),
    EventType("convoy", "A quarantine begins, and others decide whether to lead ships through it.", (
        Field("us", "0 or 1", "the US leads convoys"),
        Field("japan", "0 or 1", "Japan's coast guard joins them"))),
    EventType("first_strike", "The PRC strikes bases in Japan as it invades, before the US has fought."),
    EventType("stage", "A stage of a campaign begins.", (
        Field("form", "form", "which form of force", FORMS),
        Field("until", "months", "when it ends, in months since the start"),
        Field("resists", "0 or 1", "Taiwan resists"))),
    EventType("belligerents", "Who takes part in this stage beside the PRC and Taiwan.", (
        Field("us", "0 or 1", "the US fights"),
        Field("bases", "0 or 1", "Japan lets it fight from bases in Japan"),
        Field("struck", "0 or 1", "the PRC strikes Japan"),
        Field("japan", "0 or 1", "Japan fights"))),
    EventType("battle", "An invasion is decided.", (
        Field("chance", "probability", "of PRC success, by who is in it"),
        Field("won", "0 or 1", "the PRC takes Taiwan"))),
    EventType("nuclear_use", "A nuclear weapon is used."),
    EventType("settlement", "Taiwan settles on the PRC's terms.", (
        Field("broken", "0 or 1", "the PRC breaks the settlement"),)),
    EventType("fall", "Taiwan falls.", (
        Field("conquered", "0 or 1", "by invasion, not by settlement"),
        Field("fought", "0 or 1", "the US fought"))),
    EventType("aftermath", "What the ten years after the fall bring.", (
        Field("islands_seized", "0 or 1", "the PRC holds Japanese islands"),
        Field("ryukyus_seized", "0 or 1", "the Ryukyus among them"),
        Field("clash", "0 or 1", "Japan and the PRC come to deaths"),
        Field("japan_goes_nuclear", "0 or 1", "Japan decides for nuclear weapons"))),
    EventType("east_china_sea", "The PRC uses force at Japan outside a war over Taiwan.", (
        Field("seizure", "0 or 1", "it seizes an islet; otherwise forces clash and some die"),
        Field("japan", "0 or 1", "Japan's forces fight"),
        Field("us", "0 or 1", "the US fights for Japan"),
        Field("kept", "0 or 1", "the PRC keeps the islet"))),
    EventType("war_end", "The campaign ends.", (
        Field("taiwan_falls", "0 or 1", "Taiwan has fallen; otherwise the PRC gives up"),
        Field("japan_loss", "% of a year's GDP", "Japan's loss so far"),
        Field("taiwan_loss", "% of a year's GDP", "Taiwan's loss so far"))),
)  # fmt: skip

(LEADERSHIP, US_INAUGURATION, TAIWAN_INAUGURATION, OFFICIAL_TIE, STEP, LEAK, DISPUTE, OFFENCE, US_SIGNAL,
 OVERSTRETCH, ANSWER, PRESSURE, RESPONSE, CRISIS, INCIDENT, REASSESSMENT, DRILL_REGIME, SCRIPTED, PERCEPTION,
 DECISION, THREAT, CONVOY, FIRST_STRIKE, STAGE, BELLIGERENTS, BATTLE, NUCLEAR_USE, SETTLEMENT, FALL, AFTERMATH,
 EAST_CHINA_SEA, WAR_END) = range(32)  # fmt: skip


def note(state: State, event: int, time: float, a: float, b: float, c: float, d: float) -> None:
    """Note an event with its four values (0 where it has fewer); a state without a list of events keeps none."""
    events = getattr(state, "events", None)
    if events is not None:
        events.append(tuple(map(float, (event, time, a, b, c, d))))


def _note_nothing(state: State, event: int, time: float, a: float, b: float, c: float, d: float) -> None:
    """What `note` is for a compiler that leaves no calls out."""


note.translated_as = _note_nothing  # type: ignore[attr-defined]


def record_events(state: Any) -> list[Row]:
    """Give a state of plain Python the list in which its trial's events are noted from now on."""
    state.events = []
    events: list[Row] = state.events
    return events


def describe_events(rows: Iterable[Sequence[float]], levers: Sequence[str]) -> list[Event]:
    """Name the values of noted events, with labels in place of numbers where they stand for something.

    Parameters
    ----------
    rows : events as `note` gets them: number, time, four values.
    levers : the catalogue's levers in the order of their names.

    Examples
    --------
    >>> describe_events([(LEAK, 3.5, 1, 0, 0, 0)], ["liaison", "patrols"])
    [Event(time=3.5, what='leak', values={'lever': 'patrols'})]
    """
    events = []
    for number, time, *values in rows:
        kind = EVENTS[int(number)]
        named: dict[str, float | str] = {}
        for field, value in zip(kind.fields, values, strict=False):
            labels = levers if field.unit == "lever" else field.labels
            named[field.name] = labels[int(value)] if labels else value
        events.append(Event(time, kind.name, named))
    return events
