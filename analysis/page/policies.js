// Policies that the reader compares, in slots: a name of the experiment's, or an own one
// {title, when_coerced, levers: {name: {depth, openness, from_month, ramp_months}}}. A slot is never changed, only replaced.
// `from` is the name of the policy that it was copied from, as long as its title follows from what differs.
// `resting` is beside `levers`: what was set of levers that stand where they stood, until they move again.

const MOST_SLOTS = 4, LONGEST_TITLE = 48, MOST_MONTHS = 600 /* of a file: sim/scenario/schema.py */, LEVER_PARTS = ["depth", "openness", "from_month", "ramp_months"];

/** What the engine calls each slot; no policy of a file has such a name as "~1". */
const nameOfSlot = (slot, index) => (typeof slot === "string" ? slot : `~${index}`);

const ownPolicies = (slots) => Object.fromEntries(slots.map((slot, i) => [nameOfSlot(slot, i), slot]).filter(([, slot]) => typeof slot !== "string"));

/** A title without what no title needs, of at most so many letters; it may be empty. */
function cleanTitle(text) {
  return Array.from(text.replace(/[\p{Cc}\p{Cs}\p{Cf}\p{Zl}\p{Zp}]/gu, " ").replace(/\s+/g, " ").trim()).slice(0, LONGEST_TITLE).join("").trim();
}

/** A title without case, as Python's casefold compares: "Straße" and "STRASSE" are one. */
const folded = (title) => title.toLowerCase().toUpperCase().toLowerCase();

/** A title that no other policy has; `taken` are theirs. A number is added where it must be. */
function freeTitle(title, taken) {
  const same = (text) => taken.some((other) => folded(other) === folded(text));
  const numbered = (number) => `${Array.from(title).slice(0, LONGEST_TITLE - 3).join("").trim()} ${number}`;
  let found = title;
  for (let number = 2; same(found); number++) found = numbered(number);
  return found;
}

/** A number that the address can hold: two decimals of a per cent, or of a month. */
const rounded = (x, part) => Math.round(x * (part === "depth" || part === "openness" ? 1e4 : 1e2)) / (part === "depth" || part === "openness" ? 1e4 : 1e2);

/** An own policy that begins as another; orders, and levers that the experiment sets in every policy, are not taken over. */
function policyFrom({ when_coerced, levers }, title, locked = []) {
  return { title, when_coerced, levers: Object.fromEntries(Object.entries(levers).filter(([name]) => !locked.includes(name)).map(([name, change]) =>
    [name, Object.fromEntries(Object.entries(change).map(([part, value]) => [part, rounded(value, part)]))])) };
}

/** A slot with a part of a lever changed; `now` is the lever's level at the start. A lever that comes back to it moves no more. */
function withLever(slot, lever, part, value, now) {
  const { [lever]: moved, ...others } = slot.levers, { [lever]: rested, ...resting } = slot.resting ?? {};
  const next = { ...rested, ...moved, [part]: value }, depth = next.depth ?? now.depth;
  const isBack = part !== "from_month" && depth === now.depth && (depth === 0 || (next.openness ?? now.openness) === now.openness); // depth 0 has no openness to see
  return isBack ? { ...slot, levers: others, resting: { ...resting, [lever]: next } } : { ...slot, levers: { ...slot.levers, [lever]: next }, resting };
}

/**
 * What an own policy does otherwise than the one that it was copied from: levers that go {more, less} far, whether ties are
 * "quieter" or more "public", whether they begin "later" or "earlier", or another "response"; `nowOf(lever)` is its level at the start.
 */
function whatDiffers(slot, base, nowOf) {
  const found = { more: [], less: [], other: new Set() };
  for (const name of new Set([...Object.keys(base.levers), ...Object.keys(slot.levers)])) {
    const before = moveOf(base.levers[name], nowOf(name)), after = moveOf(slot.levers[name], nowOf(name));
    const change = (part, a, b) => Math.sign(rounded(b, part) - rounded(a, part)); // a copy is rounded
    const deeper = change("depth", before.to.depth, after.to.depth), opener = change("openness", before.to.openness, after.to.openness);
    const later = change("from_month", before.from, after.from);
    if (deeper) found[deeper > 0 ? "more" : "less"].push(name);
    else if (opener && after.to.depth > 0) found.other.add(opener > 0 ? "public" : "quieter");
    else if (later && after.isMoved) found.other.add(later > 0 ? "later" : "earlier");
  }
  if (slot.when_coerced !== base.when_coerced) found.other.add("response");
  return { ...found, other: [...found.other] };
}

/** Where the own policy at a place is after a change of the slots, or null if it is gone. */
function placeAfter(place, before, after) {
  if (place === null) return null;
  const found = after.indexOf(before[place]), isReplaced = before.length === after.length && before.every((slot, i) => i === place || slot === after[i]);
  return found >= 0 ? found : isReplaced ? place : null;
}

/** A slot as a part of the address. */
function slotText(slot) {
  if (typeof slot === "string") return slot;
  const number = (change, part) => (change[part] === undefined ? "" : String(rounded(part === "depth" || part === "openness" ? 100 * change[part] : change[part], "month")));
  return ["", encodeURIComponent(slot.title).replaceAll("~", "%7E"), slot.when_coerced,
    ...Object.entries(slot.levers).map(([name, change]) => [name, ...LEVER_PARTS.map((part) => number(change, part))].join(":"))].join("~");
}

/** A slot from the address, or null if any of it cannot be read. `known` are {policies, levers, locked}. */
function readSlot(text, known) {
  if (!text.startsWith("~")) return known.policies.includes(text) ? text : null;
  const [, named, when_coerced, ...entries] = text.split("~"), levers = {};
  let title = "";
  try {
    title = decodeURIComponent(named);
  } catch {
    return null;
  }
  if (!title || title !== cleanTitle(title) || !JAPAN_RESPONDS.includes(when_coerced)) return null;
  for (const entry of entries) {
    const [name, ...numbers] = entry.split(":"), change = {};
    if (!known.levers.includes(name) || known.locked.includes(name) || Object.hasOwn(levers, name) || numbers.length !== LEVER_PARTS.length) return null;
    for (const [i, part] of LEVER_PARTS.entries()) {
      if (numbers[i] === "") continue;
      if (!/^\d{1,3}(\.\d{1,2})?$/.test(numbers[i])) return null;
      const isShare = part === "depth" || part === "openness", value = Number(numbers[i]);
      if (value > (isShare ? 100 : MOST_MONTHS)) return null;
      change[part] = isShare ? rounded(value / 100, part) : value;
    }
    levers[name] = change;
  }
  return { title, when_coerced, levers };
}

/** All slots of an address, and how many were left out: two to four, each once, with titles that nothing else has. */
function readSlots(texts, known, otherwise) {
  const slots = [], titles = [...known.titles];
  for (const text of texts.slice(0, MOST_SLOTS)) {
    const slot = readSlot(text, known);
    if (slot === null || slots.includes(slot)) continue;
    slots.push(typeof slot === "string" ? slot : { ...slot, title: freeTitle(slot.title, titles) });
    if (typeof slot !== "string") titles.push(slots[slots.length - 1].title);
  }
  const left = texts.length - slots.length;
  return slots.length < 2 ? { slots: otherwise, left: texts.length } : { slots, left };
}

/** Where a lever stands at a start and where a policy moves it at first, as Policy.target and build_setting have it. */
function moveOf(change, now) {
  const to = { depth: change?.depth ?? now.depth, openness: change?.openness ?? now.openness };
  return { now, to, isMoved: to.depth !== now.depth || to.openness !== now.openness, from: change?.from_month ?? 0 };
}

/**
 * The levers that a setting moves, by the policy and by its orders: {name, goals, from, years}. The first of the goals
 * {depth, openness} is where the lever stands at the start; `years` are its planned lever-years. `slots` say where each part lies.
 */
function movesOf(setting, { names, slots }, months) {
  const get = (part, at) => setting[slots[part] + at], level = (of, at) => ({ depth: get(`${of}_depth`, at), openness: get(`${of}_openness`, at) });
  return Array.from({ length: get("moves", 0) }, (_, i) => get("moved", i)).map((row) => {
    const orders = Array.from({ length: get("orders", 0) }, (_, i) => i).filter((i) => get("order_lever", i) === row);
    const now = level("start", row), goal = level("goal", row), isMoved = goal.depth !== now.depth || goal.openness !== now.openness;
    return { name: names[row], goals: [now, ...(isMoved ? [goal] : []), ...orders.map((i) => level("order", i))], from: get("from_month", row),
      years: plannedYears(get, row, orders, months) };
  }).filter(({ goals: [now, ...goals] }) => goals.some(({ depth, openness }) => depth !== now.depth || openness !== now.openness));
}

/** Planned lever-years of a lever, as `plan` in sim/model/effects/levers.py has them; `orders` are the places of its orders. */
function plannedYears(get, row, orders, months) {
  const start = get("start_depth", row);
  let depth = start, goal = get("goal_depth", row), month = Math.min(get("from_month", row), months), ramp = get("ramp_months", row), total = 0;
  for (const order of orders) {
    const until = Math.max(month, Math.min(get("order_month", order), months));
    total += areaOf(depth - start, goal - start, until - month, ramp);
    depth += (goal - depth) * reachedAfter(until - month, ramp);
    [goal, month, ramp] = [get("order_depth", order), until, get("order_ramp_months", order)];
  }
  return (total + areaOf(depth - start, goal - start, months - month, ramp)) / 12;
}

/** The share of a move that is done after some months. */
const reachedAfter = (months, ramp) => (months >= ramp ? 1 : months / ramp);

/** How far a depth is from zero, added up over some months; it moves to its goal in `ramp` months and stays. */
function areaOf(depth, goal, months, ramp) {
  const moving = Math.min(months, ramp), last = depth + (goal - depth) * reachedAfter(months, ramp);
  const away = depth * last < 0 ? (depth * depth + last * last) / Math.abs(last - depth) / 2 : Math.abs(depth + last) / 2; // two triangles, or one side of zero
  return moving * away + (months - moving) * Math.abs(goal);
}
