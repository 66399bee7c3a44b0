// Beliefs: each claim a question with a slider, and beside the sliders what follows.

const FIRST_CLAIMS = 8, DEAD = 0.2;
const rows = {};

function buildControls() {
  for (const view of VIEWS) {
    $("presets").append(h("button", { type: "button", role: "radio", "data-view": view.name, "aria-checked": "false",
      onclick: () => takePreset(view.name) }, view.name === WORDS.evidence ? say("whose.evidence") : view.title));
  }
  $("presets").addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key], all = [...$("presets").children];
    const at = all.indexOf(document.activeElement);
    if (!step || at < 0) return;
    event.preventDefault();
    const next = all[(at + step + all.length) % all.length];
    next.focus();
    next.click();
  });
  if (WORDS.starts.length > 1) {
    $("start-row").hidden = false;
    $("start").append(...WORDS.starts.map(({ name, date }) => h("option", { value: name }, dateText(date))));
    $("start").addEventListener("change", () => change("start", { ...copy(state), start: $("start").value }));
  }
  const order = [...CLAIMS].sort((a, b) => WORDS.claims[b].weight - WORDS.claims[a].weight || CLAIMS.indexOf(a) - CLAIMS.indexOf(b));
  const first = order.slice(0, FIRST_CLAIMS), others = order.slice(FIRST_CLAIMS);
  for (const theme of new Set(first.map((claim) => WORDS.claims[claim].theme))) {
    $("sliders").append(group(theme, first.filter((claim) => WORDS.claims[claim].theme === theme)));
  }
  if (!others.length) return;
  const more = h("details", { class: "more" }, h("summary", {}, say("beliefs.more", { count: others.length })));
  for (const theme of new Set(others.map((claim) => WORDS.claims[claim].theme))) {
    more.append(group(theme, others.filter((claim) => WORDS.claims[claim].theme === theme)));
  }
  $("sliders").append(more);
}

const group = (theme, claims) => h("div", { class: "group" }, h("h3", {}, theme), ...claims.map(slider));

function slider(claim) {
  const words = WORDS.claims[claim], id = `claim-${claim}`, [low, high] = endsOf(claim), question = words.question || words.says;
  const input = h("input", { type: "range", id, min: 100 * low, max: 100 * high, step: 1, value: 0, "aria-describedby": `${id}-ends` });
  const marks = [[low, "self"], [0, "neutral"], [high, "newsham"]].filter(([at, who]) => who === "neutral" || at !== 0);
  const now = h("span"), why = h("details", {}, h("summary", { "aria-label": say("beliefs.why_label", { question }) }, say("beliefs.why")));
  why.addEventListener("toggle", () => { if (why.open && why.children.length === 1) why.append(...reasonsFor(claim)); });
  const row = h("div", { class: "belief" },
    h("div", { class: "head" }, h("label", { for: id }, question), h("span", { class: "code" }, `${claim} ${words.paragraphs.join(" ")}`)),
    input,
    h("div", { class: marks.length === 3 ? "ends three" : "ends", id: `${id}-ends` },
      ...marks.map(([, who]) => h("span", {}, h("b", {}, say(`word.author.${who}`)), words.answers[who] ? `: ${words.answers[who]}` : ""))),
    h("div", { class: "foot" }, now, why));
  input.addEventListener("input", () => move(claim, Number(input.value) / 100));
  input.addEventListener("keydown", (event) => { // five per cent a key: a hundred keys are too many
    const step = { ArrowRight: 5, ArrowUp: 5, ArrowLeft: -5, ArrowDown: -5 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = Math.max(100 * low, Math.min(100 * high, Number(input.value) + step));
    if (next !== Number(input.value)) move(claim, next / 100);
  });
  input.addEventListener("pointerdown", () => { hold(true); lastMove.time = 0; });
  rows[claim] = { row, input, now, words, position: null };
  return row;
}

function move(claim, to) {
  const next = copy(state);
  next.dials[claim] = to + 0; // no negative zero
  change(claim, next);
}

function takePreset(view) {
  if (state.view === view && !movedClaims().length) return;
  change(`preset ${view}`, { ...copy(state), view, dials: { ...preset(view) } });
}

function hold(isHeld) {
  document.body.classList.toggle("holding", isHeld);
  engine.hold(isHeld);
}

/** What stands behind a claim: its text, both authors, the evidence for and against, and the sources. */
function reasonsFor(claim) {
  const { says, paragraphs, why, supports, contradicts, verdict, sources, weight } = WORDS.claims[claim];
  const line = (name, text) => (text ? h("p", {}, h("b", {}, `${name}: `), text) : null);
  return [
    line(say("beliefs.claim", { paragraphs: paragraphs.join(", ") }), says),
    ...["newsham", "self"].map((who) => line(say(`word.author.${who}`), why[who] || say("word.silent"))),
    line(say("beliefs.for"), supports), line(say("beliefs.against"), contradicts), line(say("beliefs.comes_to"), verdict),
    line(say("beliefs.sources"), sources.map((key) => WORDS.sources[key]).join(" ")),
    weight < DEAD ? h("p", {}, h("b", {}, say("beliefs.dead_line"))) : null,
  ].filter(Boolean);
}

const movedText = (claim, of = state) => say("beliefs.moved_line",
  { claim, question: WORDS.claims[claim].question || WORDS.claims[claim].says, stand: capital(stand(position(claim, of))) });

function syncControls(of = state) {
  for (const claim of CLAIMS) {
    const { row, input, now, words, position: before } = rows[claim], at = position(claim, of), fixed = isFixed(claim, of.view);
    input.disabled = fixed;
    if (before === at && row.dataset.view === of.view) continue;
    rows[claim].position = at;
    row.dataset.view = of.view;
    input.value = Math.round(100 * at);
    const [low, high] = endsOf(claim), share = (x) => `${100 * (x - low) / (high - low)}%`;
    input.style.setProperty("--a", share(Math.min(at, 0)));
    input.style.setProperty("--b", share(Math.max(at, 0)));
    const shownAs = fixed ? say("beliefs.fixed") : words.shown.map((each) => meaning(each, at)).join("; ");
    now.textContent = [shownAs, words.weight < DEAD ? say("beliefs.dead") : ""].filter(Boolean).join("; ");
    input.setAttribute("aria-valuetext", [stand(at), shownAs].filter(Boolean).join(": "));
    row.classList.toggle("changed", at !== (preset(of.view)[claim] ?? 0));
  }
  const { view, moved } = whose(VIEWS, of.view, of.dials);
  for (const button of $("presets").children) {
    const isChosen = !moved.length && button.dataset.view === view.name;
    button.setAttribute("aria-checked", String(isChosen));
    button.tabIndex = isChosen || (moved.length && button === $("presets").firstElementChild) ? 0 : -1;
  }
  $("start").value = of.start;
  $("whose").textContent = kicker({ view, moved }, WORDS.evidence);
  $("moved").hidden = !moved.length;
  $("moved-summary").textContent = view.name === WORDS.evidence ? say("beliefs.moved_evidence", { count: moved.length })
    : say("beliefs.moved", { count: moved.length, view: view.title });
  $("moved-list").replaceChildren(...moved.map((claim) => h("li", {}, movedText(claim, of))));
  $("undo").disabled = !past.length;
  $("replay").disabled = !ghost;
  $("reset").disabled = state.view === WORDS.home && !movedClaims().length;
}

// The answer

let picture = null, differences = null, forces = null;

/** Whether an answer is sure enough for words. */
function isSettled({ n, contrasts }) {
  const [, low, high] = contrasts[0].risk;
  return n >= FIRST || (low !== null && high - low < 0.02);
}

function paintAnswer(at) {
  if (isSettled(at)) paintWords(at);
  $("busy").style.setProperty("--done", `${100 * at.n / NUMBERS.worlds}%`);
  $("busy").style.visibility = at.n >= NUMBERS.worlds ? "hidden" : "";
  const pairs = shownPairs();
  picture.show(shownPolicies());
  $("picture-caption").textContent = pictureCaption();
  picture.draw(at.levels, levelsBefore());
  syncBefore();
  differences.show(pairs.map(rowOf));
  differences.draw(pairs.map((pair) => foundOf(pair, at)), pairs.map(differenceBefore), WORDS.margins);
  if (forces) forces.draw(at.why ?? forces.what?.[0] ?? null, !at.why);
  if (document.querySelector(".numbers").open) $("table").replaceChildren(tableOf(at));
  $("replay").disabled = !ghost;
}

/** Both sentences on a contrast of the experiment's, as nodes; `opening` may be empty. */
const verdict = (at, contrast, opening) => verdictOf(WORDS.contrasts[contrast].map((name) => POLICY[name]), at, opening);

function verdictOf([a, b], at, opening) {
  const found = foundOf([a, b], at);
  return [
    ...rendered(riskSentence(opening, { a: a.plain, b: b.plain, base: levelsOf(at)[b.name], difference: found.risk, margin: WORDS.margins.risk })),
    " ", ...rendered(costSentence({ difference: found.cost, margin: WORDS.margins.cost })),
  ];
}

/** The share of histories with force by policy, as the sentences on an answer give it. */
const levelsOf = (at) => levelsShown(Object.fromEntries(Object.entries(at.levels).map(([name, { risk }]) => [name, risk[0]])),
  [...WORDS.contrasts.map(([a, b], i) => [a, b, at.contrasts[i].risk[0]]), ...Object.entries(at.pairs).map(([pair, { risk }]) => [...pair.split("|"), risk[0]])]);

/** What the words of some verdicts on size mean, in one place beside them. */
const sizeNote = (pairs, at) => sizeWords(pairs.flatMap((pair) => Object.entries(foundOf(pair, at)).map(([what, found]) => settle(found, WORDS.margins[what]))), WORDS.margins);

const pictureCaption = () => say("beliefs.picture_caption", { count: shownPolicies().length, years: yearsText() });

function paintWords(at) {
  const who = whose(VIEWS, state.view, state.dials);
  $("verdict").replaceChildren(...verdict(at, 0, lead(who, WORDS.evidence)));
  const own = shownPairs().slice(WORDS.contrasts.length), asked = WORDS.questions[(WORDS.contrasts[1] ?? []).join("|")];
  $("second").replaceChildren(...(own.length ? own.map((pair) => h("span", {}, ...verdictOf(pair, at, "")))
    : [...(asked ? [`${asked} `] : []), ...(WORDS.contrasts.length > 1 ? verdict(at, 1, "") : [])]));
  $("size-words").textContent = sizeNote(own.length ? [MAIN, ...own] : WORDS.contrasts.slice(0, 2).map((pair) => pair.map((name) => POLICY[name])), at);
  $("effort").textContent = effortWords(at);
  $("count").textContent = say("beliefs.count", { n: thousands(at.n) });
}

/** What the policies of the verdicts take: lever-years planned and carried out. */
function effortWords(at) {
  const policies = [...new Set(shownPairs().flat().slice(0, 2).concat(state.slots.map(shownSlot)).map(({ name }) => name))].map(policyNamed);
  const texts = policies.map((policy) => [policy, takesOf(playedAs(policy.name)).years]).filter(([, years]) => years > 0).map(([{ name, plain: text }, years]) =>
    say("beliefs.effort", { policy: label(text), planned: decimals(years, 0), ...effortNumbers(at.levels[name].effort) }));
  return texts.length ? [...texts, say("policies.lever_year")].join(" ") : "";
}

const pairText = (a, b) => say("word.not", { a: label(a.plain), b: b.plain });

/** A contrast as a choice in a list: the question that it answers, if it has one, and the pair. */
function askedText([a, b]) {
  const asked = WORDS.questions[`${a}|${b}`], pair = pairText(POLICY[a], POLICY[b]);
  return asked ? say("word.asked", { asked, pair }) : pair;
}

/** An estimate with its interval as a cell of a table. */
const cell = ([estimate, low, high], scale, places) =>
  h("td", {}, decimals(scale * estimate, places) + (low === null ? ` (${say("word.few")})` : ` (${say("word.to", { low: decimals(scale * low, places), high: decimals(scale * high, places) })})`));

/** The forces at work in a comparison as rows of a table, if they are known. */
const forceRows = (pair, why) => (why ? ["deters", "provokes"].map((force) => h("tr", {},
  h("th", { scope: "row" }, `${say(`beliefs.table_${force}`)}: ${pairText(...pair)}`), cell(why[force], 100, 2), h("td", {}, "–"), ...noEffort())) : []);

/** Levels, differences and forces at work as a table. */
function tableOf(at) {
  const line = (name, { risk, cost }, effort = noEffort()) => h("tr", {}, h("th", { scope: "row" }, name), cell(risk, 100, 2), cell(cost, 1, 3), ...effort);
  const body = h("table", {},
    h("thead", {}, h("tr", {}, ...["beliefs.table_policy", "beliefs.table_risk", "beliefs.table_cost", "policies.table_years", "policies.table_carried"].map((what) => h("th", { scope: "col" }, say(what))))),
    h("tbody", {},
      ...shownPolicies().map(({ name, plain: text }) => line(label(text), at.levels[name], effortCells(playedAs(name), at.levels[name]))),
      ...shownPairs().map((pair) => line(pairText(...pair), foundOf(pair, at))),
      ...forceRows(MAIN, at.why)));
  return h("div", {}, body, h("p", { class: "muted" }, say("beliefs.table_note")));
}

/** Play the last change again: thumbs and points move from where they were. */
function replay() {
  if (!ghost || !engine.at || isReplaying) return;
  const from = ghost, to = shown, length = isReduced() ? 0 : 1500, begin = performance.now() + 400;
  const mix = (a, b, share) => a.map((x, i) => (x === null || b[i] === null ? b[i] : x + (b[i] - x) * share));
  const both = (a, b, share) => ({ risk: mix(a.risk, b.risk, share), cost: mix(a.cost, b.cost, share) });
  const levels = levelsBefore(), pairs = shownPairs(), then = pairs.map(differenceBefore);
  isReplaying = true;
  document.body.classList.add("replaying");
  const frame = (time) => {
    const linear = length ? Math.max(0, Math.min(1, (time - begin) / length)) : Number(time - begin > 600), share = linear * linear * (3 - 2 * linear);
    picture.draw(Object.fromEntries(Object.entries(to.at.levels).map(([name, now]) => [name, levels[name] ? both(levels[name], now, share) : now])), levels);
    differences.draw(pairs.map((pair, i) => then[i] ? both(then[i], foundOf(pair, to.at), share) : foundOf(pair, to.at)), then, WORDS.margins);
    const dials = Object.fromEntries(CLAIMS.map((claim) => [claim, position(claim, from.state) + (position(claim, to.state) - position(claim, from.state)) * share]));
    syncControls({ ...to.state, dials });
    if (linear < 1) {
      requestAnimationFrame(frame);
      return;
    }
    isReplaying = false;
    document.body.classList.remove("replaying");
    syncControls();
    if (engine.at) paintAnswer(engine.at);
  };
  requestAnimationFrame(frame);
}

addScreen("beliefs", {
  build() {
    buildControls();
    picture = new Picture($("picture"), []);
    differences = new Differences($("differences"), []);
    $("forces-figure").hidden = !WORDS.provocation;
    if (WORDS.provocation) {
      forces = new Forces($("forces"), MAIN[0].index);
      $("forces-caption").textContent = say("beliefs.forces_caption", { a: MAIN[0].plain, b: MAIN[1].plain });
    }
    addEventListener("pointerup", () => hold(false));
    addEventListener("pointercancel", () => hold(false));
    $("undo").addEventListener("click", undo);
    $("reset").addEventListener("click", () => change("reset", { ...copy(state), view: WORDS.home, dials: { ...preset(WORDS.home) } }));
    $("replay").addEventListener("click", replay);
    document.querySelector(".numbers").addEventListener("toggle", () => engine.at && $("table").replaceChildren(tableOf(engine.at)));
  },
  sync: syncControls,
  paint(run, at) {
    if (!isReplaying) paintAnswer(at);
  },
  spoken: () => $("verdict").textContent,
  isReady: () => isPastGuess,
});
