"""The three records of a trial: what has happened (`State`), its cell (`Setting`), its world (`Parameters`).

Each field is declared once, with its type, its unit and its meaning; an array says first how many elements it has.
mypy checks the rules against these classes, and the NumPy records that compiled rules read and write are built from
them (`sim.model.records`). Plain Python and the Mesa model use objects of the classes themselves, so that one set of
rules serves all.
Times are months since the start, rates are per year, and what is counted per step is for one step of play.
"""

from __future__ import annotations

from typing import Annotated

from sim.model.codes import AFTERMATH, CLOCKS, EFFECTS, EVENTS, MOST_ORDERS, MOST_SCRIPTED, TRACKS

Ints = list[int]  # in a compiled record: int64[element]
Floats = list[float]  # in a compiled record: float64[element]

# How many elements an array has
PER_LEVER = 0  # as many as the catalogue has levers, in the order of their names
PER_TRACK, PER_CLOCK, PER_EVENT, PER_RESULT, PER_SCRIPTED, PER_ORDER, PER_EFFECT = (
    len(TRACKS), len(CLOCKS), len(EVENTS), len(AFTERMATH), MOST_SCRIPTED, MOST_ORDERS, len(EFFECTS))  # fmt: skip
PER_LEVER_EFFECT = -PER_EFFECT  # all effects of the first lever, then of the second, and so on
PER_RUNG = sum(rungs for _, _, rungs in TRACKS)  # of all tracks, one after the other


class LeverEffects:
    """The sums of levers from which ratios are counted, each package at full depth in the open as 1."""

    ties_depth: Annotated[float, "share", "military effect of ties with Taiwan, seen or not"]
    ties_seen: Annotated[float, "share", "military effect of ties with Taiwan that others know of"]
    ties_signal: Annotated[float, "share", "commitment to Taiwan that known ties signal"]
    ties_official: Annotated[float, "share", "the part of that signal that crosses the line of 1972"]
    declaration: Annotated[float, "share", "commitment to Taiwan that declarations signal"]
    interop_depth: Annotated[float, "share", "military effect of interoperability with the US"]
    interop_seen: Annotated[float, "share", "military effect of interoperability that others know of"]
    interop_signal: Annotated[float, "share", "commitment that known interoperability signals"]
    extras_depth: Annotated[float, "share", "military effect of the extra levers"]
    extras_seen: Annotated[float, "share", "military effect of the extra levers that others know of"]
    exposure: Annotated[float, "share", "added chance of dangerous encounters, joint escorts as 1"]
    effect: Annotated[Floats, PER_EFFECT, "share", "of each effect in codes.EFFECTS; of assurance what is seen"]


class LeverSums(LeverEffects):
    """What the levers amount to at some depth and openness."""

    ties_steps: Annotated[float, "steps a year", "visible steps with Taiwan, or of standing contacts"]
    alliance_steps: Annotated[float, "steps a year", "visible steps with the US alone"]
    hidden: Annotated[float, "share", "military effect of ties added in secret, which may leak"]
    bases: Annotated[float, "share", "how far Japan lets US forces plan to fight from its bases"]


class Setting:
    """A cell: what its start, its policy and the switches set. No trial changes it."""

    seed: Annotated[int, "number", "the experiment's seed"]
    step: Annotated[float, "months", "length of a step of play: a month or a part of one"]
    years: Annotated[float, "years", "length of a step of play"]
    months: Annotated[float, "months", "the horizon: how long a trial is played"]
    # the start
    hope: Annotated[float, "probability", "the PRC's estimate at the start that peaceful unification stays open"]
    prc_strength: Annotated[float, "log-odds", "PRC military strength at the start, on its odds of success"]
    taiwan_readiness: Annotated[float, "share", "Taiwan's readiness at the start"]
    drill_regime: Annotated[float, "0 or 1", "whether large drills at Taiwan are usual at the start"]
    japan_trade_share: Annotated[float, "share", "the part of Japan's exports that goes to the PRC at the start"]
    japan_trade_drift: Annotated[float, "share a year", "how that part changes"]
    support_shift: Annotated[float, "points", "public support in Japan at the start, over the parameter"]
    us_shift: Annotated[float, "points", "US willingness to fight at the start, over the parameter"]
    us_overstretched: Annotated[int, "0 or 1", "whether the US is tied down elsewhere at the start"]
    months_to_us_inauguration: Annotated[float, "months", "until a US administration takes office"]
    months_to_taiwan_inauguration: Annotated[float, "months", "until a government of Taiwan takes office"]
    months_to_budget: Annotated[float, "months", "until Japan's next budget year begins, in April"]
    start_rung: Annotated[Ints, PER_TRACK, "rung", "pressure under way at the start"]
    start_months: Annotated[Floats, PER_TRACK, "months", "how long that pressure has lasted by then"]
    base: Annotated[LeverSums, "as in LeverSums", "what the levers amount to at the start"]
    # the reference, from which ratios are counted
    reference: Annotated[LeverEffects, "as in LeverEffects", "what the levers amount to at the reference start"]
    reference_hope: Annotated[float, "probability", "hope at the reference start"]
    reference_trade: Annotated[float, "share", "the same part at the reference start"]
    # switches
    on_provocation: Annotated[float, "0 or 1", "Japan's steps provoke answers, anger, a race and lost hope"]
    on_deterrence: Annotated[float, "0 or 1", "what the PRC sees of its opponents' commitment and strength deters it"]
    on_lost_hope: Annotated[float, "0 or 1", "official ties cost the PRC hope of peaceful unification"]
    on_spiral: Annotated[float, "0 or 1", "anger, a race of efforts and answers to Japan's steps lead to crises"]
    on_learning: Annotated[float, "0 or 1", "habit, reputations and demands after concessions"]
    on_moral_hazard: Annotated[float, "0 or 1", "support makes Taiwan bolder and lets it spend less"]
    on_entrapment: Annotated[float, "0 or 1", "useful bases draw a strike on Japan"]
    on_incidents: Annotated[float, "0 or 1", "dangerous incidents happen"]
    on_perception_lag: Annotated[float, "0 or 1", "the PRC's beliefs follow its estimates late"]
    on_misperception: Annotated[float, "0 or 1", "the PRC errs about its chances"]
    on_traits: Annotated[float, "0 or 1", "PRC leaderships differ in what moves them"]
    on_allies_first: Annotated[float, "0 or 1", "in each step the others act before the PRC decides on force"]
    # the policy
    when_coerced: Annotated[int, "place in codes.WHEN_COERCED", "what Japan does when coerced over ties"]
    moves: Annotated[int, "count", "levers that the policy moves"]
    moved: Annotated[Ints, PER_LEVER, "lever", "which levers the policy moves: the first `moves` elements"]
    start_depth: Annotated[Floats, PER_LEVER, "share", "depth at the start"]
    start_openness: Annotated[Floats, PER_LEVER, "share", "openness at the start"]
    goal_depth: Annotated[Floats, PER_LEVER, "share", "depth that the policy aims at"]
    goal_openness: Annotated[Floats, PER_LEVER, "share", "openness that the policy aims at"]
    from_month: Annotated[Floats, PER_LEVER, "months", "when work on the lever begins"]
    ramp_months: Annotated[Floats, PER_LEVER, "months", "from first use to the goal"]
    # what the policy orders later: the first `orders` elements, in the order of their months
    orders: Annotated[int, "count", "orders of the policy"]
    order_month: Annotated[Floats, PER_ORDER, "months", "when it is given"]
    order_lever: Annotated[Ints, PER_ORDER, "lever", "which lever it changes, or NO_CHANGE"]
    order_depth: Annotated[Floats, PER_ORDER, "share", "depth that it aims at"]
    order_openness: Annotated[Floats, PER_ORDER, "share", "openness that it aims at"]
    order_ramp_months: Annotated[Floats, PER_ORDER, "months", "from its first effect to its goal"]
    order_key: Annotated[Ints, PER_ORDER, "key", "of the luck with which its first step is answered"]
    order_response: Annotated[Ints, PER_ORDER, "place in codes.WHEN_COERCED", "response to coercion, or NO_CHANGE"]
    # what kind of step a lever is: the attributes of levers.yaml
    package: Annotated[Ints, PER_LEVER, "place in codes.PACKAGES", "the package the lever belongs to"]
    needs_us: Annotated[Ints, PER_LEVER, "0 or 1", "US consent is needed"]
    needs_taiwan: Annotated[Ints, PER_LEVER, "0 or 1", "Taiwan's consent is needed: the lever is a tie with Taiwan"]
    first_step_key: Annotated[Ints, PER_LEVER, "key", "of the luck with which the first step is answered"]
    official: Annotated[Floats, PER_LEVER, "share", "how far it crosses the line of 1972"]
    defence: Annotated[Floats, PER_LEVER, "share", "how far it has a military side"]
    combat: Annotated[Floats, PER_LEVER, "share", "how far it is a combat role in support of Taiwan"]
    signal_share: Annotated[Floats, PER_LEVER, "share", "its part of the package's signal of commitment"]
    capability_share: Annotated[Floats, PER_LEVER, "share", "its part of the package's military effect"]
    incident_exposure: Annotated[Floats, PER_LEVER, "share", "added chance of dangerous encounters"]
    adoption_ratio: Annotated[Floats, PER_LEVER, "ratio", "its time from decision to practice, over the median's"]
    steps_per_year: Annotated[Floats, PER_LEVER, "steps a year", "visible steps at full depth"]
    budget: Annotated[Floats, PER_LEVER, "0 or 1", "it needs money, which waits for a budget year"]
    has_effects: Annotated[Ints, PER_LEVER, "0 or 1", "it has any of the effects in codes.EFFECTS"]
    effect_share: Annotated[Floats, PER_LEVER_EFFECT, "share", "its part of each effect in codes.EFFECTS"]
    # events that the experiment writes down
    scripted: Annotated[int, "count", "scripted events: the first elements of the arrays below"]
    scripted_event: Annotated[Ints, PER_SCRIPTED, "place in codes.SCRIPTED", "what happens"]
    scripted_key: Annotated[Ints, PER_SCRIPTED, "key", "of the event's luck"]
    scripted_month: Annotated[Floats, PER_SCRIPTED, "months", "when it happens"]


class State(LeverSums):
    """A trial under way. All is zero before it begins, but for its key (`world`, `luck`)."""

    world: Annotated[int, "number", "the world that is played, from 0"]
    luck: Annotated[int, "number", "the luck with which it is played, from 1"]
    time: Annotated[float, "months", "how far the trial has been played"]
    over: Annotated[int, "0 or 1", "Taiwan has fallen, so the trial has ended"]
    # the PRC's leadership and what it feels
    opportunism: Annotated[float, "share", "1 for a leadership moved by opportunity, 0 by despair, 0.5 by both alike"]
    unlimited: Annotated[int, "0 or 1", "PRC aims go beyond Taiwan"]
    error: Annotated[float, "points", "lasting error of the leadership about its chance of success"]
    misread: Annotated[float, "points", "its lasting error about US willingness to fight"]
    assessment: Annotated[float, "points", "error of the latest reassessment of that chance"]
    anger: Annotated[float, "share", "the PRC's anger over recent steps, fading"]
    hope_lost: Annotated[float, "points", "hope of peaceful unification lost by recent offences, fading"]
    strength: Annotated[float, "log-odds", "PRC military strength, on its odds of success"]
    buildup: Annotated[float, "% above trend", "PRC military spending, raised by official ties and by allied effort"]
    effort: Annotated[float, "% above trend", "military spending of Japan and Taiwan, raised by alarm and by buildup"]
    alarm: Annotated[float, "% above trend", "allied effort that PRC answers to Japan's steps have made lasting"]
    regime: Annotated[int, "0 or 1", "large drills at Taiwan have become usual"]
    lesson: Annotated[float, "log odds ratio", "of coercion, by what earlier coercion has taught, fading"]
    demand_ratio: Annotated[float, "rate ratio", "unprovoked pressure on Japan, raised by concessions"]
    # what the PRC believes
    believed_success: Annotated[float, "probability", "success of an invasion, as believed in calm"]
    believed_joint: Annotated[float, "probability", "that the US fights and Japan by choice, as believed in calm"]
    success: Annotated[float, "probability", "success of an invasion, forces in sight reckoned with"]
    joint: Annotated[float, "probability", "that the US fights and Japan by choice, forces in sight reckoned with"]
    # Japan
    support_swing: Annotated[float, "points", "public support that recent coercion has moved, fading"]
    support: Annotated[float, "share", "the part of Japan's public that accepts open defence ties"]
    firmness: Annotated[float, "points", "Japan's reputation for standing firm, on its perceived chance to fight"]
    posture: Annotated[int, "option of japan.responds", "what Japan does with its ties under pressure"]
    posture_until: Annotated[float, "months", "until when it does so"]
    answers: Annotated[int, "count", "times that Japan has responded to coercion"]
    backed_down: Annotated[int, "0 or 1", "Japan has suspended ties under coercion"]
    contact_level: Annotated[float, "share", "unofficial contact between Japan and Taiwan, 1 at the start"]
    moving: Annotated[int, "0 or 1", "work on some lever may go on, or a posture end"]
    gathered: Annotated[int, "option of japan.responds", "posture when the levers were last added up"]
    first_official: Annotated[int, "0 or 1", "a first official tie has crossed the line of 1972"]
    leaked: Annotated[float, "share", "the part of all secret ties that has become known"]
    when_coerced: Annotated[int, "place in codes.WHEN_COERCED", "what the policy says of coercion over ties now"]
    obeyed: Annotated[int, "count", "orders of the policy that have been given"]
    from_depth: Annotated[Floats, PER_LEVER, "share", "depth from which the lever moves to its goal"]
    from_openness: Annotated[Floats, PER_LEVER, "share", "openness from which it moves"]
    goal_depth: Annotated[Floats, PER_LEVER, "share", "depth that Japan aims at now"]
    goal_openness: Annotated[Floats, PER_LEVER, "share", "openness that Japan aims at now"]
    ramp_months: Annotated[Floats, PER_LEVER, "months", "from first effect to that goal"]
    ready: Annotated[Floats, PER_LEVER, "months", "work after which the move to that goal begins"]
    step_key: Annotated[Ints, PER_LEVER, "key", "of the luck with which that move's first step is answered"]
    level: Annotated[Floats, PER_LEVER, "share", "how far the lever has come to its goal"]
    age: Annotated[Floats, PER_LEVER, "months", "work done on the lever"]
    depth: Annotated[Floats, PER_LEVER, "share", "depth now"]
    openness: Annotated[Floats, PER_LEVER, "share", "openness now"]
    repeats: Annotated[Ints, PER_LEVER, "count", "visible steps taken on the lever"]
    # the US and Taiwan
    us_swing: Annotated[float, "points", "US willingness to fight under this president, over the usual"]
    us_overstretched: Annotated[int, "0 or 1", "the US is tied down elsewhere"]
    us_politics: Annotated[float, "points", "US willingness over the reference, before what allies do"]
    u_consents: Annotated[float, "luck", "of the administration's consent"]
    drills: Annotated[int, "count", "large drills at Taiwan begun"]
    us_firmness: Annotated[float, "points", "US reputation for firmness, by transits, fading"]
    us_consents: Annotated[int, "0 or 1", "the administration lets its forces join Japan and Taiwan"]
    us_integrates: Annotated[int, "0 or 1", "the US administration goes on with agreements on integration"]
    us_elections: Annotated[int, "count", "administrations so far"]
    next_us_inauguration: Annotated[float, "months", "when the next US administration takes office"]
    readiness: Annotated[float, "share", "Taiwan's readiness"]
    taiwan_consents: Annotated[int, "0 or 1", "Taiwan's government agrees to open ties with Japan"]
    taiwan_builds: Annotated[int, "0 or 1", "Taiwan's government builds up its defence"]
    taiwan_elections: Annotated[int, "count", "governments of Taiwan so far"]
    next_taiwan_inauguration: Annotated[float, "months", "when the next government of Taiwan takes office"]
    # odds ratios and rates that follow from the levers, counted from the reference
    ties_depth_more: Annotated[float, "share", "ties_depth over the reference's"]
    or_interop: Annotated[float, "odds ratio", "of PRC success, by interoperability and extras"]
    or_interop_seen: Annotated[float, "odds ratio", "the same as seen"]
    or_ties: Annotated[float, "odds ratio", "of PRC success, by ties"]
    or_ties_seen: Annotated[float, "odds ratio", "the same as seen"]
    relief: Annotated[float, "odds ratio", "of US intervention, by Japan's help"]
    relief_seen: Annotated[float, "odds ratio", "the same as seen"]
    or_strike: Annotated[float, "odds ratio", "of a PRC strike on Japan, by useful bases"]
    or_strike_seen: Annotated[float, "odds ratio", "the same as seen"]
    tripwire: Annotated[float, "odds ratio", "that an unstruck Japan fights, by its forces on the spot"]
    hold: Annotated[float, "odds ratio", "that Taiwan gives in to being cut off, by stocks and by support that it sees"]
    escorted: Annotated[float, "odds ratio", "that it gives in to a quarantine, by coast guards that work together"]
    disruption: Annotated[float, "share", "of Japan's loss from a quarantine or blockade that stocks do not save"]
    calm_rate: Annotated[float, "per year", "dangerous incidents while the PLA does not press Taiwan"]
    incident_rate: Annotated[float, "per year", "dangerous incidents while it does and escorts are flown"]
    pressure_ratio: Annotated[float, "rate ratio", "of unprovoked pressure on Taiwan, by exposure"]
    embolden: Annotated[float, "odds ratio", "that Taiwan goes through with what it plans, by support"]
    assured: Annotated[float, "points", "hope of peaceful unification that assurances add"]
    doubt: Annotated[float, "points", "perceived Japanese resolve that assurances take away"]
    soothed: Annotated[float, "ratio", "anger that steps leave, by assurances"]
    bearing: Annotated[float, "ratio", "cost of coercion to Japan, by economic resilience"]
    or_concede: Annotated[float, "odds ratio", "that Japan suspends ties, by economic resilience"]
    or_access: Annotated[float, "odds ratio", "of PRC success against the US without bases in Japan, by others"]
    or_access_seen: Annotated[float, "odds ratio", "the same as the PRC heeds it"]
    forewarned: Annotated[float, "share", "of the worth of being on guard, when force comes out of the blue"]
    in_time: Annotated[float, "probability", "that Japan's forces come before an invasion is decided"]
    support_more: Annotated[float, "points", "public support that preparations for evacuation add"]
    depth_away: Annotated[float, "levers", "depth of all levers away from the start, added up"]
    # coercion and crises
    rung: Annotated[Ints, PER_TRACK, "rung", "pressure now"]
    until: Annotated[Floats, PER_TRACK, "months", "when it ends"]
    since: Annotated[Floats, PER_TRACK, "months", "up to when time on the rung and its cost have been counted"]
    milder: Annotated[Ints, PER_TRACK, "rung", "a surge beneath, which stands when a drill or a campaign ends"]
    milder_until: Annotated[Floats, PER_TRACK, "months", "when that surge ends"]
    highest: Annotated[Ints, PER_TRACK, "rung", "gravest pressure so far"]
    month_high: Annotated[Ints, PER_TRACK, "rung", "gravest pressure in this step"]
    rung_months: Annotated[Floats, PER_RUNG, "months", "time spent on each rung"]
    over_ties: Annotated[int, "0 or 1", "the economic pressure on Japan is over its ties with Taiwan"]
    japan_adapted: Annotated[float, "share", "the part of Japan's coerced trade that has found other buyers"]
    taiwan_adapted: Annotated[float, "share", "the part of Taiwan's coerced trade that has found other buyers"]
    ruptured: Annotated[int, "0 or 1", "economic coercion of Japan has come to a rupture"]
    crises: Annotated[int, "count", "crises so far"]
    first_crisis: Annotated[float, "months", "when the first crisis began"]
    crisis_until: Annotated[float, "months", "when the crisis ends"]
    deployed: Annotated[float, "0 or 1", "US forces are in sight in this crisis"]
    alert: Annotated[float, "share", "how far an attack would not surprise: 1 in a crisis"]
    # who would fight and who would win, now or when the campaign began
    balance: Annotated[float, "odds ratio", "of PRC success, whoever fights: strength, readiness, contact, no surprise"]
    unweighed: Annotated[int, "0 or 1", "levers or US politics have changed since readiness was weighed"]
    us_seen: Annotated[float, "probability", "the US fights an invasion, as the PRC reckons"]
    us_prob: Annotated[float, "probability", "the US fights an invasion"]
    us_attacked: Annotated[float, "probability", "the US fights one that began with a strike on its bases in Japan"]
    attacked_seen: Annotated[float, "probability", "`us_attacked` as the PRC reckons"]
    weighed_support: Annotated[float, "share", "`support` when the decisions about bases were last weighed"]
    weighed_firmness: Annotated[float, "points", "`firmness` then"]
    weighed_us: Annotated[float, "probability", "`us_seen` then"]
    weighed_levers: Annotated[float, "as summed", "`bases` and `or_strike_seen` then, added up"]
    weighed_gain: Annotated[float, "points", "what a first strike gains, when it was last weighed"]
    pressed: Annotated[float, "probability", "Japan opens its bases for an invasion, threatened"]
    pressed_early: Annotated[float, "probability", "Japan opens its bases for a lesser form, threatened"]
    spared: Annotated[float, "probability", "Japan opens its bases for an invasion, not threatened"]
    spared_early: Annotated[float, "probability", "Japan opens its bases for a lesser form, not threatened"]
    sea_seen: Annotated[float, "probability", "`us_seen` when force at Japan was last weighed"]
    sea_willing: Annotated[float, "probability", "`us_prob` then"]
    sea_ready: Annotated[float, "probability", "`fight_prob` then"]
    sea_guarantee: Annotated[float, "points", "US will over the usual, as the PRC sees it and heeds it, then"]
    sea_seizes: Annotated[float, "probability", "force at Japan seizes an islet"]
    sea_after_clash: Annotated[float, "probability", "Japan fights back after a clash"]
    sea_after_seizure: Annotated[float, "probability", "Japan fights back after a seizure"]
    sea_us: Annotated[float, "probability", "the US fights for a Japan that fights back"]
    sea_fights: Annotated[float, "probability", "Japan fights back, by either kind of force"]
    sea_kept: Annotated[float, "probability", "the PRC takes an islet and keeps it"]
    sea_war: Annotated[float, "probability", "that the US fights, given force in the East China Sea"]
    threat_prob: Annotated[float, "probability", "the PRC threatens Japan as it reaches for force"]
    first_prob: Annotated[float, "probability", "the PRC strikes bases in Japan first as it invades"]
    bases_prob: Annotated[float, "probability", "Japan opens its bases for an invasion, threatened or not"]
    bases_early: Annotated[float, "probability", "Japan opens its bases for a lesser form, threatened or not"]
    strike_prob: Annotated[float, "probability", "the PRC strikes those bases"]
    fight_prob: Annotated[float, "probability", "Japan fights without having been struck"]
    guard_prob: Annotated[float, "probability", "Japan's coast guard joins a US convoy through a quarantine"]
    waiting_submits: Annotated[float, "probability", "Taiwan gives in to a quarantine without convoys"]
    convoy_submits: Annotated[float, "probability", "Taiwan gives in to a quarantine that the US breaks by convoys"]
    joined_submits: Annotated[float, "probability", "Taiwan gives in to a quarantine where Japan joins the convoys"]
    alone_submits: Annotated[float, "probability", "Taiwan gives in to a blockade that the US does not contest"]
    contested_submits: Annotated[float, "probability", "Taiwan gives in to a blockade that the US contests"]
    spent: Annotated[float, "share", "`disruption` now, or when the campaign began"]
    daring: Annotated[float, "odds ratio", "of each graver form of force, by the PRC's chance of success as it sees it"]
    resist_prob: Annotated[float, "probability", "Taiwan fights on"]
    resist_seen: Annotated[float, "probability", "the same as the PRC reckons"]
    alone: Annotated[float, "probability", "PRC success against Taiwan alone"]
    without_bases: Annotated[float, "probability", "PRC success against the US without bases in Japan"]
    with_bases: Annotated[float, "probability", "PRC success against the US from bases in Japan"]
    protected: Annotated[float, "probability", "PRC success where Japan protects US ships but does not fight"]
    joined: Annotated[float, "probability", "PRC success where Japan fights from the first"]
    surprised: Annotated[float, "probability", "PRC success where it struck first and the US fights"]
    late: Annotated[float, "probability", "PRC success where Japan joins by choice, perhaps too late"]
    # a campaign
    campaign: Annotated[int, "form in rules.prc", "the form of force under way, NO_CAMPAIGN at peace"]
    campaigns: Annotated[int, "count", "campaigns so far"]
    stage_start: Annotated[float, "months", "when the stage under way began"]
    stage_end: Annotated[float, "months", "when it ends"]
    rest_until: Annotated[float, "months", "until when the PRC rebuilds after a campaign"]
    us_in: Annotated[int, "0 or 1", "the US fights"]
    bases_in: Annotated[int, "0 or 1", "it fights from bases in Japan"]
    struck: Annotated[int, "0 or 1", "the PRC has struck Japan"]
    first: Annotated[int, "0 or 1", "the PRC has struck bases in Japan first"]
    japan_in: Annotated[int, "0 or 1", "Japan fights"]
    protecting: Annotated[int, "0 or 1", "Japan protects US ships and sweeps mines, at least"]
    threatened: Annotated[int, "0 or 1", "the PRC has threatened Japan should it open its bases"]
    convoy: Annotated[int, "0 or 1", "the US breaks the quarantine by convoys"]
    convoy_joined: Annotated[int, "0 or 1", "Japan's coast guard joins them"]
    resisting: Annotated[int, "0 or 1", "Taiwan fights on"]
    u_us: Annotated[float, "luck", "whether the US fights, the same through escalation"]
    u_bases: Annotated[float, "luck", "whether Japan opens its bases"]
    u_strike: Annotated[float, "luck", "whether the PRC strikes Japan"]
    u_fight: Annotated[float, "luck", "whether Japan fights or protects by choice"]
    u_first: Annotated[float, "luck", "whether the PRC strikes bases in Japan first"]
    u_convoy: Annotated[float, "luck", "whether the US breaks a quarantine by convoys"]
    u_guard: Annotated[float, "luck", "whether Japan's coast guard joins them"]
    u_resist: Annotated[float, "luck", "whether Taiwan fights on"]
    u_nuclear: Annotated[float, "luck", "whether nuclear weapons are used"]
    u_broken: Annotated[float, "luck", "whether a settlement is broken"]
    u_exit: Annotated[float, "luck", "whether Taiwan submits, or an invasion succeeds, at this stage"]
    u_escalate: Annotated[float, "luck", "whether the PRC escalates from this stage"]
    u_settle: Annotated[float, "luck", "whether a failed invasion ends in a settlement on PRC terms"]
    # what the trial has come to
    first_force: Annotated[float, "months", "when force beyond a quarantine was first used"]
    gave_up: Annotated[int, "0 or 1", "the PRC has given up a campaign"]
    japan_loss: Annotated[float, "% of a year's GDP", "Japan's loss by coercion and war"]
    taiwan_loss: Annotated[float, "% of a year's GDP", "Taiwan's loss by coercion and war"]
    lever_years: Annotated[float, "lever-years", "depth of all levers away from the start, added up over the years"]
    lever_years_planned: Annotated[float, "lever-years", "the same had nothing delayed the policy"]
    aircraft_lost: Annotated[float, "aircraft", "of the US and Japan"]
    ships_lost: Annotated[float, "ships", "of the PRC"]
    happened: Annotated[Ints, PER_EVENT, "0 or 1", "the event has happened"]
    after: Annotated[Floats, PER_RESULT, "as in outcomes.yaml", "results of the ten years after a fall"]
    # compensators: what was to be expected, added up at each moment at which force could begin
    peace_years: Annotated[float, "years", "time in which force could begin"]
    expected: Annotated[Floats, PER_EVENT, "probability", "of the event in a campaign begun now"]
    fought: Annotated[float, "probability", "of a fall of Taiwan that the US fights, in a campaign begun now"]
    compensator: Annotated[Floats, PER_EVENT, "probability", "accumulated until the event happens"]
    expected_japan_loss: Annotated[float, "% of a year's GDP", "Japan's loss, that by war as expected"]
    expected_taiwan_loss: Annotated[float, "% of a year's GDP", "Taiwan's loss, that by war as expected"]
    falls_fought: Annotated[float, "count", "falls expected, with the US fighting, not yet in after_expected"]
    falls_unfought: Annotated[float, "count", "falls expected, without the US, not yet in after_expected"]
    after_ties: Annotated[float, "share", "ties_depth_more of those falls"]
    after_demands: Annotated[float, "rate ratio", "demand_ratio of those falls"]
    after_expected: Annotated[Floats, PER_RESULT, "as in outcomes.yaml", "results to be expected of the falls expected"]
    # clocks: an event comes when the hazard added up has reached a threshold
    hazard: Annotated[Floats, PER_CLOCK, "events", "expected so far"]
    threshold: Annotated[Floats, PER_CLOCK, "events", "expected when the next one comes"]
    count: Annotated[Ints, PER_CLOCK, "count", "times that the clock has been set"]
    mark_a: Annotated[Floats, PER_CLOCK, "luck", "of the next event: what it is"]
    mark_b: Annotated[Floats, PER_CLOCK, "luck", "of the next event: how long it lasts"]
    mark_c: Annotated[Floats, PER_CLOCK, "luck", "of the next event: what comes of it"]
    # constants of this world, calculated once. Logarithms of ratios add up where ratios would multiply
    log_success: Annotated[float, "log hazard ratio", "of force, for success that rises from impossible to certain"]
    log_joint: Annotated[float, "log hazard ratio", "of force, per unit of log-odds of meeting both allies"]
    log_hope: Annotated[float, "log hazard ratio", "of force, for hope that falls from certain to none"]
    log_crisis: Annotated[float, "log hazard ratio", "of force, in a crisis"]
    log_form: Annotated[float, "log odds ratio", "of each graver form, for success perceived as certain"]
    log_readiness: Annotated[float, "log odds ratio", "of PRC success, per ten points of Taiwan's readiness"]
    log_contact: Annotated[float, "log odds ratio", "of PRC success, for unofficial contact lost"]
    log_alert: Annotated[float, "log odds ratio", "of PRC success, without surprise"]
    reference_joint: Annotated[float, "log-odds", "of meeting both allies, as perceived at the reference"]
    log_quiet: Annotated[float, "log-odds", "that a quiet or unofficial step draws coercion"]
    log_civil: Annotated[float, "log-odds", "that an open official step without a military side draws coercion"]
    log_official: Annotated[float, "log-odds", "that an open official step about defence draws coercion"]
    log_alliance: Annotated[float, "log-odds", "that a step with the US draws coercion"]
    log_dispute: Annotated[float, "log-odds", "that a dispute not over Taiwan draws coercion"]
    log_combat: Annotated[float, "log odds ratio", "of coercion, for a combat role"]
    log_anger: Annotated[float, "log odds ratio", "of coercion, at the height of anger"]
    log_fury: Annotated[float, "log hazard ratio", "of a rupture, at the height of anger"]
    log_rage: Annotated[float, "log odds ratio", "that a military episode becomes a crisis, at the height of anger"]
    log_guards: Annotated[float, "log odds ratio", "of the same at Japan, for coast guards together in full"]
    log_wrath: Annotated[float, "log hazard ratio", "of force at Japan, at the height of anger"]
    log_pact: Annotated[float, "log hazard ratio", "of force at Japan, for US help that is certain against none"]
    log_garrison: Annotated[float, "log hazard ratio", "of force at Japan, for each per cent of effort above trend"]
    log_patrols: Annotated[float, "log hazard ratio", "of force at Japan, for coast-guard co-operation in full"]
    log_race: Annotated[float, "log odds ratio", "of a crisis from an episode, for each per cent that both sides arm"]
    log_arms: Annotated[float, "log odds ratio", "of PRC success, for each per cent that the PRC arms above trend"]
    log_success_lesson: Annotated[float, "log odds ratio", "of coercion, for a concession"]
    log_failure_lesson: Annotated[float, "log odds ratio", "of coercion, for firmness"]
    log_trade: Annotated[float, "log odds ratio", "of coercion, per ten points of Japan's exports that go to the PRC"]
    log_habit: Annotated[float, "log odds ratio", "of coercion, for each earlier step of the kind"]
    log_interop: Annotated[float, "log odds ratio", "of PRC success, per unit of interoperability"]
    log_ties: Annotated[float, "log odds ratio", "of PRC success, per unit of ties"]
    log_extras: Annotated[float, "log odds ratio", "of PRC success, per unit of the extra levers"]
    log_help: Annotated[float, "log odds ratio", "of US intervention, per unit of ties"]
    log_freedom: Annotated[float, "log odds ratio", "of US intervention, per unit of interoperability"]
    log_entrapment: Annotated[float, "log odds ratio", "of a strike on Japan, per unit of interoperability"]
    log_tripwire: Annotated[float, "log odds ratio", "that an unstruck Japan fights, per unit of tripwire"]
    log_boarding: Annotated[float, "log odds ratio", "that it gives in to a quarantine, per unit of coast guards"]
    log_stocks: Annotated[float, "log odds ratio", "that Taiwan gives in to being cut off, per unit of stocks"]
    log_company: Annotated[float, "log odds ratio", "of the same, per unit of ties seen"]
    log_backing: Annotated[float, "log odds ratio", "that Japan opens its bases, for support from none to all"]
    log_stake: Annotated[float, "log odds ratio", "of a threat to Japan, for certainty that bases matter"]
    log_gain: Annotated[float, "log odds ratio", "of a first strike, for a gain from no success to certain success"]
    usual_gain: Annotated[float, "points", "of success that a first strike gains at the reference"]
    usual_stake: Annotated[float, "probability", "the US comes, and from bases in Japan, at the reference"]
    log_escorts: Annotated[float, "log rate ratio", "of incidents, per unit of exposure"]
    log_warning: Annotated[float, "log rate ratio", "of incidents, per unit of interoperability"]
    log_pressure: Annotated[float, "log rate ratio", "of pressure on Taiwan, per unit of exposure"]
    log_access: Annotated[float, "log odds ratio", "of PRC success without bases in Japan, for those elsewhere"]
    log_resilience: Annotated[float, "log odds ratio", "that Japan suspends ties, for economic resilience in full"]
    log_delay: Annotated[float, "log ratio", "of the legal delay, for evacuation prepared in full"]
    log_embolden: Annotated[float, "log odds ratio", "of Taiwan's going through, per unit of ties' signal"]
    log_guarantee: Annotated[float, "log hazard ratio", "of Japan's nuclear decision, for a US guarantee wholly lost"]
    odds_alone: Annotated[float, "odds", "of PRC success against Taiwan alone, at the reference"]
    odds_without: Annotated[float, "odds", "of PRC success against the US without bases, at the reference"]
    odds_with: Annotated[float, "odds", "of PRC success against the US from bases, at the reference"]
    first_rate: Annotated[float, "ratio", "cost of coercion as it begins, over its average in the first year"]
    usual_hope_loss: Annotated[float, "points a year", "hope lost in an average year at the reference"]
    follow: Annotated[float, "share", "how far beliefs go towards estimates in a step"]
    keep_anger: Annotated[float, "share", "of anger left after a step"]
    keep_hope: Annotated[float, "share", "of lost hope left after a step"]
    keep_support: Annotated[float, "share", "of the swing of support left after a step"]
    keep_firmness: Annotated[float, "share", "of reputations left after a step"]
    step: Annotated[float, "months", "of a step"]
    keep_costs: Annotated[float, "share", "of the costs of coercion left after a step"]
    arms_share: Annotated[float, "share", "how far military spending goes towards what is wanted in a step"]


class Parameters:
    """What a world is like: one number a name. Meaning, unit and source stand in scenarios/parameters.yaml."""

    force_per_year: float
    force_calibration: float
    reference_success: float
    reference_joint_involvement: float
    force_hr_success: float
    force_hr_joint_involvement: float
    force_hr_lost_hope: float
    trait_cross_share: float
    prc_opportunist_prob: float
    prc_unlimited_prob: float
    ideological_motive_share: float
    crisis_force_hr: float
    quarantine_share: float
    blockade_share: float
    invasion_share: float
    graver_form_or: float
    misperception_points: float
    misread_resolve_points: float
    reassessments_per_year: float
    reassessment_points: float
    perception_lag_months: float
    ties_signal_points: float
    declaration_signal_ratio: float
    firmness_points: float
    firmness_half_life_months: float
    hope_loss_ties: float
    hope_loss_trigger: float
    hope_recovery_months: float
    assurance_hope_points: float
    assurance_anger_ratio: float
    assurance_doubt_points: float
    us_intervenes_prob: float
    us_or_japan_help: float
    us_or_interoperability: float
    us_blockade_ratio: float
    us_strike_ratio: float
    us_convoy_ratio: float
    us_swing_points: float
    overstretch_begins_per_year: float
    overstretch_ends_per_year: float
    us_overstretch_points: float
    overstretch_help_ratio: float
    us_answers_drill_prob: float
    us_deploys_points: float
    us_deploys_prob: float
    japan_permits_bases_prob: float
    bases_form_or: float
    bases_or_support: float
    bases_or_threat: float
    threat_prob: float
    prc_strikes_japan_prob: float
    strike_or_interoperability: float
    strike_form_ratio: float
    first_strike_prob: float
    first_strike_or_gain: float
    bases_matter_or: float
    us_or_attacked: float
    japan_fights_prob: float
    ties_fight_points: float
    tripwire_fight_or: float
    japan_form_ratio: float
    japan_protects_prob: float
    interoperability_fight_points: float
    japan_legal_delay_months: float
    evacuation_delay_ratio: float
    evacuation_support_points: float
    taiwan_resists_prob: float
    taiwan_will_points: float
    success_alone_prob: float
    success_without_bases_prob: float
    success_with_bases_prob: float
    success_or_japan_fights: float
    protection_success_share: float
    success_or_interoperability: float
    aircraft_saved_share: float
    success_or_ties: float
    success_or_extras: float
    success_or_access: float
    access_beside_bases_share: float
    success_or_readiness: float
    success_or_alert: float
    success_or_first_strike: float
    warning_alert_share: float
    success_or_contact_lost: float
    prc_strength_growth: float
    strength_per_10pct: float
    buildup_ties_pct: float
    hostile_reading: float
    race_response: float
    alarm_effort_pct: float
    allied_effort_ratio: float
    arms_years: float
    quarantine_months: float
    quarantine_escalates_prob: float
    escalates_or_convoy: float
    quarantine_submission_prob: float
    convoy_joined_prob: float
    convoy_joined_points: float
    submission_or_convoy: float
    submission_or_joined: float
    submission_or_guards: float
    submission_or_stocks: float
    submission_or_support: float
    blockade_months: float
    blockade_submission_alone_prob: float
    blockade_submission_us_prob: float
    blockade_escalates_alone_prob: float
    blockade_escalates_us_prob: float
    strike_months: float
    strike_escalates_prob: float
    invasion_months: float
    coerced_settlement_prob: float
    nuclear_use_prob: float
    settlement_broken_prob: float
    rebuild_months: float
    taiwan_triggers_per_year: float
    japan_triggers_per_year: float
    pressure_on_japan_per_year: float
    pressure_on_taiwan_per_year: float
    economic_pressure_share: float
    pressure_trade_share: float
    drill_prob: float
    drill_before_2022_ratio: float
    unprovoked_drill_ratio: float
    drill_regime_per_year: float
    answer_official_prob: float
    answer_civil_prob: float
    answer_or_combat: float
    answer_quiet_prob: float
    answer_alliance_prob: float
    answer_dispute_prob: float
    answer_anger_or: float
    anger_half_life_months: float
    habituation_share: float
    rupture_per_year: float
    ties_rupture_per_year: float
    anger_rupture_hr: float
    trade_restraint_or: float
    freeze_or: float
    spill_trade_or: float
    surge_or: float
    taiwan_spill_or: float
    taiwan_coercion_prob: float
    taiwan_surge_prob: float
    japan_drill_share: float
    economic_duration_months: float
    surge_duration_months: float
    taiwan_surge_duration_months: float
    taiwan_surge_spread: float
    drill_duration_months: float
    duration_spread: float
    political_crises_per_year: float
    episode_crisis_prob: float
    coast_guard_crisis_or: float
    anger_crisis_or: float
    race_crisis_or: float
    crisis_months: float
    incidents_per_year: float
    incident_deadly_prob: float
    deadly_incident_anger: float
    escort_incident_ratio: float
    escort_pressure_ratio: float
    warning_incident_ratio: float
    east_china_per_year: float
    east_china_hr_anger: float
    east_china_hr_guarantee: float
    east_china_hr_effort: float
    east_china_hr_coast_guard: float
    islet_share: float
    japan_answers_clash_prob: float
    japan_answers_seizure_prob: float
    us_clash_ratio: float
    east_china_cost_japan_pct: float
    public_support: float
    elite_gap_points: float
    business_pressure_points: float
    support_needed: float
    open_step_openness: float
    rally_points: float
    support_half_life_months: float
    concede_prob: float
    concede_or_support: float
    quieten_or: float
    reference_support: float
    resilience_concede_or: float
    advance_prob: float
    advance_speed_ratio: float
    suspension_months: float
    concession_relief_share: float
    concession_pressure_ratio: float
    coercion_success_or: float
    coercion_failure_or: float
    contact_change: float
    leaks_per_year: float
    leak_share: float
    ties_adoption_years: float
    interoperability_adoption_years: float
    budget_lead_months: float
    us_integrates_prob: float
    taiwan_consents_prob: float
    us_consents_prob: float
    taiwan_presses_prob: float
    taiwan_embolden_or: float
    taiwan_readiness_growth: float
    taiwan_builds_prob: float
    taiwan_threat_or: float
    taiwan_free_riding_points: float
    us_signals_per_year: float
    us_arms_prob: float
    us_transit_prob: float
    transit_points: float
    arms_readiness_points: float
    japan_exposure_pct: float
    selective_cost_share: float
    resilience_cost_ratio: float
    ties_cost_share: float
    coercion_cost_taiwan_pct: float
    rupture_cost_taiwan_pct: float
    adaptation_months: float
    quarantine_cost_japan_pct: float
    quarantine_cost_taiwan_pct: float
    blockade_cost_japan_pct: float
    stocks_saved_share: float
    blockade_cost_taiwan_pct: float
    strike_cost_japan_pct: float
    strike_cost_taiwan_pct: float
    war_cost_japan_pct: float
    war_bystander_ratio: float
    protection_cost_share: float
    war_cost_taiwan_pct: float
    allied_aircraft: float
    prc_ships: float
    fought_loss_ratio: float
    us_credibility_loss_share: float
    us_defends_japan_prob: float
    us_defends_ties_points: float
    partners_lost_share: float
    veto_points: float
    aftermath_pressure_ratio: float
    unlimited_pressure_ratio: float
    pacific_reach_ratio: float
    reroute_cost_pct: float
    closure_per_year: float
    closure_months: float
    closure_cost_pct: float
    seizure_attempts_per_year: float
    ryukyu_share: float
    seizure_stands_prob: float
    nuclear_decision_per_year: float
    nuclear_hr_guarantee: float
    arming_pct: float
