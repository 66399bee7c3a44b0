// One history under two policies: the same world and luck under two policies, where they part, and what other luck would have done.

const NARRATIVE = WORDS.narrative, GRAVE = 20;
const isTranslated = Object.hasOwn(NARRATIVE.words, LANGUAGE) && Object.hasOwn(LANGUAGES[LANGUAGE].page, "story.heading");
const STORY_LANGUAGE = isTranslated ? LANGUAGE : "en"; // the sentences follow the words around them
const asked = { kind: "averted", nth: 0 };
let storyChart = null, storyChoice = null, storyKey = null; // what was asked for last; an answer to anything else is dropped

const storyPair = () => storyChoice.policies();
const storyNames = () => {
  const [a, b] = storyPair();
  return { policy: a.plain, against: b.plain };
};
const storyLine = (line, values = {}) => capital(fillIn(NARRATIVE.lines[STORY_LANGUAGE][line], { ...storyNames(), ...values }));

/** The month so many months after the start. */
function storyDate(months) {
  const [year, month] = WORDS.starts.find(({ name }) => name === state.start).date.split("-").map(Number), at = 12 * year + month - 1 + months;
  return fillIn(NARRATIVE.lines[STORY_LANGUAGE].date, { month: NARRATIVE.words[STORY_LANGUAGE].months[at % 12], year: Math.floor(at / 12) });
}

/** Some years from the year so many months after the start. */
function yearsFrom(months, years) {
  const [year, month] = WORDS.starts.find(({ name }) => name === state.start).date.split("-").map(Number), first = Math.floor((12 * year + month - 1 + months) / 12);
  return fillIn(NARRATIVE.lines[STORY_LANGUAGE].span, { first, last: first + years });
}

/** The worlds in which the choice made a difference, by what the first policy did to force. */
function worldsByKind(run) {
  const [a, b] = storyPair(), found = { averted: [], provoked: [] };
  for (let world = 0; world < run.n; world++) {
    const change = run.hit[a.name][world] - run.hit[b.name][world];
    if (change) found[change < 0 ? "averted" : "provoked"].push(world);
  }
  return found;
}

/** Other beliefs and other questions have other histories. */
function leaveStory() {
  storyKey = null;
  $("story-found").hidden = true;
  $("story-headline").textContent = "";
}

function paintStory(run) {
  const found = worldsByKind(run), counts = { averted: found.averted.length, provoked: found.provoked.length };
  const isWhole = run.n === NUMBERS.worlds, key = `${asked.kind} ${asked.nth} ${storyChoice.names().join()}`;
  $("story-whose").textContent = kicker(whose(VIEWS, state.view, state.dials), WORDS.evidence);
  $("story-count").textContent = isWhole ? "" : say("story.counting");
  $("story-counts").textContent = storyLine("counts", { n: thousands(run.n), averted: thousands(counts.averted),
    provoked: thousands(counts.provoked), same: thousands(run.n - counts.averted - counts.provoked) });
  for (const button of document.querySelectorAll("[data-kind]")) button.setAttribute("aria-pressed", String(button.dataset.kind === asked.kind));
  $("story-another").disabled = !isWhole || counts[asked.kind] < 2;
  if (storyKey?.run === run && storyKey.key === key) return;
  leaveStory();
  if (!isWhole) return;
  if (!counts[asked.kind]) {
    $("story-headline").textContent = say(`story.none_${asked.kind}`, { n: thousands(run.n), ...storyNames() });
    return;
  }
  const mine = storyKey = { run, key }, [a, b] = storyPair();
  pool.ask({ first: 0, ...run.setting, policies: [b.name, a.name].map(playedAs), worlds: found[asked.kind],
    nth: asked.nth, lucks: NARRATIVE.lucks }, () => storyKey === mine, ({ world, sides: [against, policy] }) => {
    mine.story = { world, ...narrateBoth({ against, policy }, NARRATIVE, WORDS.seat.at[state.start], STORY_LANGUAGE), lucks: { against: against.others, policy: policy.others } };
    paintHistories(mine.story);
  });
}

function paintHistories(story) {
  const { line, parting, force } = headlineOf(story), [a, b] = storyPair(), policies = { against: b, policy: a };
  $("story-found").hidden = false;
  $("story-headline").textContent = storyLine(line, { parting: parting === null ? "" : storyDate(parting), force: force === null ? "" : storyDate(force) });
  $("story-gap").replaceChildren(...(story.gap ? [gapTable(story.gap)] : []));
  $("story-gap").hidden = !story.gap;
  storyChart.draw(story, policies);
  $("story-table").replaceChildren(storyTable(story, policies));
  $("story-alike").replaceChildren(...sentenceItems(story.alike));
  $("story-parting").hidden = parting === null;
  if (parting !== null) {
    $("story-parting-title").textContent = storyLine("parting", { date: storyDate(parting) });
    $("story-parting-sentences").replaceChildren(...SIDES.flatMap((side) => story.parting.sentences[side].map(({ text }) =>
      h("p", {}, `${storyLine("with", { policy: storyNames()[side] })}: ${text}`))));
  }
  for (const side of SIDES) {
    const section = $(`story-${side}`);
    section.querySelector("h3").textContent = headOf(story, side);
    section.querySelector("ul").replaceChildren(...sentenceItems(story.sides[side]));
    section.style.borderColor = inkOf(policies[side].index);
  }
  const forced = (side) => story.lucks[side].filter(([used]) => used).length;
  $("story-luck-said").textContent = storyLine("luck", { n: NARRATIVE.lucks, against_force: forced("against"), policy_force: forced("policy") });
  $("story-luck-dots").replaceChildren(luckDots(story, policies));
  showLucks(false);
}

/** Which policy it is, and how it ends. */
function headOf(story, side) {
  const ending = story.endings[side], end = ["fall", "force", "quarantine"].find((each) => ending[each] !== null) ?? "none";
  return `${storyLine("with", { policy: storyNames()[side] })}: ${storyLine(end, { date: storyDate(ending[end] ?? 0) })}`;
}

function sentenceItems({ sentences, more }) {
  const items = sentences.map(({ month, text, weight, years }) => h("li", {}, h("span", { class: "when" }, years ? yearsFrom(month, years) : storyDate(month)), h("span", weight >= GRAVE ? { class: "grave" } : {}, text)));
  if (more) items.push(h("li", {}, h("span", { class: "when" }), h("span", { class: "muted" }, fillIn(NARRATIVE.lines[STORY_LANGUAGE][more === 1 ? "one_more" : "more"], { n: more }))));
  return items;
}

function headRow(first, policies) {
  return h("thead", {}, h("tr", {}, h("th", { scope: "col" }, first), ...policies.map((name) => h("th", { scope: "col" }, label(name)))));
}

/** What Beijing believes in the month of the widest gap. */
function gapTable({ month, against, policy }) {
  const names = storyNames();
  return h("table", {}, h("caption", {}, storyLine("gap", { date: storyDate(month) })), headRow(say("story.belief"), [names.against, names.policy]),
    h("tbody", {}, ...Object.keys(policy).map((name) => h("tr", {}, h("th", { scope: "row" }, storyLine(name)), h("td", {}, String(against[name])), h("td", {}, String(policy[name]))))));
}

/** The chart as a table: the danger so far, year by year, and the breaking points. */
function storyTable(story, policies) {
  const perYear = Math.round(12 / NARRATIVE.step), steps = story.danger.policy.length, rows = [];
  const cell = (value) => h("td", {}, Number.isNaN(value) ? say("story.over") : decimals(value, 3));
  for (let at = perYear - 1; at < steps; at += perYear) {
    rows.push(h("tr", {}, h("th", { scope: "row" }, storyDate(Math.round((at + 1) * NARRATIVE.step))), ...SIDES.map((side) => cell(story.danger[side][at]))));
  }
  const points = story.breaking_points.map((point) => decimals(point, 3)).join(", ");
  return h("div", {}, h("table", {}, h("caption", {}, say("story.table")), headRow(say("story.until"), SIDES.map((side) => policies[side].plain)), h("tbody", {}, ...rows)),
    h("p", { class: "muted" }, `${storyLine("breaking_point")}: ${points}`));
}

/** A circle for each other luck: filled where force is used, with a flag where Taiwan falls; the one shown stands first. */
function luckDots(story, policies) {
  const root = svg("svg", { viewBox: `0 0 ${24 * (NARRATIVE.lucks + 2)} 64`, role: "img" });
  svg("title", {}, root, $("story-luck-said").textContent);
  svg("rect", { x: 1, y: 1, width: 30, height: 62, rx: 6, fill: colour("faint") }, root);
  SIDES.forEach((side, row) => {
    const ending = story.endings[side], all = [[ending.force !== null, ending.fall !== null], ...story.lucks[side]];
    all.forEach(([force, falls], i) => {
      const x = i ? 36 + 24 * i : 16, y = 18 + 28 * row, ink = inkOf(policies[side].index);
      svg("circle", { cx: x, cy: y, r: 8, fill: force ? ink : "none", stroke: ink, "stroke-width": 1.8 }, root);
      if (falls) svg("path", { d: `M${x - 2},${y + 4.5}V${y - 4.5}L${x + 4},${y - 2}L${x - 2},${y + 0.5}`, fill: colour("card"), stroke: colour("card") }, root);
    });
  });
  return root;
}

function showLucks(isOpen) {
  $("story-lucks").hidden = !isOpen;
  $("story-luck").setAttribute("aria-expanded", String(isOpen));
}

// The chart

const SIGNS = {
  step: (r) => ["circle", { r: 0.8 * r, isHollow: true }],
  coercion: (r) => ["rect", { x: -0.8 * r, y: -0.8 * r, width: 1.6 * r, height: 1.6 * r }],
  drill: (r) => ["path", { d: `M0,${-r}L${r},${0.8 * r}H${-r}Z` }],
  crisis: (r) => ["path", { d: `M0,${-1.3 * r}L${1.3 * r},0L0,${1.3 * r}L${-1.3 * r},0Z` }],
  quarantine: (r) => ["circle", { r: 1.7 * r, isHollow: true }],
  force: (r) => ["path", { d: [0, 1, 2, 3].map((k) => star(1.9 * r, k)).join("") + "Z" }],
  end: (r) => ["rect", { x: -1.2 * r, y: -1.2 * r, width: 2.4 * r, height: 2.4 * r, isHollow: true }],
  fall: (r) => ["path", { d: `M${-0.3 * r},${2 * r}V${-2.2 * r}L${2.2 * r},${-1.1 * r}L${0.3 * r},${0.1 * r}V${2 * r}Z` }],
};

/** A quarter of a star with four points. */
function star(r, quarter) {
  const at = (angle, size) => `${(size * Math.sin(angle)).toFixed(2)},${(-size * Math.cos(angle)).toFixed(2)}`, turn = quarter * Math.PI / 2;
  return `${quarter ? "L" : "M"}${at(turn, r)}L${at(turn + Math.PI / 4, 0.5 * r)}`;
}

function drawSign(sign, r, ink, parent, x = 0, y = 0) {
  const [tag, { isHollow, ...shape }] = SIGNS[sign](r);
  const look = isHollow ? { fill: colour("card"), stroke: ink, "stroke-width": 1.7 } : { fill: ink, stroke: colour("card"), "stroke-width": 1 };
  return svg(tag, { ...shape, ...look, transform: `translate(${x},${y})` }, parent);
}

/** Danger that adds up to the breaking points, and under it one line that forks into two where the histories part. */
class StoryChart extends Chart {
  paint(width, height, story, policies) {
    this.root.replaceChildren(this.title);
    this.title.textContent = `${$("story-headline").textContent} ${SIDES.map((side) => headOf(story, side)).join(". ")}`;
    const size = 0.82 * rem(), isNarrow = width < NARROW, left = 8, right = width - (isNarrow ? 12 : 9.5 * size), months = NARRATIVE.months;
    const top = 1.6 * size, base = 0.5 * height, atX = (month) => left + Math.min(month, months) / months * (right - left);
    const lane = { against: base + 4.2 * size, policy: height - 1.1 * size }, trunk = (lane.against + lane.policy) / 2 - 0.5 * size;
    const { month } = story.parting, own = (side) => policies[side].index;
    if (month !== null) svg("rect", { x: atX(month), y: top, width: Math.max(atX(month + 1) - atX(month), 3), height: height - top, class: "margin" }, this.root);
    this.paintYears(base, size, atX, isNarrow);
    this.paintDanger(story, own, { top, base, atX, right, size, isNarrow });
    this.paintLanes(story, own, { lane, trunk, atX, left, right, size });
  }

  paintYears(base, size, atX, isNarrow) {
    svg("line", { x1: atX(0), x2: atX(NARRATIVE.months), y1: base, y2: base, class: "zero" }, this.root);
    const [year, month] = WORDS.starts.find(({ name }) => name === state.start).date.split("-").map(Number), every = Math.ceil(NARRATIVE.months / (isNarrow ? 60 : 180));
    for (let at = 13 - month, now = year + 1; at <= NARRATIVE.months; at += 12 * every, now += every) {
      svg("line", { x1: atX(at), x2: atX(at), y1: base, y2: base + 4, class: "zero" }, this.root);
      svg("text", { x: atX(at), y: base + 1.35 * size, class: "tick", "text-anchor": "middle" }, this.root, String(now));
    }
  }

  paintDanger(story, own, { top, base, atX, right, size, isNarrow }) {
    const all = SIDES.flatMap((side) => story.danger[side].filter((value) => !Number.isNaN(value)));
    const most = 1.06 * Math.max(story.breaking_points.at(-1), ...all), atY = (danger) => base - danger / most * (base - top);
    for (const point of story.breaking_points) {
      svg("line", { x1: atX(0), x2: right, y1: atY(point), y2: atY(point), stroke: colour("muted"), "stroke-dasharray": "5 4" }, this.root);
    }
    const ends = SIDES.map((side) => {
      const danger = story.danger[side].filter((value) => !Number.isNaN(value));
      const path = danger.map((value, at) => `L${atX((at + 1) * NARRATIVE.step).toFixed(1)},${atY(value).toFixed(1)}`).join("");
      svg("path", { d: `M${atX(0)},${base}${path}`, fill: "none", stroke: inkOf(own(side)), "stroke-width": 2.4, ...(side === "policy" ? { "stroke-dasharray": "8 3" } : {}) }, this.root);
      return { side, x: atX(danger.length * NARRATIVE.step), y: atY(danger.at(-1)) };
    });
    svg("text", { x: atX(0), y: atY(story.breaking_points.at(-1)) - 0.35 * size, class: "tick halo" }, this.root, NARRATIVE.lines[STORY_LANGUAGE].breaking_point);
    if (isNarrow) return;
    ends.sort((a, b) => a.y - b.y);
    if (ends[1].y - ends[0].y < 1.2 * size) ends[1].y = ends[0].y + 1.2 * size;
    for (const { side, y } of ends) {
      fitText(svg("text", { x: right + 8, y: y + 0.3 * size, class: "name", fill: textOf(own(side)) }, this.root), [label(storyNames()[side])], 9.5 * size - 8);
    }
  }

  paintLanes(story, own, { lane, trunk, atX, left, right, size }) {
    const { month } = story.parting, fork = month === null ? right : atX(month), bend = Math.min(1.6 * size, right - fork), grey = colour("muted");
    svg("path", { d: `M${left},${trunk}H${fork}`, stroke: grey, "stroke-width": 2.4, fill: "none" }, this.root);
    if (month !== null) {
      for (const side of SIDES) {
        const y = lane[side];
        svg("path", { d: `M${fork},${trunk}C${fork + bend / 2},${trunk} ${fork + bend / 2},${y} ${fork + bend},${y}H${right}`, stroke: inkOf(own(side)), "stroke-width": 2.4, fill: "none" }, this.root);
        const isLate = fork > (left + right) / 2;
        const text = svg("text", { x: isLate ? right : fork + bend, y: y - 0.85 * size, class: "name halo", fill: textOf(own(side)), "text-anchor": isLate ? "end" : "start" }, this.root);
        fitText(text, [headOf(story, side), label(storyNames()[side])], isLate ? right - left : right - fork - bend);
      }
    }
    for (const [time, sign] of story.marks.policy) {
      if (month === null || Math.floor(time) < month) drawSign(sign, 0.3 * size, grey, this.root, atX(time), trunk);
    }
    if (month === null) return;
    const isLarge = ([, sign]) => ["quarantine", "force", "end", "fall"].includes(sign);
    for (const side of SIDES) {
      const later = story.marks[side].filter(([time]) => Math.floor(time) >= month);
      for (const [time, sign] of [...later.filter((each) => !isLarge(each)), ...later.filter(isLarge)]) {
        drawSign(sign, 0.3 * size, inkOf(own(side)), this.root, Math.max(atX(time), fork + bend), lane[side]);
      }
    }
  }
}

function askAgain(change) {
  Object.assign(asked, { nth: 0 }, change);
  if (engine.at) paintStory(engine.run);
}

addScreen("story", {
  build() {
    storyChoice = new PairChoice("story", () => askAgain({}));
    $("story-counts-note").hidden = !WORDS.provocation; // Guess then switches nothing off
    for (const id of ["story-counts", "story-headline", "story-found"]) $(id).lang = STORY_LANGUAGE;
    storyChart = new StoryChart($("story-chart"));
    $("story-danger-title").textContent = storyLine("danger");
    $("story-danger-note").textContent = storyLine("danger_note");
    $("story-alike-title").textContent = storyLine("alike");
    $("story-luck-note").textContent = storyLine("luck_note");
    $("story-key").replaceChildren(...NARRATIVE.marks.map((rule) => {
      const item = h("li"), picture = svg("svg", { viewBox: "-10 -10 20 20", "aria-hidden": "true" }, item);
      drawSign(rule.sign, 5, colour("ink"), picture);
      item.append(rule[STORY_LANGUAGE]);
      return item;
    }));
    for (const button of document.querySelectorAll("[data-kind]")) button.addEventListener("click", () => askAgain({ kind: button.dataset.kind }));
    $("story-another").addEventListener("click", () => askAgain({ nth: asked.nth + 1 }));
    $("story-luck").addEventListener("click", () => showLucks($("story-lucks").hidden));
  },
  sync() {
    storyChoice.sync();
    leaveStory();
  },
  paint: paintStory,
  keep: () => ({ asked, choice: storyChoice.kept }),
  restore(kept) {
    Object.assign(asked, kept.asked);
    storyChoice.kept = kept.choice;
  },
  isReady: () => isPastGuess,
});
