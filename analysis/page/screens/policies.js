// Policies: up to four at once, the experiment's and one's own; the first is the baseline of all differences.

let forcesShown = { key: null, charts: [] }; // of which comparisons
let policiesPicture = null, policiesDifferences = null, edited = null, placed = []; // edited: the place, among the slots `placed`, of the own policy whose levers are shown
const leverRows = {}, opened = new Set(); // of the experiment's policies, those whose levers are shown

const responses = () => JAPAN_RESPONDS.map((name) => ({ name, text: say(`policies.response_${name}`) }));

/** A slot as charts and sentences take it: {name, plain, index}. */
const shownSlot = (slot, i) => (typeof slot === "string" ? POLICY[slot] : { name: nameOfSlot(slot, i), plain: slot.title, index: -1 - i });

/** What charts show: the experiment's policies and the reader's own ones. */
const shownPolicies = () => [...WORDS.policies.map(({ name }) => POLICY[name]), ...state.slots.map(shownSlot).filter(({ index }) => index < 0)];

/** The pairs of policies whose differences are shown: the experiment's, and those that the reader compares with an own one in them. */
function shownPairs() {
  const [base, ...others] = state.slots.map(shownSlot);
  return [...WORDS.contrasts.map((pair) => pair.map((name) => POLICY[name])), ...ownPairs(base, others)];
}

const ownPairs = (base, others) => others.filter(({ index }) => index < 0 || base.index < 0).map((each) => [each, base]);
const rowOf = ([a, b]) => ({ policy: a.index, a: a.plain, b: b.plain });

/** A pair's difference in an answer. */
function foundOf([a, b], at) {
  const contrast = WORDS.contrasts.findIndex((pair) => pair[0] === a.name && pair[1] === b.name);
  return contrast >= 0 ? at.contrasts[contrast] : at.pairs[`${a.name}|${b.name}`];
}

/** Levels before the last change; those of an own policy only if the same one stood at its place. */
function levelsBefore() {
  if (!ghost) return null;
  const before = ghost.state.slots, isSame = (slot, i) => typeof slot === "string" || before[i]?.title === slot.title || (slot.from && before[i]?.from === slot.from);
  const gone = state.slots.filter((slot, i) => !isSame(slot, i)).map((slot) => nameOfSlot(slot, state.slots.indexOf(slot)));
  return Object.fromEntries(Object.entries(ghost.at.levels).filter(([name]) => !gone.includes(name)));
}

/** The legend of the marks of before, where there are some. */
function syncBefore() {
  for (const legend of document.querySelectorAll("[data-before]")) legend.hidden = !ghost;
}

/** A pair's difference before the last change, or undefined where there was none. */
const differenceBefore = (pair) => {
  const levels = levelsBefore();
  return levels && pair.every(({ name }) => levels[name]) ? foundOf(pair, ghost.at) : undefined;
};

/**
 * A choice of two policies by the selects ID-pair, ID-first and ID-second: a question of the experiment's, or any two of the
 * policies that charts show. `kept` is {pair, any}: the number of a question, or "any" and two names.
 */
class PairChoice {
  constructor(id, then) {
    Object.assign(this, { id, then, kept: { pair: 0, any: [...WORDS.contrasts[0]] } });
    $(`${id}-pair`).append(...WORDS.contrasts.map((pair, i) => h("option", { value: i }, askedText(pair))), h("option", { value: "any" }, say("word.any_pair")));
    $(`${id}-pair`).addEventListener("change", () => {
      const pair = $(`${id}-pair`).value;
      this.take(pair === "any" ? { pair, any: this.names() } : { ...this.kept, pair: Number(pair) });
    });
    ["first", "second"].forEach((which, at) => $(`${id}-${which}`).addEventListener("change", () => {
      const any = [...this.kept.any], other = 1 - at, name = $(`${id}-${which}`).value;
      if (any[other] === name) any[other] = any[at]; // nothing is compared with itself
      any[at] = name;
      this.take({ ...this.kept, any });
    }));
  }

  take(kept) {
    this.kept = kept;
    this.sync();
    this.then();
  }

  /** Show what can be chosen now; a policy that is gone gives way to a question. */
  sync() {
    const { id } = this, shown = shownPolicies();
    if (!this.kept.any.every((name) => shown.some((each) => each.name === name))) this.kept = { pair: 0, any: [...WORDS.contrasts[0]] };
    $(`${id}-pair`).value = this.kept.pair;
    $(`${id}-any`).hidden = this.kept.pair !== "any";
    ["first", "second"].forEach((which, at) => {
      $(`${id}-${which}`).replaceChildren(...shown.map(({ name, plain: text }) => h("option", { value: name }, label(text))));
      $(`${id}-${which}`).value = this.kept.any[at];
    });
  }

  names() {
    return this.kept.pair === "any" ? this.kept.any : WORDS.contrasts[this.kept.pair];
  }

  policies() {
    return this.names().map(policyNamed);
  }

  /** What tells one comparison from another: own policies by what they do, whatever their names. */
  key() {
    return this.names().map((name) => { const played = playedAs(name); return typeof played === "string" ? played : slotText({ ...played, title: "" }); }).join("|");
  }
}

function startLevel(lever, start = state.start) {
  const { slots, still } = NUMBERS.levers, row = NUMBERS.levers.names.indexOf(lever);
  return { depth: still[start][slots.start_depth + row], openness: still[start][slots.start_openness + row] };
}

/** What a policy takes: the levers that it moves, the months in which it begins them, and its planned lever-years. */
function takesOf(slot) {
  const moves = movesOf(settingUnder(state.start, slot), NUMBERS.levers, NUMBERS.months), months = moves.map(({ from }) => from);
  return { moves, years: moves.reduce((sum, { years }) => sum + years, 0), orders: POLICY[slot]?.orders ?? 0, first: Math.min(...months), last: Math.max(...months) };
}

function effortText(slot) {
  const { moves, years, orders, first, last } = takesOf(slot), count = moves.length, values = { count, years: decimals(years, 0), first, last };
  const text = !count ? say("policies.takes_none") : say(first === last ? (count === 1 ? "policies.takes_one" : "policies.takes_at_once") : "policies.takes", values);
  return orders ? `${text} ${say("policies.takes_orders", { count: orders })}` : text;
}

/** A title that says what a copy does otherwise than the policy that it was copied from. */
function titleOfCopy(slot) {
  const base = EVERY_POLICY.policies.find(({ name }) => name === slot.from), { more, less, other } = whatDiffers(slot, base, startLevel), policy = base.plain.replace(/^the /, "");
  const levers = [...more.map((name) => `+ ${WORDS.levers[name].title}`), ...less.map((name) => `− ${WORDS.levers[name].title}`)], text = `${policy} ${levers.join(" ")}`;
  if (levers.length) return levers.length < 3 && Array.from(text).length <= LONGEST_TITLE ? text : say(levers.length === 1 ? "policies.own_lever" : "policies.own_levers", levers.length === 1 ? { policy } : { policy, count: levers.length });
  return say(other.length === 1 ? `policies.own_${other[0]}` : other.length ? "policies.own_several" : "policies.own_copy", { policy });
}

/** An own policy under its right name, unless the reader has named it. */
const named = (slot, i) => (slot.from ? { ...slot, title: freeTitle(cleanTitle(titleOfCopy(slot)), titlesBut(i)) } : slot);

const setSlots = (control, slots) => change(control, { ...copy(state), slots });
const withSlot = (i, slot) => state.slots.map((other, at) => (at === i ? slot : other));
/** An interval in words, with so many decimals. */
const rangeText = ([, low, high], places) => (low === null ? say("word.few") : say("word.to", { low: decimals(low, places), high: decimals(high, places) }));

/** The lever-years that are carried out on average, as the histories have them. */
const carriedText = ({ effort }) => (effort[0] === 0 ? "" : say("policies.carried", effortNumbers(effort)));
const effortNumbers = (effort) => {
  const places = effort[2] - effort[1] < 2 ? 1 : 0;
  return { years: decimals(effort[0], places), range: rangeText(effort, places) };
};

/** The lever-years of a policy as cells of a table: planned, and carried out. */
const effortCells = (policy, { effort }) => [h("td", {}, decimals(takesOf(policy).years, 1)), effort[0] === 0 ? h("td", {}, decimals(0, 1)) : cell(effort, 1, 1)];
const noEffort = () => [0, 0].map(() => h("td", {}, "–"));

const policyNamed = (name) => shownPolicies().find((each) => each.name === name);
/** A policy as the worker takes it: a name of the experiment's, or what an own one does. */
const playedAs = (name) => ownPolicies(state.slots)[name] ?? name;
const titlesBut = (i) => [...KNOWN.titles, ...state.slots.filter((slot, at) => at !== i && typeof slot !== "string").map(({ title }) => title)];

function addSlot(isOwn) {
  const name = $("policies-from").value, policy = EVERY_POLICY.policies.find((each) => each.name === name);
  const slot = isOwn ? named({ ...policyFrom(policy, "", KNOWN.locked), from: name }, null)
    : POLICY[name] ? name : policyFrom(policy, freeTitle(cleanTitle(policy.plain), titlesBut(null)), KNOWN.locked);
  setSlots("slots", [...state.slots, slot]);
  if (isOwn) edit(state.slots.length - 1);
}

/** Show the levers of an own policy. */
function edit(i) {
  edited = i;
  syncPolicies();
  $("editor-title").focus();
}

/** Change a part of a lever: a share or a month. */
function moveLever(lever, part, value) {
  setSlots(`lever ${edited} ${lever} ${part}`, withSlot(edited, named(withLever(state.slots[edited], lever, part, value, startLevel(lever)), edited)));
}

function buildEditor() {
  $("own-response").append(...responses().map(({ name, text }) => h("option", { value: name }, text)));
  $("own-response").addEventListener("change", () => setSlots(`response ${edited}`, withSlot(edited, named({ ...state.slots[edited], when_coerced: $("own-response").value }, edited))));
  $("own-title").addEventListener("change", () => {
    const title = cleanTitle($("own-title").value);
    if (title) setSlots(`title ${edited}`, withSlot(edited, { ...state.slots[edited], from: undefined, title: freeTitle(title, titlesBut(edited)) }));
    else syncPolicies();
  });
  const packages = [...new Set(Object.values(WORDS.levers).map((lever) => lever.package))];
  for (const each of packages) {
    $("editor-levers").append(h("h4", {}, say(`policies.package_${each}`)),
      ...Object.keys(WORDS.levers).filter((name) => WORDS.levers[name].package === each).map(leverRow));
  }
}

function leverRow(name) {
  const { title, meaning } = WORDS.levers[name], isLocked = KNOWN.locked.includes(name), inputs = {};
  const dial = (part) => {
    const id = `lever-${name}-${part}`, text = h("label", { for: id });
    const input = inputs[part] = h("input", { id, ...(part === "from_month" ? { type: "number", min: 0, max: NUMBERS.months, step: 1, inputmode: "numeric" }
      : { type: "range", min: 0, max: 100, step: 5 }), disabled: isLocked });
    input.addEventListener(part === "from_month" ? "change" : "input", () => {
      const value = Math.max(0, Math.min(Number(input.max), Math.round(Number(input.value)) || 0));
      moveLever(name, part, part === "from_month" ? value : value / 100);
    });
    if (part !== "from_month") {
      input.addEventListener("pointerdown", () => { hold(true); lastMove.time = 0; });
    }
    inputs[`${part}-label`] = text;
    return h("div", {}, text, input);
  };
  const row = h("div", { class: "lever", role: "group", "aria-label": title }, h("div", { class: "name" }, title), h("div", { class: "means" }, isLocked ? say("policies.locked") : meaning),
    h("div", { class: "dials" }, ...["depth", "openness", "from_month"].map(dial)));
  leverRows[name] = { row, inputs };
  return row;
}

function syncEditor() {
  edited = placeAfter(edited, placed, state.slots);
  placed = state.slots;
  const slot = state.slots[edited];
  if (!slot || typeof slot === "string") edited = null;
  $("editor").hidden = edited === null;
  if (edited === null) return;
  $("editor-title").textContent = say("policies.levers_of", { title: slot.title });
  $("own-title").value = slot.title;
  $("own-response").value = slot.when_coerced;
  for (const [name, { row, inputs }] of Object.entries(leverRows)) {
    const now = startLevel(name), { isMoved } = moveOf(slot.levers[name], now), { to, from } = moveOf(slot.levers[name] ?? slot.resting?.[name], now);
    row.classList.toggle("moved", isMoved);
    for (const part of ["depth", "openness"]) {
      inputs[part].value = 100 * to[part];
      inputs[part].style.setProperty("--a", `${100 * Math.min(now[part], to[part])}%`);
      inputs[part].style.setProperty("--b", `${100 * Math.max(now[part], to[part])}%`);
      const text = say(`policies.${part}`, { to: decimals(100 * to[part], 0), now: decimals(100 * now[part], 0) });
      inputs[`${part}-label`].textContent = text;
    }
    inputs.from_month.value = from;
    inputs["from_month-label"].textContent = say("policies.month");
    inputs.from_month.disabled = KNOWN.locked.includes(name) || !isMoved;
  }
}

/** The levers that a policy of the experiment moves, to be opened; an own one has its editor. */
function leversOf(slot) {
  const drawer = h("details", { class: "takes", open: opened.has(slot) }, h("summary", {}, say("policies.edit")), ...takesOf(slot).moves.map((each) => h("p", {}, moveText(each))));
  drawer.addEventListener("toggle", () => (drawer.open ? opened.add(slot) : opened.delete(slot)));
  return drawer;
}

/** A lever and where it moves. */
const moveText = ({ name, goals: [now, to], from }) =>
  say("take.lever", { lever: WORDS.levers[name].title, now: decimals(100 * now.depth, 0), to: decimals(100 * to.depth, 0), open: decimals(100 * to.openness, 0), from });

/** The list of what is compared, and the editor. */
function syncPolicies() {
  syncEditor();
  const focus = document.activeElement?.dataset?.act, last = state.slots.length, carried = [...document.querySelectorAll("[data-carried]")].map((line) => line.textContent);
  $("slots").replaceChildren(...state.slots.map((slot, i) => {
    const { plain: title, index } = shownSlot(slot, i), isOwn = typeof slot !== "string";
    const icon = svg("svg", { viewBox: "-10 -10 20 20", "aria-hidden": "true" });
    mark(index, 6, icon, {});
    const button = (act, onclick, isOff) => h("button", { type: "button", "data-act": `${act} ${i}`, disabled: isOff,
      "aria-label": say("policies.act_label", { act: say(`policies.${act}`), title: label(title) }), onclick }, say(`policies.${act}`));
    return h("li", {}, h("div", { class: "head" }, icon, h("span", {}, label(title)), i === 0 ? h("span", { class: "muted" }, say("policies.baseline")) : null),
      isOwn ? null : h("p", { class: "takes" }, POLICY[slot].summary),
      h("p", { class: "takes" }, effortText(slot)), h("p", { class: "takes waits", "data-carried": i }, carried[i]), // hidden, it keeps its height until the answer
      isOwn || !takesOf(slot).moves.length ? null : leversOf(slot),
      h("p", { class: "tools" },
        isOwn ? button("edit", () => edit(i), false) : null,
        i > 0 ? button("first", () => setSlots("slots", [state.slots[i], ...state.slots.filter((_, at) => at !== i)]), false) : null,
        button("remove", () => setSlots("slots", state.slots.filter((_, at) => at !== i)), last <= 2)));
  }));
  if (focus) document.querySelector(`#slots [data-act="${focus}"]`)?.focus();
  const isFull = last >= MOST_SLOTS;
  const from = EVERY_POLICY.policies.find(({ name }) => name === $("policies-from").value);
  const isThere = state.slots.some((slot) => slot === from.name || (!POLICY[from.name] && slot.title === cleanTitle(from.plain)));
  $("policies-add").disabled = isFull || isThere;
  $("policies-make").disabled = isFull;
  $("policies-why").textContent = isFull ? say("policies.why_full") : isThere ? say("policies.why_there") : "";
  $("policies-why").hidden = !isFull && !isThere;
  $("policies-undo").disabled = !past.length;
  $("policies-whose").textContent = kicker(whose(VIEWS, state.view, state.dials), WORDS.evidence);
}

function paintPolicies(run, at) {
  const slots = state.slots.map(shownSlot), pairs = slots.slice(1).map((slot) => [slot, slots[0]]);
  policiesPicture.show(slots);
  policiesPicture.draw(at.levels, levelsBefore());
  syncBefore();
  policiesDifferences.show(pairs.map(rowOf));
  policiesDifferences.draw(pairs.map((pair) => foundOf(pair, at)), pairs.map(differenceBefore), WORDS.margins);
  $("policies-count").textContent = say("beliefs.count", { n: thousands(at.n) });
  const opening = lead(whose(VIEWS, state.view, state.dials), WORDS.evidence);
  $("policies-verdicts").replaceChildren(...pairs.map((pair, i) => h("p", {}, ...verdictOf(pair, at, i ? "" : opening))));
  $("policies-size").textContent = sizeNote(pairs, at);
  slots.forEach(({ name }, i) => {
    const line = document.querySelector(`[data-carried="${i}"]`);
    line.textContent = carriedText(at.levels[name]);
    line.classList.remove("waits");
  });
  paintForces(pairs, at);
  if ($("policies-numbers").open) paintPoliciesTable(at);
}

/** The forces at work in each comparison, as on the screen of beliefs. */
function paintForces(pairs, at) {
  const key = JSON.stringify(pairs.map((pair) => pair.map(({ name, plain: text }) => [name, text])));
  if (forcesShown.key !== key) {
    forcesShown = { key, charts: [] };
    $("policies-forces").replaceChildren(...pairs.map((pair, i) => h("figure", { class: "forces" },
      h("figcaption", {}, pairText(...pair)), h("div", { id: `policies-forces-${i}`, class: "chart" }))));
    forcesShown.charts = pairs.map(([a], i) => new Forces($(`policies-forces-${i}`), a.index));
  }
  forcesShown.charts.forEach((chart, i) => {
    const why = at.forces?.[pairs[i].map(({ name }) => name).join("|")];
    chart.draw(why ?? chart.what?.[0] ?? null, !why);
  });
}

function paintPoliciesTable(at) {
  const slots = state.slots.map(shownSlot);
  const line = (name, { risk, cost }, effort = noEffort()) => h("tr", {}, h("th", { scope: "row" }, name), cell(risk, 100, 2), cell(cost, 1, 3), ...effort);
  const path = (goals, part) => goals.map((goal) => decimals(100 * goal[part], 0)).reduce((now, to) => say("policies.move", { now, to }));
  const moves = state.slots.flatMap((slot, i) => takesOf(slot).moves.map(({ name, goals, from, years }) => h("tr", {}, h("th", { scope: "row" }, `${label(slots[i].plain)}: ${WORDS.levers[name].title}`),
    h("td", {}, path(goals, "depth")), h("td", {}, path(goals, "openness")), h("td", {}, String(from)), h("td", {}, decimals(years, 1)))));
  const head = (...keys) => h("thead", {}, h("tr", {}, ...keys.map((key) => h("th", { scope: "col" }, say(key)))));
  $("policies-table").replaceChildren(
    h("table", {}, head("beliefs.table_policy", "beliefs.table_risk", "beliefs.table_cost", "policies.table_years", "policies.table_carried"), h("tbody", {}, ...slots.map(({ name, plain: text }, i) => line(label(text), at.levels[name], effortCells(state.slots[i], at.levels[name]))),
      ...slots.slice(1).map(({ name, plain: text }) => line(say("word.not", { a: label(text), b: slots[0].plain }), at.pairs[`${name}|${slots[0].name}`])),
      ...slots.slice(1).flatMap((slot) => forceRows([slot, slots[0]], at.forces?.[`${slot.name}|${slots[0].name}`])))),
    h("table", {}, head("policies.table_lever", "policies.table_depth", "policies.table_openness", "policies.month", "policies.table_years"), h("tbody", {}, ...moves)),
    h("p", { class: "muted" }, say("beliefs.table_note"), " ", say("policies.table_note")));
}

addScreen("policies", {
  build() {
    const choices = (policies) => policies.map(({ name, plain: text, summary }) => h("option", { value: name, title: summary }, label(text)));
    $("policies-from").append(h("optgroup", { label: say("policies.from_here") }, ...choices(WORDS.policies)),
      ...(WORDS.further.length ? [h("optgroup", { label: say("policies.from_further") }, ...choices(WORDS.further))] : []));
    $("policies-from").addEventListener("change", syncPolicies);
    $("policies-add").addEventListener("click", () => addSlot(false));
    $("policies-make").addEventListener("click", () => addSlot(true));
    $("policies-undo").addEventListener("click", undo);
    // A name or a month that is being typed is taken at the click, not as the button is pressed: the button would move away.
    const isTyping = () => document.activeElement.matches("#editor input:not([type=range])");
    $("policies").addEventListener("mousedown", (event) => { if (isTyping() && event.target.closest("button")) event.preventDefault(); });
    $("policies").addEventListener("click", ({ target }) => { if (isTyping()) target.closest("button")?.focus(); }, true);
    $("policies-numbers").addEventListener("toggle", () => engine.at && paintPoliciesTable(engine.at));
    buildEditor();
    $("policies-forces-head").hidden = $("policies-forces").hidden = !WORDS.provocation;
    policiesPicture = new Picture($("policies-picture"), []);
    policiesDifferences = new Differences($("policies-differences"), []);
  },
  sync: syncPolicies,
  paint: paintPolicies,
  spoken: () => $("policies-verdicts").textContent,
  keep: () => ({ edited }),
  restore(kept) {
    ({ edited } = kept);
    placed = state.slots;
  },
  isReady: () => isPastGuess,
});
