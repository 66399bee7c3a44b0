// Events as sentences, chosen as sim/narrative/narration.py chooses them; its sentences.yaml has the words and weights.
// `narrative` is that file with what Python knows of the trace: {sentences, marks, scale, words, lines, events, views, levers}.

const CAUSES = ["official_tie", "step", "leak", "dispute", "offence", "scripted"];
const HAIR = 1e-9, MOST = 20, MOST_ALIKE = 7, LEAST = 1, SIDES = ["against", "policy"];

/** Put values in the place of their names in braces. */
const fillIn = (template, values) => template.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));

/** Events with named values, from six numbers an event: its kind, its time, four values. */
function nameEvents(numbers, narrative) {
  return Array.from({ length: numbers.length / 6 }, (_, i) => {
    const [kind, time, ...values] = numbers.slice(6 * i, 6 * i + 6), { name, fields } = narrative.events[kind];
    return { time, what: name, values: Object.fromEntries(fields.map(([field, labels], at) => [field, labels ? labels[values[at]] : values[at]])) };
  });
}

/** A view of the actors in a step: the course has a row a step. */
const viewAt = (course, step, name, narrative) => course[step * narrative.views.length + narrative.views.indexOf(name)];

/** Events with all that a rule may ask for or name, in order of time; `begin` has each lever's depth and openness at the start. */
function observe(events, course, step, narrative, begin) {
  const width = narrative.views.length;
  let last = course.length / width - 1, since = {}, cause = [-1, ""], seen = [-1, {}], decided = -1, line = "far";
  const gone = new Set();
  /** 0 if a step shows what was there at the start, 1 for the first time more, 2 again more. */
  const beyond = ({ lever, depth, openness }) => {
    if (depth * openness <= begin[lever][0] * begin[lever][1] + HAIR) return 0;
    return gone.has(lever) ? 2 : (gone.add(lever), 1);
  };
  /** 1 if the line of 1972 is crossed: by the first official tie, or later if that one was official in part. */
  const crosses = (what, { lever }, isMore) => {
    const isWhole = narrative.official[lever] >= 1;
    if (what === "official_tie") line = isWhole ? "crossed" : "near";
    else if (isMore && isWhole && line === "near") line = "crossed";
    else return 0;
    return Number(isWhole);
  };
  while (Number.isNaN(course[last * width])) last--;
  return events.map(({ time, what, values }) => {
    const row = Math.min(Math.floor(time / step), last);
    if (what === "perception") seen = [time, values];
    if (what === "decision") [since, decided] = [{}, time];
    const known = { ...since, ...Object.fromEntries(narrative.views.map((name, at) => [name, course[row * width + at]])),
      ...(seen[0] === time ? seen[1] : {}), ...values,
      cause: cause[0] === time ? cause[1] : "nothing", at_start: Number(time === 0), at_decision: Number(time === decided), ...(what === "step" ? { beyond: beyond(values) } : {}) };
    if (what === "official_tie" || what === "step") known.crosses = crosses(what, values, known.beyond > 0);
    const changed = Object.keys(values).filter((name) => since[name] !== values[name]);
    Object.assign(since, values);
    if (CAUSES.includes(what)) cause = [time, what];
    return { time, what, known, changed };
  }).sort((a, b) => a.time - b.time || (a.what === "aftermath") - (b.what === "aftermath"));
}

function holds(value, wanted) {
  if (Array.isArray(wanted)) return wanted.includes(value);
  if (typeof wanted === "object") return value >= (wanted.from ?? -Infinity) && value < (wanted.below ?? Infinity);
  return value === wanted;
}

const fits = (rule, moment) => rule.event === moment.what
  && Object.entries(rule.when ?? {}).every(([name, wanted]) => holds(moment.known[name], wanted))
  && (!rule.changed || rule.changed.some((name) => moment.changed.includes(name)));

function inWords(name, value, narrative, language) {
  const words = narrative.words[language];
  if (typeof value === "string") return words[name]?.[value] ?? narrative.levers[value] ?? value;
  const rounded = Math.floor(Math.abs(value) * (narrative.scale[name] ?? 100) + 0.5);
  return rounded === 0 && value !== 0 ? words.few : String(rounded);
}

/** A sentence for every event that has a rule. */
function narrate(moments, narrative, language) {
  return moments.flatMap((moment) => narrative.sentences.flatMap((rule, number) => {
    if (!fits(rule, moment)) return [];
    const values = Object.fromEntries(Object.entries(moment.known).map(([name, value]) => [name, inWords(name, value, narrative, language)]));
    return [{ time: moment.time, month: Math.floor(moment.time), text: fillIn(rule[language], values), rule: number, weight: rule.weight, years: rule.years ?? 0 }];
  }));
}

/** The sentences that weigh most; each repetition of a rule halves, and so does standing in the other history too. */
function choose(sentences, most, before = [], other = []) {
  const rules = new Map(), texts = new Set(before.map(({ text }) => text)), shared = new Set(other.map(({ month, text }) => `${month} ${text}`));
  for (const { rule } of before) rules.set(rule, (rules.get(rule) ?? 0) + 1);
  const weighed = sentences.map((sentence, number) => {
    const isNew = !texts.has(sentence.text), earlier = rules.get(sentence.rule) ?? 0;
    const weight = isNew ? sentence.weight / 2 ** (earlier + shared.has(`${sentence.month} ${sentence.text}`)) : 0;
    if (isNew) rules.set(sentence.rule, earlier + 1);
    texts.add(sentence.text);
    return { sentence, number, weight };
  });
  return weighed.filter(({ weight }) => weight >= LEAST).sort((a, b) => b.weight - a.weight || a.number - b.number).slice(0, most)
    .sort((a, b) => a.number - b.number).map(({ sentence }) => sentence);
}

/** Two histories side by side: what is alike, the month in which they part and by what, what else each has. */
function compareHistories(sides) {
  const { against, policy } = sides, isSame = (a, b) => a.text === b.text && a.month === b.month;
  let alike = 0;
  while (alike < Math.min(against.length, policy.length) && isSame(against[alike], policy[alike])) alike++;
  const firsts = SIDES.flatMap((name) => sides[name].slice(alike, alike + 1));
  const month = firsts.length ? Math.min(...firsts.map((first) => first.month)) : null;
  const parting = {}, rest = {}, kept = {}, otherOf = (name) => (name === "against" ? "policy" : "against");
  for (const name of SIDES) {
    const later = sides[name].slice(alike);
    const here = new Set(sides[otherOf(name)].slice(alike).filter((each) => each.month === month).map(({ text }) => text));
    parting[name] = later.filter((each) => each.month === month && !here.has(each.text)).slice(0, 1);
    rest[name] = later.filter((each) => !parting[name].includes(each));
  }
  const news = SIDES.flatMap((name) => parting[name].map(({ text }) => text));
  const first = choose(against.slice(0, alike).filter(({ text }) => !news.includes(text)), MOST_ALIKE);
  for (const name of SIDES) {
    kept[name] = choose(rest[name], MOST - 1 - first.length, [...first, ...parting[name]], rest[otherOf(name)]);
  }
  const plainly = (sentences) => sentences.map((each) => ({ month: each.month, text: each.text, weight: each.weight, years: each.years }));
  const bySide = (of) => Object.fromEntries(SIDES.map((name) => [name, of(name)]));
  return {
    alike: { sentences: plainly(first), more: alike - first.length },
    parting: { month, sentences: bySide((name) => plainly(parting[name])) },
    sides: bySide((name) => ({ sentences: plainly(kept[name]), more: rest[name].length - kept[name].length })),
  };
}

/** The signs of a timeline: months since the start, and which. */
const signsOf = (moments, narrative) => moments.flatMap((moment) => {
  const rule = narrative.marks.find((each) => fits(each, moment));
  return rule ? [[moment.time, rule.sign]] : [];
});

const firstMonth = (signs, sign) => {
  const found = signs.find(([, kind]) => kind === sign);
  return found ? Math.floor(found[0]) : null;
};

/** The hazard of force added up by the end of each step; NaN once Taiwan has fallen. */
const dangerOf = (course, narrative) => Array.from({ length: course.length / narrative.views.length }, (_, step) => viewAt(course, step, "danger", narrative));

/** The month in which the danger of both differs most before any decision for force, and what Beijing then believes. */
function widestGap(sides, courses, decisions, step, narrative) {
  const rise = (danger, at) => (at ? danger[at] - danger[at - 1] : danger[0]);
  const until = Math.min(sides.against.length, ...decisions);
  let widest = 0, found = null;
  for (let at = 0; at < until; at++) {
    const gap = Math.abs(rise(sides.against, at) - rise(sides.policy, at));
    if (gap > widest) [widest, found] = [gap, at];
  }
  if (found === null) return null;
  const believed = (course) => Object.fromEntries(["success", "joint", "hope"].map((name) => [name, Math.floor(viewAt(course, found, name, narrative) * 100 + 0.5)]));
  return { month: Math.trunc(found * step), against: believed(courses.against), policy: believed(courses.policy) };
}

/** A history under two policies: `watched` has for each side {notes, course}; `begin` are the start's levers, as observe takes them. */
function narrateBoth(watched, narrative, begin, language) {
  const { step } = narrative;
  const bySide = (of) => Object.fromEntries(SIDES.map((name) => [name, of(name)]));
  const moments = bySide((name) => observe(nameEvents(watched[name].notes, narrative), watched[name].course, step, narrative, begin));
  const danger = bySide((name) => dangerOf(watched[name].course, narrative)), marks = bySide((name) => signsOf(moments[name], narrative));
  const decisions = bySide((name) => moments[name].filter(({ what }) => what === "decision").map(({ time }) => Math.floor(time / step)));
  const reached = new Set(SIDES.flatMap((name) => decisions[name].map((at) => danger[name][at])));
  let points = [...reached].sort((a, b) => a - b);
  if (!points.length) {
    let last = danger.against.length - 1;
    while (Number.isNaN(danger.against[last])) last--;
    points = [viewAt(watched.against.course, last, "breaking_point", narrative)];
  }
  return {
    ...compareHistories(bySide((name) => narrate(moments[name], narrative, language))), danger, breaking_points: points, marks,
    endings: bySide((name) => Object.fromEntries(["quarantine", "force", "fall"].map((sign) => [sign, firstMonth(marks[name], sign)]))),
    gap: widestGap(danger, bySide((name) => watched[name].course), SIDES.flatMap((name) => decisions[name]), step, narrative),
  };
}

/** What the policy did to force: averted, provoked, both (force in both) or neither. */
function kindOf({ endings }) {
  const { against, policy } = endings;
  if ((against.force === null) === (policy.force === null)) return policy.force === null ? "neither" : "both";
  return policy.force === null ? "averted" : "provoked";
}

/** The line of the headline, with the months that it needs. */
function headlineOf(story) {
  const month = story.parting.month, kind = kindOf(story);
  if (month === null) return { line: "never", parting: null, force: null };
  const [forced, without] = SIDES.map((name) => story.endings[name]).sort((a, b) => (a.force === null) - (b.force === null));
  const isQuarantine = ["averted", "provoked"].includes(kind) && without.quarantine !== null;
  return { line: kind + (isQuarantine ? "_quarantine" : ""), parting: month, force: forced.force };
}
