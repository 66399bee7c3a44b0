// Japan's seat: what can be ordered each quarter, the orders as a policy's file has them, the code of a history, and events
// as texts. `seat` is what seat.py knows of the catalogue; a choice is {quarter, group, option}.

const QUARTER = 3, MOST_ORDERS = 128, QUIET = 0.2, OPEN = 1, HALF = 0.5, LONGEST_CODE = 1500;
const RESPONSES = { j: "japan_decides", c: "continue", q: "quieten", s: "suspend" }, RESPONSE_LETTER = "r";
const FORMS = ["none", "quarantine", "blockade", "limited_strike", "invasion"];

const seatGroups = (seat) => [...Object.keys(seat.groups), "response"];
const isTie = (group, seat) => seat.groups[group]?.options === "tie";
const canBe = (group, openness, seat) => seat.groups[group].openness.includes(openness);
const letterOf = (group, seat) => seat.groups[group]?.letter ?? RESPONSE_LETTER;
const groupOf = (letter, seat) => seatGroups(seat).find((group) => letterOf(group, seat) === letter);

/** What is aimed at after some choices: by group {depth, openness} (null is as at the start), and the response. */
function aimsAfter(choices, seat) {
  const aims = Object.fromEntries(Object.keys(seat.groups).map((group) => [group, { depth: null, openness: null }]));
  aims.response = "j";
  for (const { group, option } of choices) {
    const aim = aims[group];
    if (group === "response") aims.response = option;
    else if (option === "b") aims[group] = { depth: HALF, openness: QUIET };
    else if (option === "o") aims[group] = { depth: HALF, openness: OPEN };
    else if (option === "d") aims[group] = { depth: 1, openness: isTie(group, seat) ? aim.openness : OPEN };
    else if (option === "p") aims[group] = { ...aim, openness: OPEN };
    else if (option === "q") aims[group] = { ...aim, openness: QUIET };
    else if (option === "s") aims[group] = { depth: 0, openness: 0 };
    else if (option === "r") aims[group] = isTie(group, seat) ? { ...aim, depth: HALF } : { depth: null, openness: null };
  }
  return aims;
}

/** The options of a group: b begin quietly, o begin in the open, d deepen, p go public, q go quiet, r step back, s suspend. */
function optionsOf(group, aims, seat, start) {
  if (group === "response") return Object.keys(RESPONSES).filter((option) => option !== aims.response);
  const { depth, openness } = aims[group], { options, levers } = seat.groups[group];
  if (options !== "tie") {
    const isWords = options === "words";
    if (depth === null) return isWords ? ["d", "s"] : ["d"];
    return depth === 0 ? ["r", "d"] : isWords ? ["r", "s"] : ["r"];
  }
  const begin = [...(canBe(group, "quiet", seat) ? ["b"] : []), ...(canBe(group, "open", seat) ? ["o"] : [])];
  if (depth === 0) return begin;
  if (depth === null) return levers.some((lever) => seat.at[start][lever][0] > 0) ? [...begin, "s"] : begin;
  const turn = openness === OPEN ? (canBe(group, "quiet", seat) ? ["q"] : []) : canBe(group, "open", seat) ? ["p"] : [];
  return depth < 1 ? ["d", ...turn, "s"] : [...turn, "r", "s"];
}

/** What one option asks of one lever, as a policy's order. */
function orderOf(isTie, option, [depth, openness]) {
  switch (option) {
    case "b": return { depth: Math.max(depth, HALF), openness: QUIET };
    case "o": return { depth: Math.max(depth, HALF), openness: OPEN };
    case "d": return isTie ? { depth: 1 } : { depth: 1, openness: OPEN };
    case "p": return { openness: OPEN, ramp_months: 3 };
    case "q": return { openness: QUIET, ramp_months: 3 };
    case "s": return { depth: 0, openness: 0, ramp_months: 1 };
    default: return isTie ? { depth: Math.max(depth, HALF) } : { depth, openness };
  }
}

/** The choices as the orders of a policy. */
function ordersOf(choices, seat, start) {
  return choices.flatMap(({ quarter, group, option }) => {
    const month = QUARTER * quarter;
    if (group === "response") return [{ month, when_coerced: RESPONSES[option] }];
    return seat.groups[group].levers.map((lever) => ({ month, lever, ...orderOf(isTie(group, seat), option, seat.at[start][lever]) }));
  });
}

const policyOf = (choices, seat, start) => ({ when_coerced: "japan_decides", levers: {}, orders: ordersOf(choices, seat, start) });

/** How many orders a choice takes. */
const sizeOf = (group, seat) => (group === "response" ? 1 : seat.groups[group].levers.length);

/** The choices as far as they can be made one after the other; null at the first that cannot. */
function checkChoices(choices, quarters, seat, start) {
  let last = -1, orders = 0;
  const taken = [];
  for (const choice of choices) {
    const { quarter, group, option } = choice;
    const isTwice = taken.some((each) => each.quarter === quarter && each.group === group);
    if (quarter < last || quarter >= quarters || isTwice || !seatGroups(seat).includes(group)) return null;
    const before = taken.filter((each) => each.quarter < quarter);
    if (!optionsOf(group, aimsAfter(before, seat), seat, start).includes(option)) return null;
    orders += sizeOf(group, seat);
    if (orders > MOST_ORDERS) return null;
    taken.push(choice);
    last = quarter;
  }
  return taken;
}

/**
 * Who stands against a group's levers now, as `may_go_on` in sim/model/effects/levers.py has it: "integration", "suspended",
 * "taipei", "public" or "us"; null if nobody does. `isOpen` is whether they are to be public.
 */
function whoStandsAgainst(group, isOpen, seat, seen) {
  const levers = seat.groups[group].levers.map((lever) => seat.levers[lever]), needs = (who) => levers.some(({ consent }) => consent.includes(who));
  if (levers.some((lever) => lever.package === "interoperability") && !seen.us_integrates) return "integration";
  if (!needs("taiwan")) return null;
  if (seen.posture < 2) return "suspended";
  if (!seen.taiwan_consents) return "taipei";
  if (isOpen && !seen.backed) return "public";
  return needs("us") && !seen.us_consents ? "us" : null;
}

/** What a group's levers need: budget, the consents of taiwan, of the US too (both) or to integration, law, partners; or nobody. */
function needsOf(group, seat) {
  const { levers, needs } = seat.groups[group], all = levers.map((lever) => seat.levers[lever]);
  const some = (of) => all.some(of), taiwan = some(({ consent }) => consent.includes("taiwan")), us = some(({ consent }) => consent.includes("us"));
  const consents = [...(taiwan ? [us ? "both" : "taiwan"] : []), ...(some((lever) => lever.package === "interoperability") ? ["integration"] : []), ...needs.filter((need) => need === "partners")];
  return [...(some(({ budget }) => budget > 0) ? ["budget"] : []), ...needs.filter((need) => need !== "partners"), ...(consents.length ? consents : ["nobody"])];
}

/** A history as a code: its number, the quarters played, and each choice as quarter, group and option. */
const codeOf = ({ world, quarter, choices }, seat) =>
  [world, quarter, ...choices.map((choice) => `${choice.quarter}${letterOf(choice.group, seat)}${choice.option}`)].join("-");

/** A code, or a link that holds one, as a history; null if it is none. Links of before had it under the key of policies. */
function readCode(text, { worlds, quarters, seat, start }) {
  const code = /[#&]_[gp]=(\d+-\d+[^&]*)/.exec(text)?.[1] ?? text.trim();
  if (code.length > LONGEST_CODE || !/^\d{1,4}-\d{1,3}(-\d{1,3}[a-z]{2})*$/.test(code)) return null;
  const [world, quarter, ...rest] = code.split("-");
  if (Number(world) >= worlds || Number(quarter) > quarters) return null;
  const choices = rest.map((part) => ({ quarter: parseInt(part, 10), group: groupOf(part.at(-2), seat), option: part.at(-1) }));
  const checked = checkChoices(choices, Number(quarter), seat, start);
  return checked && { world: Number(world), quarter: Number(quarter), choices: checked };
}

/**
 * Events as texts: {time, key, lever, weight}; only what all can see. A weight of 0 does not stop a longer play.
 * A step beyond all that was seen of its lever, from `start` on, is announced when its work begins. The trace notes the first
 * step of any official tie; the line of 1972 is crossed by the first that is official as a whole.
 */
function publicEvents(notes, seat, start) {
  const rows = Array.from({ length: notes.length / 6 }, (_, i) => notes.slice(6 * i, 6 * i + 6));
  const levers = Object.keys(seat.levers).sort(), found = [], before = {};
  const shown = Object.fromEntries(levers.map((name) => [name, seat.at[start][name][0] * seat.at[start][name][1]]));
  const isAnswered = (time, track) => rows.some(([kind, at, target]) => at === time && seat.events[kind] === "answer" && target === Number(track > 1));
  const isNew = (name, value) => { const found = before[name] !== value; before[name] = value; return found; };
  for (const [number, time, a, b, c, d] of rows) {
    const note = (key, weight = 1, lever = null) => found.push({ time, key, lever, weight });
    const who = a === 0 ? "japan" : "taiwan";
    switch (seat.events[number]) {
      case "us_inauguration": if (time > 0) note(b ? "us_joins" : "us_apart"); break;
      case "taiwan_inauguration": if (time > 0) note(a ? "taipei_agrees" : "taipei_refuses"); break;
      case "official_tie":
        before.line = seat.levers[levers[a]].official >= 1 ? "crossed" : "near";
        note(before.line === "crossed" ? "official" : "official_part", 1, levers[a]);
        break;
      case "step": {
        const name = levers[a], isMore = b * c > shown[name] + 1e-9;
        if (isMore && before.line === "near" && seat.levers[name].official >= 1) {
          before.line = "crossed";
          note("official", 1, name);
        }
        note(isMore ? "announced" : "step", isMore || d === 0 ? 1 : 0, name); // repeated steps are routine
        if (isMore) shown[name] = b * c;
        break;
      }
      case "leak": note("leak", 1, levers[a]); break;
      case "dispute": note("dispute", 0); break;
      case "offence": note("offence", 0); break;
      case "us_signal": note(a === 1 ? "transit" : "arms_sale", 0); break;
      case "answer":
        if (b > 0) note(`economic_${who}_${b}`, a === 0 ? 1 : 0);
        if (c > 0) note(`military_${who}_${c}`, 0);
        break;
      case "pressure":
        if (time > 0 && !isAnswered(time, a) && (a % 2 === 0 || b < 3)) {
          note(`${a % 2 ? "military" : "economic"}_${a < 2 ? "japan" : "taiwan"}_${b}`, a < 2 ? 1 : 0);
        }
        break;
      case "response": note(`response_${b ? "ties" : "other"}_${["suspend", "quieten", "continue", "advance"][a]}`); break;
      case "crisis": note(c ? "crisis_deployed" : "crisis"); break;
      case "incident": note(a ? "deaths" : "incident", a ? 1 : 0); break;
      case "drill_regime": note("drill_regime", 0); break;
      case "overstretch": note(a ? "overstretch" : "overstretch_over"); break;
      case "threat": note("threat"); break;
      case "convoy": note(a ? (b ? "convoy_both" : "convoy_us") : "convoy_none"); break;
      case "first_strike": before.struck = 1; note("first_strike"); break;
      case "east_china_sea":
        if (a) note(d ? (b ? "islet_fought" : "islet_taken") : "islet_back");
        else note(b ? (c ? "clash_both" : "clash_alone") : "clash");
        break;
      case "decision": before.us = before.struck = before.japan = before.bases = undefined; note(`force_${FORMS[a]}`); before.form = a; break;
      case "stage": if (isNew("form", a)) note(`stage_${FORMS[a]}`); break;
      case "belligerents":
        if (isNew("us", a) && (before.form > 1 || a)) note(a ? "us_fights" : "us_out");
        if (isNew("bases", b) && b) note("bases");
        if (isNew("struck", c) && c) note("struck");
        if (isNew("japan", d) && d) note("japan_fights");
        break;
      case "battle": note(b ? "battle_won" : "battle_lost"); break;
      case "nuclear_use": note("nuclear"); break;
      case "settlement": note(a ? "settlement_broken" : "settlement"); break;
      case "fall": note("fall"); break;
      case "war_end": if (!a) note("gives_up"); break;
      default:
    }
  }
  const texts = new Set();
  return found.filter(({ time, key, lever }) => {
    const id = `${Math.floor(time)} ${key} ${lever}`, isFirst = !texts.has(id);
    texts.add(id);
    return isFirst;
  }).sort((p, q) => p.time - q.time);
}

/** How a history ended, by its outcomes: a fact for each sentence. */
function endFacts(row, columns) {
  const is = (outcome) => row[columns[outcome]] === 1, part = ["japan_in_combat", "japan_protects", "japan_supports"].find(is) ?? "spared";
  return ["loss", ...(is("use_of_force") ? [is("taiwan_falls") ? "fell" : "stands", ...(is("first_strike") ? ["first_strike"] : []), part] : []),
    ...(is("force_at_japan") ? ["force_at_japan"] : []), ...(is("islet_seized") ? ["islet_seized"] : [])];
}
