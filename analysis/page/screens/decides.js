// Which belief decides: counted when asked, in the background, from the beliefs as they are set.
// A `pair` is what tells one comparison from another: the key of a PairChoice.

const decided = new Map(); // by question, the last count: {key, from, state, decision, now, alone, others, turning}
const distances = new Map(); // by distanceKey
const chosen = { measure: "risk" };
let isOthersOpen = false; // the beliefs that change less are counted once their drawer is opened
let decidesChoice = null, counting = null; // what runs now: {done, planned, step}

const settingKey = ({ view, dials, start }, scripted = injected?.scripted) => JSON.stringify([view, start, CLAIMS.map((claim) => dials[claim] ?? 0), scripted ?? null]);
/** What the authors' distance depends on: the reader's dials play no part. */
const distanceKey = (pair, { view, start }) => JSON.stringify([pair, view, start, injected?.scripted ?? null]);
const standing = (to) => capital(to === 0 ? say("decides.evidence") : stand(to));
const questionOf = (claim) => WORDS.claims[claim].question || WORDS.claims[claim].says;

/** A number of a measure in its unit, with its interval. */
function amount([estimate, low, high], measure) {
  const scale = measure === "risk" ? 100 : 1, places = measure === "risk" ? 1 : 2, text = (x) => signed(scale * x, places);
  if (estimate === 0 && !low && !high) return say("decides.never");
  if (low === null) return say("decides.few", { size: text(estimate) });
  return say("decides.amount", { size: text(estimate), low: text(low), high: text(high) });
}

/** The count of one question: its players are the claims that can be moved. */
function decisionOf(names, { view, dials, start }) {
  const claims = CLAIMS.filter((claim) => !isFixed(claim, view)), ends = Object.fromEntries(claims.map((claim) => [claim, endsOf(claim)]));
  const policies = names.map(playedAs), scripted = injected?.scripted, grouped = groupsOf(claims);
  const ask = (request, pairs) => {
    const token = counting;
    return new Promise((then) => pool.ask({ ...request, start, policies, scripted }, () => token === counting, (out) => {
      token.done += pairs;
      paintProgress();
      then(out);
    }, true));
  };
  const column = (outs, policy, what) => Float64Array.from(outs.flatMap((out) => Array.from({ length: CHUNK }, (_, i) => out[RECORDED * (policy * CHUNK + i) + what])));
  return new Decision({
    view, dials: { ...dials }, ends, worlds: NUMBERS.worlds, margins: WORDS.margins,
    themes: grouped.filter(({ by }) => by === "theme").map(({ members }) => members), groups: grouped.map(({ members }) => members),
    readings: {
      evidence: {},
      newsham: Object.fromEntries(claims.map((claim) => [claim, endsOf(claim)[1]])),
      self: Object.fromEntries(claims.map((claim) => [claim, endsOf(claim)[0]])),
    },
    play: async (beliefs, first, count) => {
      const { setting, n, risk, cost } = engine.run;
      const isSame = names.every((name, i) => (setting.own?.[name] ?? name) === policies[i]);
      if (isSame && first + count <= n && setting.start === start && settingKey({ ...beliefs, start }, scripted) === settingKey({ ...setting.beliefs, start }, setting.scripted)) {
        const cut = (columns) => names.map((name) => columns[name].subarray(first, first + count));
        return { risk: cut(risk), cost: cut(cost) }; // played already
      }
      const firsts = Array.from({ length: count / CHUNK }, (_, i) => first + i * CHUNK);
      const outs = await Promise.all(firsts.map((from) => ask({ beliefs, first: from, count: CHUNK }, CHUNK)));
      return Object.fromEntries(MEASURES.map((measure, what) => [measure, [column(outs, 0, what), column(outs, 1, what)]]));
    },
    walk: (beliefs, to, first, count) => ask({ beliefs, to, themes: grouped.filter(({ by }) => by === "theme").map(({ members }) => members), first, count }, 2 * claims.length * count),
  });
}

/** Claims by theme, and by who speaks. */
function groupsOf(claims) {
  const speaker = (claim) => endsOf(claim).every(Boolean) ? "both" : endsOf(claim)[0] ? "self" : "newsham";
  const groups = (by, nameOf) => [...new Set(claims.map(nameOf))].map((name) => ({ by, name, members: claims.filter((claim) => nameOf(claim) === name) }));
  return [...groups("theme", (claim) => WORDS.claims[claim].theme), ...groups("author", speaker)];
}

async function countDecisions() {
  const { measure } = chosen, pair = decidesChoice.key(), key = settingKey(state), token = counting = { done: 0, planned: 1, step: "" };
  const from = distanceKey(pair, state), before = decided.get(pair);
  const entry = before?.key === key ? before : { key, from, state: copy(state), turning: {} };
  entry.decision ??= decisionOf(decidesChoice.names(), state);
  const { decision } = entry, planned = plannedPairs(decision);
  const missing = { alone: !entry.alone, turning: !entry.turning[measure], distance: !distances.has(from), others: isOthersOpen && !entry.others };
  token.planned = Object.keys(missing).reduce((sum, part) => sum + (missing[part] ? planned[part] : 0), 0);
  let done = 0;
  const run = async (part, play) => {
    if (!missing[part]) return null;
    token.step = part;
    paintProgress();
    const found = await play();
    token.done = done += planned[part];
    return found;
  };
  entry.alone = await run("alone", () => decision.alone()) ?? entry.alone;
  entry.now ??= await decision.now();
  decided.set(pair, entry);
  paintDecisions();
  entry.turning[measure] = await run("turning", () => decision.turning(measure, entry.alone.ranked[measure])) ?? entry.turning[measure];
  paintDecisions();
  const distance = await run("distance", () => decision.distance());
  if (distance) distances.set(from, distance);
  const isShown = new Set(MEASURES.flatMap((each) => claimsIn(entry.alone.shown[each])));
  entry.others = await run("others", () => decision.aloneInAll((claim) => !isShown.has(claim))) ?? entry.others;
  counting = null;
  syncDecides();
}

/** Stop; what was found stays. A promise of what was stopped never comes, so the next count begins again. */
function cancelCount() {
  counting = null;
  for (const entry of decided.values()) entry.decision = null;
  syncDecides();
}

function paintProgress() {
  $("decides-count").disabled = Boolean(counting);
  for (const id of ["decides-cancel", "decides-progress"]) $(id).hidden = !counting;
  if (!counting) return;
  $("decides-progress").value = Math.min(1, counting.done / counting.planned);
  const text = say(`decides.counting_${counting.step}`);
  if ($("decides-status").textContent !== text) $("decides-status").textContent = text; // a status is read at each change
}

function syncDecides() {
  $("decides-whose").textContent = kicker(whose(VIEWS, state.view, state.dials), WORDS.evidence);
  const entry = decided.get(decidesChoice.key()), isStale = entry && entry.key !== settingKey(state);
  const isWhole = entry && !isStale && entry.alone && entry.turning[chosen.measure] && distanceNow(entry);
  $("decides-count").textContent = say(isStale ? "decides.again" : "decides.count");
  $("decides-status").textContent = isStale ? say("decides.stale") : isWhole ? say("decides.done") : "";
  paintProgress();
  if (!counting) $("decides-count").disabled = Boolean(isWhole);
  paintDecisions();
}

const distanceNow = ({ from }) => distances.get(from);

/** Set beliefs as they were found, on the screen of beliefs, where the change can be undone. */
function tryOut(changes) {
  change(`try ${changes.join(" ")}`, { ...copy(state), dials: withChanges(state.dials, changes) });
  openScreen("beliefs");
  const { input } = rows[changes[0][0]], folded = input.closest("details");
  if (folded) folded.open = true;
  input.focus();
  input.scrollIntoView({ block: "center" });
}

const tryButton = (changes, text) => h("button", { type: "button", "aria-label": say("decides.try_label", { what: changes.map(changeText).join(" ") }),
  onclick: () => tryOut(changes) }, say(text));
const changeText = ([claim, to]) => say("decides.belief", { claim, question: questionOf(claim), stand: standing(to) });

// What was found

/** A scale on which bars of all rows lie: shares of the width. */
function barScale(intervals, measure) {
  const axis = new Axis(measure === "risk" ? 0.02 : 0.2, undefined, 4), all = intervals.flat().filter((x) => x !== null);
  axis.fit(Math.min(0, ...all), Math.max(0, ...all));
  return { axis, at: (x) => 100 * (x - axis.low) / (axis.high - axis.low) };
}

function barOf([estimate, low, high], { at }, margin) {
  const root = svg("svg", { "aria-hidden": "true" }), percent = (x) => `${at(x)}%`, width = (p, q) => `${Math.abs(at(q) - at(p))}%`;
  if (margin) svg("rect", { x: percent(-margin), width: width(-margin, margin), y: 0, height: "100%", class: "margin" }, root);
  svg("rect", { x: percent(Math.min(0, estimate)), width: width(0, estimate), y: "22%", height: "56%", class: "size" }, root);
  if (low !== null) svg("line", { x1: percent(low), x2: percent(high), y1: "50%", y2: "50%", class: "interval" }, root);
  svg("line", { x1: percent(0), x2: percent(0), y1: 0, y2: "100%", class: "zero" }, root);
  return root;
}

/** The row of ticks above bars. */
function tickRow({ axis, at }, measure) {
  const root = svg("svg", { "aria-hidden": "true" }), scale = measure === "risk" ? 100 : 1, step = scale * axis.step, places = [0, 1, 2].find((count) => Number.isInteger(Number((step * 10 ** count).toFixed(6)))) ?? 3;
  for (const x of axis.ticks()) {
    const side = at(x) < 5 ? "start" : at(x) > 95 ? "end" : "middle";
    svg("text", { x: `${at(x)}%`, y: "85%", "text-anchor": side }, root, signed(scale * x, places));
  }
  return h("li", { class: "axis" }, h("span"), h("div", { class: "bar" }, root, h("span"), h("span")));
}

const barRow = (name, ...lines) => h("li", {}, h("div", {}, ...name), h("div", {}, ...lines));

function paintDecisions() {
  const { measure } = chosen, entry = decided.get(decidesChoice.key());
  $("decides-found").hidden = !entry;
  if (!entry) return;
  const [a, b] = decidesChoice.policies(), { now, state: at } = entry, names = { a: a.plain, b: b.plain };
  const opening = lead(whose(VIEWS, at.view, at.dials), WORDS.evidence), difference = now[measure], margin = WORDS.margins[measure];
  if (entry.key === settingKey(state) && engine.at?.n === NUMBERS.worlds) entry.base ??= levelsOf(engine.at)[b.name]; // as on the other screens
  $("decides-now").replaceChildren(...rendered(measure === "risk"
    ? riskSentence(opening, { ...names, base: entry.base ?? mean(now.values.risk[1]), difference, margin })
    : [...sentence("decides.cost_pair", names), " ", ...costSentence({ difference, margin })]));
  $("decides-size").textContent = sizeWords([settle(difference, margin)], WORDS.margins);
  paintAlone(entry, measure, names);
  paintTurning(entry.turning[measure], measure, names);
  paintDistance(distanceNow(entry), measure, at);
  if ($("decides-numbers").open) paintDecidesTable();
}

/** What is known of each belief alone, the largest change first, and all beliefs in the order in which they are shown. */
function aloneOf({ alone, others }, measure) {
  const found = [...alone.shown[measure], ...(others?.[measure] ?? [])].sort(byChange), ranked = claimsIn(alone.ranked[measure]);
  const first = others ? ranked : ranked.slice(0, SHOWN_ALONE);
  return { found, byClaim: [...new Set([...claimsIn(found).filter((claim) => first.includes(claim)), ...ranked])] };
}

function paintAlone(entry, measure, names) {
  $("decides-alone-lead").textContent = say(`decides.alone_lead_${measure}`, { ...names, n: thousands(NUMBERS.worlds) });
  const { found, byClaim } = aloneOf(entry, measure), scale = barScale(found.map(({ change: size }) => size), measure);
  const row = (claim) => barRow([questionOf(claim), " ", h("span", { class: "code" }, claim)], ...found.filter((each) => each.claim === claim)
    .sort((p, q) => p.to - q.to)
    .map(({ to, change: size }) => h("div", { class: "bar" }, barOf(size, scale, WORDS.margins[measure]),
      h("span", { class: "much" }, h("b", {}, standing(to)), amount(size, measure)), tryButton([[claim, to]], "decides.try"))));
  const first = byClaim.slice(0, SHOWN_ALONE), others = byClaim.slice(SHOWN_ALONE);
  redraw($("decides-alone"), h("ol", { class: "bars" }, tickRow(scale, measure), ...first.map(row)),
    ...(others.length ? [h("details", { class: "more", open: isOthersOpen, ontoggle: countOthers }, h("summary", {}, say("decides.others", { count: others.length })),
      entry.others ? h("ol", { class: "bars" }, ...others.map(row)) : h("p", { class: "lead" }, say("decides.turn_soon")))] : []));
}

/** Their drawer was opened or closed: count them, unless a count is under way or old. */
function countOthers({ target }) {
  isOthersOpen = target.open;
  const entry = decided.get(decidesChoice.key());
  if (isOthersOpen && !counting && !entry.others && entry.key === settingKey(state)) countDecisions();
}

/** What would turn the result round, in sentences. */
function paintTurning(found, measure, names) {
  if (!found) {
    $("decides-turn").replaceChildren(h("p", { class: "lead" }, say(counting ? "decides.turn_soon" : "decides.turn_missing")));
    return;
  }
  const then = ({ difference: size }) => say(`decides.then_${measure}`, { amount: amount(size, measure) });
  const list = (sets) => h("ul", {}, ...sets);
  const parts = found.goals.flatMap(({ goal, single, together }) => {
    const heading = h("h4", {}, say(`decides.goal_${goal}_${measure}`, names));
    if (single.length) {
      return [heading, h("p", {}, say(single.length === 1 ? "decides.one_alone" : "decides.any_alone", { count: single.length })),
        list(single.map((set) => h("li", {}, changeText(set.changes[0]), " ", then(set), " ", tryButton(set.changes, "decides.try"))))];
    }
    if (!together) return [heading, h("p", {}, say("decides.nothing", { count: MOST_TOGETHER }))];
    const all = list(together.changes.map((each) => h("li", {}, changeText(each))));
    return [heading, h("p", {}, say("decides.together", { count: together.changes.length })),
      together.changes.length > MOST_TOGETHER ? h("details", {}, h("summary", {}, say("decides.which")), all) : all,
      h("p", {}, then(together), " ", tryButton(together.changes, "decides.try_all"))];
  });
  redraw($("decides-turn"), ...(found.goals.length === 2 ? [h("p", {}, say("decides.no_side"))] : []),
    ...(parts.length ? [...parts, h("p", { class: "note" }, say("decides.turn_note", { n: thousands(CONFIRMED), count: MOST_TOGETHER, margin: say(`decides.margin_${measure}`, marginTexts(WORDS.margins)) }))]
      : [h("p", {}, say("decides.turn_few"))]));
}

function paintDistance(found, measure, { view }) {
  if (!found) {
    $("decides-distance").replaceChildren(h("p", { class: "lead" }, say(counting ? "decides.distance_soon" : "decides.distance_missing")));
    return;
  }
  const { total, groups, ends } = found[measure], isSettled = total[1] !== null && total[1] * total[2] > 0;
  const size = (x) => amount(x, measure), grouped = groupsOf(CLAIMS.filter((claim) => !isFixed(claim, view)));
  const scale = barScale(groups, measure);
  const rowsBy = (by) => grouped.map((group, i) => ({ ...group, part: groups[i] })).filter((group) => group.by === by)
    .sort((p, q) => Math.abs(q.part[0]) - Math.abs(p.part[0]))
    .map(({ name, part }) => barRow([by === "theme" ? capital(name) : say(`decides.speaks_${name}`)], h("div", { class: "bar" }, barOf(part, scale, 0),
      h("span", { class: "much" }, size(part)), h("span", { class: "much" }, isSettled ? say("decides.share", { share: decimals(100 * part[0] / total[0], 0) }) : ""))));
  $("decides-distance").replaceChildren(
    h("p", {}, say(`decides.ends_${measure}`, { self: size(ends.self), newsham: size(ends.newsham), total: size(total) })),
    h("p", { class: "lead" }, say(isSettled ? "decides.distance_lead" : "decides.distance_open")),
    h("ul", { class: "bars" }, tickRow(scale, measure), ...rowsBy("theme")), h("p", { class: "lead" }, say("decides.by_author")),
    h("ul", { class: "bars" }, ...rowsBy("author")),
    h("p", { class: "note" }, say("decides.distance_note", { n: thousands(WALKED) })));
}

function paintDecidesTable() {
  const { measure } = chosen, entry = decided.get(decidesChoice.key()), found = entry && distanceNow(entry);
  if (!entry) return;
  const table = (caption, heads, lines) => h("table", {}, h("caption", {}, caption),
    h("thead", {}, h("tr", {}, ...heads.map((head) => h("th", { scope: "col" }, head)))),
    h("tbody", {}, ...lines.map(([name, ...cells]) => h("tr", {}, h("th", { scope: "row" }, name), ...cells.map((cell) => h("td", {}, cell))))));
  const unit = say(`decides.unit_${measure}`);
  $("decides-table").replaceChildren(
    table(say("decides.alone"), ["belief", "to", "change", "after"].map((head) => say(`decides.table_${head}`, { unit })),
      aloneOf(entry, measure).found.map(({ claim, to, change: size, after }) => [`${claim} ${questionOf(claim)}`, standing(to), amount(size, measure), amount(after, measure)])),
    ...(found ? [table(say("decides.distance"), ["belief", "part"].map((head) => say(`decides.table_${head}`, { unit })),
      Object.entries(found[measure].claims).sort((p, q) => Math.abs(q[1][0]) - Math.abs(p[1][0]))
        .map(([claim, part]) => [`${claim} ${questionOf(claim)}`, amount(part, measure)]))] : []),
    h("p", { class: "muted" }, say("decides.table_note")));
}

addScreen("decides", {
  keep: () => ({ chosen, choice: decidesChoice.kept, isCounting: Boolean(counting), isOthersOpen, distances, decided: [...decided].map(([pair, entry]) => [pair, { ...entry, decision: null }]) }),
  restore(kept) {
    Object.assign(chosen, kept.chosen);
    decidesChoice.kept = kept.choice;
    document.querySelector(`[name=decides-measure][value=${chosen.measure}]`).checked = true;
    for (const [key, found] of kept.distances) distances.set(key, found);
    for (const [pair, entry] of kept.decided) decided.set(pair, entry);
    ({ isOthersOpen } = kept);
    if (kept.isCounting) setTimeout(countDecisions); // once the page has begun
  },
  build() {
    decidesChoice = new PairChoice("decides", syncDecides);
    for (const input of document.getElementsByName("decides-measure")) {
      input.addEventListener("change", () => {
        chosen.measure = input.value;
        syncDecides();
      });
    }
    $("decides-count").addEventListener("click", countDecisions);
    $("decides-cancel").addEventListener("click", cancelCount);
    $("decides-numbers").addEventListener("toggle", paintDecidesTable);
  },
  open: syncDecides,
  sync() {
    decidesChoice.sync();
    if (current === "decides") syncDecides();
  },
  isReady: () => isPastGuess,
});
