// The screens: state, controls, the address, and what each answer draws.

const $ = (id) => document.getElementById(id);
const NUMBERS = JSON.parse($("numbers").textContent), WORDS = JSON.parse($("words").textContent);
const MARK = WORDS.mark, SAME_CHANGE = 1200, FIRST_CLAIMS = 8, DEAD = 0.2, LONGEST_ADDRESS = 4000;
const CLAIMS = Object.keys(WORDS.claims);
const VIEWS = WORDS.views.map((view) => ({ ...view, ...NUMBERS.views[view.name], own: NUMBERS.views[view.name].own.length > 0 }))
  .sort((a, b) => (b.name === WORDS.home) - (a.name === WORDS.home));
const preset = (name) => VIEWS.find((view) => view.name === name).dials;
const endsOf = (claim) => NUMBERS.claims[claim].ends;
const POLICY = Object.fromEntries(WORDS.policies.map((policy, index) => [policy.name, { ...policy, index }]));
const MAIN = WORDS.contrasts[0].map((name) => POLICY[name]);
const isReduced = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** An element with attributes, listeners (`onclick`) and children. */
function h(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== false && value !== null) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

const rendered = (parts) => parts.map((part) => (part.quiet ? h("span", { class: "iv" }, part.quiet) : part));

function notice(text) {
  $("notice").textContent = text;
  $("notice").hidden = !text;
}

// The state and its history

const lastStart = WORDS.starts[WORDS.starts.length - 1].name;
let state = { view: WORDS.home, dials: { ...preset(WORDS.home) }, start: lastStart };
let guess = null; // a number, or "none" for no guess; never in the address, so that a shared link asks first too
let past = [], ghost = null, lastMove = { control: null, time: 0 }, isReplaying = false, shown = null;

const copy = ({ view, dials, start }) => ({ view, dials: { ...dials }, start });
const position = (claim, of = state) => of.dials[claim] ?? 0;
const movedClaims = (of = state) => CLAIMS.filter((claim) => position(claim, of) !== (preset(of.view)[claim] ?? 0));

/** Make a change. All moves of one control until a rest are one step to undo, with one ghost. */
function change(control, next) {
  const now = performance.now(), isNew = control !== lastMove.control || now - lastMove.time > SAME_CHANGE;
  lastMove = { control, time: now };
  if (isNew) {
    past.push(copy(state));
    if (past.length > 100) past.shift();
    keepGhost();
  }
  go(next, isNew);
}

function keepGhost() {
  if (shown) ghost = { at: shown.at, state: shown.state };
}

function go(next, isNewChange) {
  state = next;
  if (ghost && ghost.state.start !== state.start) ghost = null;
  syncControls();
  startedAt = performance.now();
  engine.begin({ beliefs: { view: state.view, dials: state.dials }, start: state.start }, isNewChange);
  later();
}

let laterTimer = 0;
function later() {
  clearTimeout(laterTimer);
  laterTimer = setTimeout(() => {
    writeAddress();
    if (!$("beliefs").hidden) $("live").textContent = $("verdict").textContent;
  }, 900);
}

// The address

function addressOf() {
  const parts = [`_v=${state.view}`, ...movedClaims().map((claim) => `${claim}=${Math.round(100 * position(claim))}`)];
  if (state.start !== lastStart) parts.push(`_s=${state.start}`);
  return `#${[...parts, `_r=${MARK}`].join("&")}`;
}

function writeAddress() {
  try {
    history.replaceState(null, "", addressOf());
  } catch {
    location.hash = addressOf();
  }
}

/** Read the address; what cannot be read is left out and said. */
function readAddress() {
  const text = location.hash.slice(1), isLong = text.length > LONGEST_ADDRESS;
  const pairs = isLong ? [] : text.split("&").filter(Boolean).map((pair) => [pair.split("=")[0], pair.split("=").slice(1).join("=")]);
  let left = isLong ? 1 : 0, isOther = false;
  const find = (key, among, otherwise) => {
    const given = pairs.filter((pair) => pair[0] === key);
    const found = among.find((each) => given.some((pair) => pair[1] === each.name));
    if (given.length && !found) left++;
    return found ? found.name : otherwise;
  };
  const view = find("_v", VIEWS, WORDS.home), start = find("_s", WORDS.starts, lastStart), dials = { ...preset(view) };
  for (const [key, value] of pairs) {
    if (key === "_v" || key === "_s") continue;
    if (key === "_r") isOther = value !== MARK;
    else if (!Object.hasOwn(WORDS.claims, key) || !/^-?\d{1,3}$/.test(value) || isFixed(key, view)) left++;
    else {
      const [low, high] = endsOf(key), at = Math.max(low, Math.min(high, Number(value) / 100));
      if (at !== Number(value) / 100) left++;
      dials[key] = at + 0; // no negative zero
    }
  }
  if (isOther) notice("This link was made with other rules or numbers. Its beliefs are taken over; the results are today's.");
  else notice(left ? "Part of this link could not be read and was left out." : "");
  return { view, dials, start };
}

const isFixed = (claim, view = state.view) => VIEWS.find((each) => each.name === view).fixed.includes(claim);

// Guess first

const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const dateText = (date) => `${MONTHS[Number(date.slice(5, 7)) - 1]} ${date.slice(0, 4)}`;
const startDate = () => dateText(WORDS.starts.find(({ name }) => name === state.start).date);
const yearsText = () => (WORDS.years === 10 ? "ten-year" : `${decimals(WORDS.years, Number.isInteger(WORDS.years) ? 0 : 1)}-year`);
const setText = (who) => `${lead(who, WORDS.evidence).replace(/^[OIUW]/, (letter) => letter.toLowerCase())}`;
let guesses = null;

/** The five guesses, by how often force is used without the change. */
function guessesFor(base) {
  const large = base >= 12 ? 10 : Math.max(2, Math.round(base / 2)), small = Math.max(1, Math.round(0.3 * large));
  return [[-large, "many fewer"], [-small, "a few fewer"], [0, "about as many"], [small, "a few more"], [large, "many more"]];
}

const guessText = (size) => (size ? `about ${Math.abs(size)} ${size < 0 ? "fewer" : "more"}` : "about as many");

function paintGuess(run, at) {
  const [a, b] = MAIN, base = at.levels[b.name].risk[0], dots = Math.round(100 * base);
  $("guess-question").textContent = `If Japan chose ${a.plain} instead of ${b.plain}, would force be used less often, or more?`;
  if (run.n < FIRST) return;
  $("guess-base").replaceChildren(`With ${b.plain}, force is used against Taiwan in `, h("b", {}, `${dots} of 100`),
    ` ${yearsText()} histories from ${startDate()}, ${setText(whose(VIEWS, state.view, state.dials))}. `,
    "Force means a blockade, a strike, a seizure or an invasion.");
  if (!guesses) {
    guesses = guessesFor(100 * base);
    $("guess-ask").textContent = `With ${a.plain}, and the same luck in every history, force is used in…`;
    $("guesses").append(...guesses.map(([size, text]) => h("button", { type: "button", "aria-pressed": "false", "data-guess": size,
      onclick: () => takeGuess(size) }, h("span", {}, text), h("span", {}, size ? `${guessText(size)} in 100` : "no difference"))));
  }
  if (!$("reveal").hidden) {
    paintReveal(run, at);
    return;
  }
  paintDots(Array.from({ length: 100 }, (_, i) => (i < dots ? "both" : "none")), `Force is used in ${dots} of 100 histories.`,
    [["both", "force"], ["none", "no force"]]);
  if (guess !== null) paintReveal(run, at);
}

function paintDots(kinds, title, key) {
  const [a, b] = MAIN;
  $("dots").replaceChildren(hundredDots(kinds, title, a.index, b.index), h("ul", { class: "key" }, ...key.map(([kind, text]) => {
    const item = h("li"), dot = svg("svg", { viewBox: "0 0 10 10", "aria-hidden": "true" }, item);
    dot.append(hundredDots([kind], "", a.index, b.index).querySelector("circle"));
    item.append(text);
    return item;
  })));
}

function takeGuess(size) {
  guess = size;
  for (const button of $("guesses").children) {
    button.setAttribute("aria-pressed", String(Number(button.dataset.guess) === size));
    button.disabled = true;
  }
  $("no-guess").parentNode.hidden = true;
  $("guess-ask").textContent = "Counting…";
  if (shown) paintReveal(shown.run, shown.at);
}

/** What the model counts, beside the guess, and the gap explained. */
function paintReveal(run, at) {
  if (run.n < 2000 || (WORDS.provocation && !at.why)) return;
  const [a, b] = MAIN, difference = at.contrasts[0].risk;
  let averted = 0, brought = 0;
  for (let i = 0; i < run.n; i++) {
    if (run.hit[b.name][i] > run.hit[a.name][i]) averted++;
    if (run.hit[a.name][i] > run.hit[b.name][i]) brought++;
  }
  const base = Math.round(100 * at.levels[b.name].risk[0]), rings = Math.round(100 * averted / run.n), added = Math.round(100 * brought / run.n);
  paintDots(Array.from({ length: 100 }, (_, i) => (i < base - rings ? "both" : i < base ? "first" : i < base + added ? "second" : "none")),
    `Of 100 histories, ${base - rings} see force either way, ${rings} only with ${b.plain}, ${added} only with ${a.plain}.`,
    [["both", "force either way"], ["first", `averted by ${a.plain}`], ["second", `brought on by ${a.plain}`], ["none", "no force"]]);
  $("guess-ask").textContent = `With ${a.plain}, and the same luck in every history, force is used in…`;
  for (const button of $("guesses").children) button.hidden = button.getAttribute("aria-pressed") !== "true";
  const kind = settle(difference, WORDS.margins.risk), found = 100 * difference[0];
  const says = kind === "same" || kind === "few" ? "about as many histories"
    : `${decimals(Math.abs(found), 1)} ${found < 0 ? "fewer" : "more"} in 100 histories`;
  const isRight = Math.abs(guess - found) <= Math.max(1, Math.abs(found) / 2);
  const interval = difference[1] === null ? "" : ` (difference ${decimals(100 * difference[1], 1)} to ${decimals(100 * difference[2], 1)})`;
  $("reveal-text").replaceChildren(
    h("h3", {}, `You said ${guessText(guess)}. The model ${isRight ? "agrees" : "says"}: ${says}`, h("span", { class: "iv" }, interval), "."),
    ...(at.why ? [h("p", {}, reasons(at.why, difference))] : []),
    h("p", {}, `Each of ${run.n.toLocaleString("en")} histories was played with both policies. ${label(a.plain)} averted force in ${averted} and brought it on in ${brought}. In the other ${(run.n - averted - brought).toLocaleString("en")} the choice made no difference to that.`),
    h("p", {}, "Which force is stronger depends on what one believes. The next screen lets you change that."));
  const isNew = $("reveal").hidden;
  $("reveal").hidden = false;
  if (isNew) $("reveal").focus({ preventScroll: innerWidth >= 960 });
}

/** The gap in one sentence: two forces pull against each other. */
function reasons({ deters, provokes }, difference) {
  const size = (x) => decimals(Math.abs(100 * x), 1), verb = (x, one, other) => (x < 0 ? one : other);
  const rest = Math.abs(difference[0]) < WORDS.margins.risk ? "They nearly cancel." : "What is left is the difference.";
  return `Two forces are at work. Deterrence alone would ${verb(deters[0], "avert", "add")} ${size(deters[0])} uses of force in 100 histories. Provocation ${verb(provokes[0], "averts", "adds")} ${size(provokes[0])}. ${deters[0] * provokes[0] < 0 ? rest : ""}`.trim();
}

// Beliefs: the controls

const rows = {};

function buildControls() {
  for (const view of VIEWS) {
    $("presets").append(h("button", { type: "button", role: "radio", "data-view": view.name, "aria-checked": "false",
      onclick: () => takePreset(view.name) }, view.name === WORDS.evidence ? "The evidence" : view.title));
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
  const more = h("details", { class: "more" }, h("summary", {}, `${others.length} more beliefs, which move these results less`));
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
  const now = h("span"), why = h("details", {}, h("summary", { "aria-label": `Why? ${question}` }, "why?"));
  why.addEventListener("toggle", () => { if (why.open && why.children.length === 1) why.append(...reasonsFor(claim)); });
  const row = h("div", { class: "belief" },
    h("div", { class: "head" }, h("label", { for: id }, question), h("span", { class: "code" }, `${claim} ${words.paragraphs.join(" ")}`)),
    input,
    h("div", { class: marks.length === 3 ? "ends three" : "ends", id: `${id}-ends` },
      ...marks.map(([, who]) => h("span", {}, h("b", {}, `${who === "neutral" ? "Evidence" : AUTHORS[who]}`), words.answers[who] ? `: ${words.answers[who]}` : ""))),
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
    line(`The claim, ${paragraphs.join(", ")}`, says),
    line("Newsham", why.newsham || "Silent."), line("Self", why.self || "Silent."),
    line("Evidence for", supports), line("Evidence against", contradicts), line("What the evidence comes to", verdict),
    line("Sources", sources.map((key) => WORDS.sources[key]).join(" ")),
    weight < DEAD ? h("p", {}, h("b", {}, "This belief hardly moves the results on this page.")) : null,
  ].filter(Boolean);
}

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
    const shownAs = fixed ? "set by these beliefs themselves" : words.shown.map((each) => meaning(each, at)).join("; ");
    const dead = words.weight < DEAD ? (shownAs ? "; hardly moves these results" : "hardly moves these results") : "";
    now.textContent = shownAs + dead;
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
  $("moved-summary").textContent = `${moved.length} moved from ${view.name === WORDS.evidence ? "the evidence" : `“${view.title}”`}`;
  $("moved-list").replaceChildren(...moved.map((claim) => h("li", {},
    `${claim}: ${WORDS.claims[claim].question || WORDS.claims[claim].says} ${label(stand(position(claim, of)))}.`)));
  $("undo").disabled = !past.length;
  $("replay").disabled = !ghost;
  $("reset").disabled = state.view === WORDS.home && !movedClaims().length;
}

// Beliefs: the answer

let picture = null, differences = null, forces = null, startedAt = performance.now();
const paints = []; // how long answers took, for tools/page_speed.py

function paint(run, at) {
  const begun = performance.now();
  shown = { run, at, state: copy(state) };
  if (guess === null || !$("guess").hidden) paintGuess(run, at);
  if (!$("beliefs").hidden && !isReplaying) paintAnswer(at);
  const since = startedAt, drawing = performance.now() - begun;
  requestAnimationFrame(() => {
    const channel = new MessageChannel(); // its message comes after the frame
    channel.port1.onmessage = () => paints.push({ n: run.n, ms: performance.now() - since, drawing });
    channel.port2.postMessage(0);
  });
}

function paintAnswer(at) {
  const main = at.contrasts[0].risk, isSettled = at.n >= FIRST || (main[1] !== null && main[2] - main[1] < 0.02);
  if (isSettled) paintWords(at);
  $("busy").style.setProperty("--done", `${100 * at.n / NUMBERS.worlds}%`);
  $("busy").style.visibility = at.n >= NUMBERS.worlds ? "hidden" : "";
  picture.draw(at.levels, ghost?.at.levels);
  differences.draw(at.contrasts, ghost?.at.contrasts, WORDS.margins);
  if (forces) forces.draw(at.why ?? forces.what?.[0] ?? null, !at.why);
  if (document.querySelector(".numbers").open) paintTable(at);
  $("replay").disabled = !ghost;
}

function paintWords(at) {
  const who = whose(VIEWS, state.view, state.dials);
  const sentence = (contrast, opening) => {
    const [a, b] = WORDS.contrasts[contrast].map((name) => POLICY[name]), found = at.contrasts[contrast];
    return [
      ...rendered(riskSentence(opening, { a: a.plain, b: b.plain, levels: [a, b].map(({ name }) => at.levels[name].risk[0]), difference: found.risk, margin: WORDS.margins.risk })),
      " ", ...rendered(costSentence({ difference: found.cost, margin: WORDS.margins.cost })),
    ];
  };
  $("verdict").replaceChildren(...sentence(0, lead(who, WORDS.evidence)));
  $("second").replaceChildren(...(WORDS.contrasts.length > 1 ? sentence(1, "") : []));
  $("count").textContent = `· ${at.n.toLocaleString("en")} histories`;
}

function paintTable(at) {
  const cell = ([estimate, low, high], scale, places) =>
    h("td", {}, decimals(scale * estimate, places) + (low === null ? " (too few to say)" : ` (${decimals(scale * low, places)} to ${decimals(scale * high, places)})`));
  const line = (name, { risk, cost }) => h("tr", {}, h("th", { scope: "row" }, name), cell(risk, 100, 2), cell(cost, 1, 3));
  $("table").replaceChildren(h("table", {},
    h("thead", {}, h("tr", {}, ...["Policy", "Force in 100 histories", "Japan's loss, % of a year's GDP"].map((text) => h("th", { scope: "col" }, text)))),
    h("tbody", {},
      ...WORDS.policies.map(({ name, plain: text }) => line(label(text), at.levels[name])),
      ...WORDS.contrasts.map(([a, b], i) => line(`${label(POLICY[a].plain)}, not ${POLICY[b].plain}`, at.contrasts[i])),
      ...(at.why ? [["deters", "Deterrence alone"], ["provokes", "Provocation"]].map(([force, name]) => h("tr", {},
        h("th", { scope: "row" }, `${name}: ${MAIN[0].plain}, not ${MAIN[1].plain}`), cell(at.why[force], 100, 2), h("td", {}, "–"))) : []))));
  $("table").append(h("p", { class: "muted" }, "In brackets: 95 % intervals. A difference is taken history by history."));
}

/** Play the last change again: thumbs and points move from where they were. */
function replay() {
  if (!ghost || !shown || isReplaying) return;
  const from = ghost, to = shown, length = isReduced() ? 0 : 1500, begin = performance.now() + 400;
  const mix = (a, b, share) => a.map((x, i) => (x === null || b[i] === null ? b[i] : x + (b[i] - x) * share));
  const both = (a, b, share) => ({ risk: mix(a.risk, b.risk, share), cost: mix(a.cost, b.cost, share) });
  isReplaying = true;
  document.body.classList.add("replaying");
  const frame = (time) => {
    const linear = length ? Math.max(0, Math.min(1, (time - begin) / length)) : Number(time - begin > 600), share = linear * linear * (3 - 2 * linear);
    picture.draw(Object.fromEntries(Object.keys(to.at.levels).map((name) => [name, both(from.at.levels[name], to.at.levels[name], share)])), from.at.levels);
    differences.draw(to.at.contrasts.map((each, i) => both(from.at.contrasts[i], each, share)), from.at.contrasts, WORDS.margins);
    const dials = Object.fromEntries(CLAIMS.map((claim) => [claim, position(claim, from.state) + (position(claim, to.state) - position(claim, from.state)) * share]));
    syncControls({ ...to.state, dials });
    if (linear < 1) {
      requestAnimationFrame(frame);
      return;
    }
    isReplaying = false;
    document.body.classList.remove("replaying");
    syncControls();
    paintAnswer(shown.at);
  };
  requestAnimationFrame(frame);
}

function undo() {
  if (!past.length) return;
  keepGhost();
  lastMove.control = null;
  go(past.pop(), true);
}

// Screens and the rest

function screen() {
  const isAsking = guess !== "none";
  $("guess").hidden = !isAsking;
  $("beliefs").hidden = isAsking;
  if (isAsking) return;
  if (!picture) {
    picture = new Picture($("picture"), WORDS.policies);
    differences = new Differences($("differences"), WORDS.contrasts.map(([a, b]) => ({ policy: POLICY[a].index, a: POLICY[a].plain, b: POLICY[b].plain })));
    $("picture-caption").textContent = `${WORDS.policies.length} policies, ${yearsText()} histories; lower left is better`;
    $("forces-figure").hidden = !WORDS.provocation;
    if (WORDS.provocation) {
      forces = new Forces($("forces"), MAIN[0].index);
      $("forces-caption").textContent = `${MAIN[0].plain}, not ${MAIN[1].plain}: uses of force in 100 histories`;
    }
  }
  if (shown) paintAnswer(shown.at);
}

async function share() {
  writeAddress();
  try {
    await navigator.clipboard.writeText(location.href);
    notice("Link copied. It holds all your beliefs.");
  } catch {
    notice("Copy the address of this page. It holds all your beliefs.");
  }
}

function download() {
  const address = location.protocol === "file:" ? `Its link ended in ${addressOf()}` : `Its link: ${location.href.split("#")[0]}${addressOf()}`;
  const text = experimentText({ source: WORDS.source, worlds: NUMBERS.worlds, view: state.view, start: state.start, dials: state.dials,
    preset: preset(state.view), mark: MARK, address });
  const url = URL.createObjectURL(new Blob([text], { type: "application/yaml" }));
  h("a", { href: url, download: "my_beliefs.yaml" }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

const threads = Math.max(1, Math.min((navigator.hardwareConcurrency || 2) - 1, 4));
const pool = new Pool($("worker-source").textContent, NUMBERS, threads, globalThis.straitSlow ?? 1, (fault) => notice(`The computation stopped: ${fault}. Reload the page.`));
const engine = new Engine(pool, WORDS, NUMBERS.worlds, paint);

buildControls();
addEventListener("pointerup", () => hold(false));
addEventListener("pointercancel", () => hold(false));
addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "z" && !$("beliefs").hidden) {
    event.preventDefault();
    undo();
  }
});
addEventListener("hashchange", () => {
  keepGhost();
  past.push(copy(state));
  lastMove.control = null;
  go(readAddress(), true);
});
$("skip").addEventListener("click", () => document.querySelector("main:not([hidden])").focus());
for (const id of ["no-guess", "go-on"]) {
  $(id).addEventListener("click", () => {
    guess = "none";
    screen();
    scrollTo(0, 0);
    $("beliefs").focus({ preventScroll: true });
  });
}
$("undo").addEventListener("click", undo);
$("reset").addEventListener("click", () => change("reset", { ...copy(state), view: WORDS.home, dials: { ...preset(WORDS.home) } }));
$("replay").addEventListener("click", replay);
$("download").addEventListener("click", download);
$("share").addEventListener("click", share);
$("theme").addEventListener("click", () => {
  const root = document.documentElement, isDark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = isDark ? "light" : "dark";
});
document.querySelector(".numbers").addEventListener("toggle", () => shown && paintTable(shown.at));

state = readAddress();
syncControls();
screen();
engine.begin({ beliefs: { view: state.view, dials: state.dials }, start: state.start }, false);
