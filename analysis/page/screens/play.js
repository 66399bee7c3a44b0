// Play: Japan's seat, quarter by quarter, in one history; then the same choices in a thousand others.

const SEAT = WORDS.seat, QUARTERS = Math.ceil(SEAT.months / QUARTER), OTHERS = 1000, LONGEST_SKIP = 4;
let game = null; // {world, setting: {beliefs, start, scripted}, quarter, choices, seen: the worker's answer, others}
let playPicture = null, attending = 0;

const dateAfter = (months, start) => {
  const [year, month] = WORDS.starts.find(({ name }) => name === start).date.split("-").map(Number), at = 12 * year + month - 1 + Math.floor(months);
  return dateText(`${Math.floor(at / 12)}-${String(at % 12 + 1).padStart(2, "0")}`);
};
/** Beliefs, start and scripted events: what a history depends on, besides the choices. */
const seatSetting = () => {
  const { beliefs, start, scripted } = settingNow();
  return structuredClone({ beliefs, start, scripted });
};
const isSameSetting = () => {
  const { beliefs, start, scripted } = game.setting;
  return beliefs.view === state.view && start === state.start && JSON.stringify(scripted) === JSON.stringify(injected?.scripted)
    && CLAIMS.every((claim) => position(claim, beliefs) === position(claim));
};
const isEnded = () => Boolean(game?.seen?.row);

/** Begin or resume a history; the choices of quarters that it has. */
function takeSeat({ world, quarter, choices }, setting = seatSetting()) {
  game = { world, quarter, choices, setting, seen: null, others: null };
  $("play-fault").textContent = "";
  attendTo(quarter, () => {
    game.quarter = Math.min(game.quarter, game.seen.views.length - 1);
    game.choices = game.choices.filter((choice) => choice.quarter < game.quarter);
    if (isEnded()) playOthers();
  });
}

/** Play the history again up to a quarter, with the choices so far: luck is drawn by name, so the past is the same. */
function attendTo(quarters, then) {
  const { setting, world, choices } = game, mine = ++attending;
  game.isBusy = true;
  const request = { ...setting, policy: policyOf(choices, SEAT, setting.start), world, quarters, first: 0 };
  pool.ask(request, () => mine === attending, (seen) => {
    game.seen = seen;
    game.isBusy = false;
    then();
    paintSeat(true);
    later();
  }, true);
}

/** Play on with what the form asks; `most` quarters, but no longer than until something happens. */
function playOn(most) {
  if (game.isBusy) return; // a second click before the first is answered
  const added = [...new FormData($("play-orders"))].filter(([, option]) => option !== "hold").map(([group, option]) => ({ quarter: game.quarter, group, option }));
  const from = game.quarter, to = Math.min(from + most, QUARTERS);
  game.choices.push(...added);
  attendTo(to, () => {
    const last = game.seen.views.length - 1, events = publicEvents(game.seen.notes, SEAT, game.setting.start);
    const happened = events.find(({ time, weight }) => weight > 0 && time >= QUARTER * from);
    const reached = happened ? Math.min(last, Math.floor(happened.time / QUARTER) + 1) : last;
    game.quarter = Math.max(from + 1, reached);
    game.since = game.quarter - from;
    if (game.quarter < last) game.seen.views.length = game.quarter + 1;
    if (game.quarter < last) game.seen.row = null;
    if (isEnded()) playOthers();
  });
}

/** The first worlds under the experiment's policies and under these choices, in the game's beliefs. */
function playOthers() {
  const own = game, policies = [...WORDS.policies.map(({ name }) => name), policyOf(own.choices, SEAT, own.setting.start)];
  const worlds = Math.min(OTHERS, NUMBERS.worlds), width = policies.length;
  own.others = { done: 0, worlds, risk: policies.map(() => new Float64Array(worlds)), cost: policies.map(() => new Float64Array(worlds)) };
  for (let first = 0; first < worlds; first += CHUNK) {
    const count = Math.min(CHUNK, worlds - first);
    pool.ask({ ...own.setting, policies, first, count }, () => game === own, (out) => {
      for (let policy = 0; policy < width; policy++) {
        for (let i = 0; i < count; i++) {
          own.others.risk[policy][first + i] = out[RECORDED * (policy * count + i)];
          own.others.cost[policy][first + i] = out[RECORDED * (policy * count + i) + 1];
        }
      }
      own.others.done += count;
      if (own.others.done === worlds) paintDebrief();
    }, true);
  }
}

// What stands on the screen

const publicText = ({ key, lever }) => say(`play.event.${key}`, { lever: lever && SEAT.levers[lever].title });

function eventItems(from, to) {
  const { notes } = game.seen;
  return publicEvents(notes, SEAT, game.setting.start).filter(({ time }) => time >= from && time < to)
    .map((event) => h("li", {}, h("b", {}, dateAfter(event.time, game.setting.start)), " ", publicText(event)));
}

function briefLines(seen) {
  const [japanEconomic, japanMilitary, taiwanEconomic, taiwanMilitary] = seen.rung, isCrisis = seen.crisis_until > seen.time;
  const beijing = [say(`play.brief.japan_${japanEconomic}`), ...(japanMilitary > 0 ? [say(`play.brief.forces_japan_${Math.min(japanMilitary, 2)}`)] : []),
    say(`play.brief.taiwan_${Math.min(taiwanMilitary, 3)}`), ...(taiwanEconomic > 1 ? [say("play.brief.trade_taiwan")] : []),
    ...(isCrisis ? [say(seen.deployed ? "play.brief.crisis_deployed" : "play.brief.crisis")] : [])];
  const others = [say(seen.us_consents ? "play.brief.us_joins" : "play.brief.us_apart"), say(seen.taiwan_consents ? "play.brief.taipei_agrees" : "play.brief.taipei_refuses"),
    say(seen.backed ? "play.brief.public_backs" : "play.brief.public_holds", { support: Math.round(100 * seen.support) }),
    say(seen.hurts > 0.005 ? "play.brief.economy_hurt" : "play.brief.economy", { now: decimals(seen.hurts, 2), loss: decimals(seen.japan_loss, 2) })];
  return [["play.brief.beijing", beijing], ["play.brief.others", others]].map(([name, texts]) => h("p", {}, h("b", {}, say(name)), " ", texts.join(" ")));
}

/** How far a group's levers are in practice, how much of the last order is carried out, and the months of work that are left. */
function progress(group, seen) {
  const names = Object.keys(SEAT.levers).sort(), rows = SEAT.groups[group].levers.map((lever) => [lever, names.indexOf(lever)]);
  return {
    depth: mean(rows.map(([, row]) => seen.depth[row])), seen: mean(rows.map(([, row]) => seen.depth[row] * seen.openness[row])),
    done: mean(rows.map(([, row]) => seen.level[row])),
    left: rows.map(([lever, row]) => Math.max(0, SEAT.levers[lever].adoption - seen.age[row])).sort((a, b) => a - b),
  };
}

const spanText = (low, high) => {
  const isMonths = high < 18, by = (months) => decimals(isMonths ? Math.round(months) : Math.round(months / 6) / 2, isMonths || months % 12 < 3 || months % 12 > 9 ? 0 : 1);
  return by(low) === by(high) ? say(isMonths ? "play.span_months" : "play.span_years", { high: by(high) })
    : say(isMonths ? "play.spans_months" : "play.spans_years", { low: by(low), high: by(high) });
};

const isLess = (option) => ["q", "s", "r"].includes(option);
const optionText = (group, option) => say(`play.option.${group === "response" ? "response" : SEAT.groups[group].options}_${option}`);
const titleOf = (group) => (Object.hasOwn(TEXTS, `play.group.${group}`) ? say(`play.group.${group}`) : SEAT.levers[group].title);

/** The first line of an option: what it does. */
function meansText(group, option) {
  const own = `play.means.${group}_${option}`;
  return say(group === "response" || Object.hasOwn(TEXTS, own) ? own : `play.means.${SEAT.groups[group].options}_${option}`);
}

/** The second line of an option: how long it takes, what it needs, and who stands against it now. */
function takesText(group, option, seen) {
  if (group === "response") return say("play.takes.response");
  const { left } = progress(group, seen), aim = aimsAfter(game.choices, SEAT)[group];
  if (isLess(option)) return say(option === "r" ? "play.takes.year" : "play.takes.at_once");
  const time = left.at(-1) <= 1 ? say("play.takes.now") : say("play.takes.work", { span: spanText(left[0], left.at(-1)) });
  const isOpen = option === "o" || option === "p" || (option === "d" && (!isTie(group, SEAT) || aim.openness === OPEN));
  const needs = needsOf(group, SEAT), against = whoStandsAgainst(group, isOpen, SEAT, seen);
  const now = against ? say(`play.takes.${against}`) : needs.some((need) => ["taiwan", "both", "integration"].includes(need)) ? say("play.takes.nobody") : "";
  return [time, ...needs.map((need) => say(`play.needs.${need}`)), now].filter(Boolean).join(" ");
}

/** How far the last order of a group is carried out: a share, and what is left or stands against it. */
function carriedOut({ group, option }, seen) {
  const { done, left } = progress(group, seen), { openness } = aimsAfter(game.choices, SEAT)[group], share = Math.floor(100 * done + 1e-9);
  if (share >= 100) return [1, say("play.carried.done")];
  const against = isLess(option) ? null : whoStandsAgainst(group, openness === OPEN, SEAT, seen);
  const begun = share > 0 ? [say("play.carried.share", { share })] : [];
  if (against) return [done, [...begun, say(`play.takes.${against}`)].join(" ")];
  return [done, begun[0] ?? (left.at(-1) > 1 && !isLess(option) ? say("play.carried.work", { span: spanText(left[0], left.at(-1)) }) : say("play.carried.soon"))];
}

/** Each group's last order, with how far it is carried out. */
function orderItems(seen) {
  const last = Object.entries(Object.fromEntries(game.choices.map((choice) => [choice.group, choice]))).map(([, choice]) => choice);
  if (!last.length) return [h("li", { class: "muted" }, say("play.no_orders"))];
  return last.map((choice) => {
    const head = `${dateAfter(QUARTER * choice.quarter, game.setting.start)} · ${titleOf(choice.group)}: ${optionText(choice.group, choice.option)}`;
    if (choice.group === "response") return h("li", {}, h("b", {}, head), " ", h("span", { class: "muted" }, say("play.carried.response")));
    const [share, text] = carriedOut(choice, seen);
    return h("li", {}, h("b", {}, head), h("span", { class: "carried" }, h("progress", { max: 1, value: share, "aria-label": head }), h("span", {}, text)));
  });
}

/** A cell for each quarter: played, now or to come, with a mark for orders and for news that weigh. */
function trackCells() {
  const events = publicEvents(game.seen.notes, SEAT, game.setting.start).filter(({ weight }) => weight > 0);
  return Array.from({ length: QUARTERS }, (_, quarter) => {
    const ordered = game.choices.some((choice) => choice.quarter === quarter), isNews = quarter < game.quarter && events.some(({ time }) => Math.floor(time / QUARTER) === quarter);
    return h("span", { class: quarter < game.quarter ? "past" : quarter === game.quarter ? "this" : "" }, h("i", {}, ordered ? "▲" : ""), h("i", {}, isNews ? "●" : ""));
  });
}

function groupField(group, seen) {
  const aims = aimsAfter(game.choices, SEAT), { start } = game.setting, room = MOST_ORDERS - ordersOf(game.choices, SEAT, start).length;
  const options = room < sizeOf(group, SEAT) ? [] : optionsOf(group, aims, SEAT, start);
  const choice = (option, title, ...lines) => {
    const id = `play-${group}-${option}`;
    return h("div", { class: "option" }, h("input", { type: "radio", name: group, value: option, id, checked: option === "hold", "aria-describedby": lines.length ? `${id}-lines` : false }),
      h("label", { for: id }, title), ...(lines.length ? [h("p", { id: `${id}-lines` }, ...lines.flatMap((line, i) => (i ? [h("br"), line] : [line])))] : []));
  };
  const now = group === "response" ? say(`play.response.${aims.response}`) : (() => {
    const { depth, openness } = aims[group], there = progress(group, seen);
    const aim = depth === null ? "start" : depth === 0 ? "ended" : `${depth < 1 ? "half" : "full"}${isTie(group, SEAT) ? (openness === OPEN ? "_open" : "_quiet") : ""}`;
    return say("play.stands", { aim: say(`play.aim.${aim}`), depth: Math.round(100 * there.depth), seen: Math.round(100 * there.seen) });
  })();
  const of = SEAT.groups[group]?.levers, levers = of && h("p", { class: "muted levers" }, of.length > 1 ? of.map((lever) => SEAT.levers[lever].title).join("; ") : WORDS.levers[of[0]].meaning);
  const summary = h("summary", {}, h("b", {}, titleOf(group)), h("span", { class: "stands" }, now), h("span", { class: "new" }));
  const listen = ({ target }) => { summary.querySelector(".new").textContent = target.value === "hold" ? "" : say("play.new_order", { option: optionText(group, target.value) }); };
  return h("details", { open: group === "offices", onchange: listen }, summary,
    h("fieldset", {}, h("legend", { class: "sr" }, titleOf(group)), ...(levers ? [levers] : []),
    choice("hold", say("play.hold")),
    ...options.map((option) => choice(option, optionText(group, option), meansText(group, option), takesText(group, option, seen))),
    ...(options.length ? [] : [h("p", { class: "muted" }, say("play.full"))])));
}

/** The groups under their headings. */
function groupFields(seen) {
  let section = null;
  return seatGroups(SEAT).flatMap((group) => {
    const own = SEAT.groups[group]?.section ?? section, isNew = own !== section;
    section = own;
    return [...(isNew ? [h("h3", {}, say(`play.section.${own}`))] : []), groupField(group, seen)];
  });
}

/** The log: each quarter with its orders and its events; only what weighs, if it is to be short. */
function logItems(isShort) {
  const { start } = game.setting, events = publicEvents(game.seen.notes, SEAT, game.setting.start).filter(({ weight }) => weight > 0 || !isShort), items = [];
  for (let quarter = 0; quarter < game.quarter; quarter++) {
    const chosen = game.choices.filter((choice) => choice.quarter === quarter), isLast = isEnded() && quarter === game.quarter - 1;
    const happened = events.filter(({ time }) => time >= QUARTER * quarter && (isLast || time < QUARTER * (quarter + 1)));
    if (!chosen.length && !happened.length) continue;
    items.push(h("li", {}, h("b", {}, dateAfter(QUARTER * quarter, start)),
      ...chosen.map(({ group, option }) => h("p", { class: "chosen" }, say("play.ordered", { group: titleOf(group), option: optionText(group, option) }))),
      ...happened.map((event) => h("p", {}, h("span", { class: "muted" }, dateAfter(event.time, start)), " ", publicText(event)))));
  }
  return items.length ? items : [h("li", {}, say("play.no_past"))];
}

/** The options that are chosen in the form, but for those that order nothing. */
const orderIds = () => [...$("play-groups").querySelectorAll("input:checked")].filter(({ value }) => value !== "hold").map(({ id }) => id);
const orderDrawers = () => [...$("play-groups").querySelectorAll("details")];

function paintSeat(isMoved = false) {
  if (!game?.seen) return;
  const { quarter, world, setting } = game, seen = game.seen.views[quarter], where = { world, quarter: quarter + 1, quarters: QUARTERS };
  $("play-begin").hidden = true;
  $("play-game").hidden = isEnded();
  $("play-debrief").hidden = !isEnded();
  $("play-kept").textContent = isSameSetting() ? say("play.kept", { code: codeOf(game, SEAT) }) : say("play.other_beliefs", { code: codeOf(game, SEAT) });
  if (isEnded()) paintDebrief();
  else {
    $("play-where").textContent = say("play.where", where);
    $("play-now").textContent = dateAfter(QUARTER * quarter, setting.start);
    $("play-brief").replaceChildren(...briefLines(seen));
    const news = eventItems(Math.max(0, QUARTER * (quarter - (game.since ?? 1))), QUARTER * quarter);
    $("play-news").replaceChildren(...(news.length ? news : [h("li", {}, say(quarter ? "play.no_news" : "play.first_news"))]));
    if (isMoved) redraw($("play-groups"), ...groupFields(seen)); // else the orders so far stay
    $("play-track").replaceChildren(...trackCells());
    $("play-played").textContent = say("play.played", { played: quarter, left: QUARTERS - quarter, orders: game.choices.length });
    $("play-carried").replaceChildren(...orderItems(seen));
    $("play-log").replaceChildren(...logItems(false).reverse());
  }
  if (isMoved && current === "play") {
    const head = isEnded() ? $("play-end") : $("play-now");
    head.focus({ preventScroll: true });
    head.scrollIntoView({ block: "center", behavior: "instant" });
  }
}

function paintDebrief() {
  const { setting, seen: { row, notes }, world, others } = game, { columns } = NUMBERS.seat;
  const isForce = row[columns.use_of_force] === 1, [, base] = MAIN;
  $("play-end-where").textContent = say("play.end_where", { world, whose: kicker(whose(VIEWS, setting.beliefs.view, setting.beliefs.dials), WORDS.evidence) });
  $("play-end").textContent = isForce ? say("play.end_force", { date: dateAfter(row[columns.months_to_first_force], setting.start) }) : say("play.end_none", { years: decimals(WORDS.years, 0) });
  $("play-end-facts").textContent = endFacts(row, columns).map((fact) => say(`play.end_${fact}`, { loss: decimals(row[columns.japan_gdp_loss_pct], 1) })).join(" ");
  $("play-hidden").textContent = hiddenText(notes);
  $("play-story").replaceChildren(...logItems(true));
  $("play-again").textContent = say("play.again", { code: codeOf(game, SEAT), mark: MARK, address: `${addressOf()}` });
  if (!others || others.done < others.worlds) {
    $("play-luck").textContent = say("play.counting");
    for (const id of ["play-luck-means", "play-luck-note"]) $(id).textContent = "";
    return;
  }
  const own = WORDS.policies.length, at = (policy) => ({ risk: level(others.risk[policy], WORDS.limits.risk), cost: level(others.cost[policy], WORDS.limits.cost) });
  const levels = Object.fromEntries([...WORDS.policies.map(({ name }) => name), "own choices"].map((name, policy) => [name, at(policy)]));
  const found = difference(others.risk[own], others.risk[base.index], WORDS.margins.risk), kind = settle(found, WORDS.margins.risk);
  const isEqual = ["risk", "cost"].every((what) => others[what][own].every((x, i) => x === others[what][base.index][i]));
  const [x, y] = hundreds(levels[base.name].risk[0], found[0]);
  $("play-luck").replaceChildren(...rendered(sayParts(isEqual ? "play.luck_equal" : kind === "few" ? "play.luck_few" : "play.luck_says", { own: x, other: y, b: base.plain, low: signed(100 * (found[1] ?? 0), 1), high: signed(100 * (found[2] ?? 0), 1) })));
  const way = kind.endsWith("less") ? "less" : kind.endsWith("more") ? "more" : kind === "same" ? "same" : "open";
  $("play-luck-means").textContent = isEqual ? say(isPolicy(base.name) ? "play.luck_policy" : "play.luck_nothing", { b: base.plain })
    : say(`play.luck_${isForce ? "force" : "none"}_${way}`);
  $("play-luck-note").textContent = say("play.luck_note", { n: thousands(others.worlds) });
  $("play-caption").textContent = say("play.caption", { n: thousands(others.worlds) });
  playPicture.draw(levels);
  $("play-table").replaceChildren(othersTable(levels));
}

/** Whether the choices are those of a policy of the experiment's, so that no history can differ. */
const isPolicy = (name) => settingText(game.setting.start, policyOf(game.choices, SEAT, game.setting.start)) === settingText(game.setting.start, name);

/** Each policy's risk and cost, and how far these choices differ from it, world by world. */
function othersTable(levels) {
  const { others } = game, own = WORDS.policies.length;
  const cell = ([estimate, low, high], scale, places) => h("td", {}, decimals(scale * estimate, places), " ",
    h("span", { class: "iv" }, low === null ? `(${say("word.few")})` : `(${say("word.to", { low: decimals(scale * low, places), high: decimals(scale * high, places) })})`));
  const line = ({ name, plain: text }, policy) => h("tr", {}, h("th", { scope: "row" }, label(text)), cell(levels[name].risk, 100, 1), cell(levels[name].cost, 1, 2),
    policy === own ? h("td", {}, "–") : cell(isPolicy(name) ? [0, 0, 0] : difference(others.risk[own], others.risk[policy], WORDS.margins.risk), 100, 1));
  return h("div", {}, h("table", {},
    h("thead", {}, h("tr", {}, ...[say("beliefs.table_policy"), say("beliefs.table_risk"), say("beliefs.table_cost"), say("play.table_difference")].map((text) => h("th", { scope: "col" }, text)))),
    h("tbody", {}, ...ownAnd().map(line))), h("p", { class: "muted" }, say("beliefs.table_note")));
}

const ownAnd = () => [...WORDS.policies, { name: "own choices", plain: say("play.own"), index: -1 }];

/** What Japan could not see: what moved Beijing, and what it believed when it decided. */
function hiddenText(notes) {
  const rows = Array.from({ length: notes.length / 6 }, (_, i) => notes.slice(6 * i, 6 * i + 6)), named = (name) => rows.filter(([kind]) => SEAT.events[kind] === name);
  const [, , opportunism, , error] = named("leadership")[0], hundred = (x) => Math.round(100 * x);
  const texts = [say(opportunism === 1 ? "play.hidden_chance" : opportunism === 0 ? "play.hidden_despair" : "play.hidden_both"),
    Math.round(100 * Math.abs(error)) ? say(error > 0 ? "play.hidden_over" : "play.hidden_under", { points: hundred(Math.abs(error)) }) : say("play.hidden_right")];
  const last = named("decision").filter(([, , form]) => form > 1).at(0), seen = last && named("perception").find(([, time]) => time === last[1]);
  if (seen) texts.push(say("play.hidden_decision", { success: hundred(seen[2]), joint: hundred(seen[3]), hope: hundred(seen[4]) }));
  return texts.join(" ");
}

function savePolicy() {
  const { setting: { beliefs, start }, world, choices } = game, name = "my_choices", orders = ordersOf(choices, SEAT, start);
  const command = commandText({ source: WORDS.source, policy: MAIN[1].name, file: `${name}.yaml`, worlds: NUMBERS.worlds, start, ...beliefs, preset: preset(beliefs.view) });
  const order = (each) => `  - {${Object.entries(each).map(([key, value]) => `${key}: ${value}`).join(", ")}}`;
  const text = [
    `# Played on the page of Strait, history ${world}, code ${codeOf(game, SEAT)}. The page had the rules ${MARK}. To play it in many histories:`,
    `# ${command}`,
    ...(injected ? [`# Announced in class, to be added to an experiment: events: ${JSON.stringify(injected.events)}`] : []),
    `policy: ${name}`, "title: My choices", `summary: Japan's choices in history ${world}, played quarter by quarter.`,
    ...(orders.length ? ["orders:", ...orders.map(order)] : []),
  ].join("\n");
  saveText(`${text}\n`, `${name}.yaml`);
}

async function copyCode() {
  writeAddress();
  try {
    await navigator.clipboard.writeText(isSameSetting() ? location.href : codeOf(game, SEAT));
    notice(say("play.copied"));
  } catch {
    notice(say("play.copy_yourself", { code: codeOf(game, SEAT) }));
  }
}

function leaveSeat() {
  game = null;
  attending++;
  for (const id of ["play-game", "play-debrief"]) $(id).hidden = true;
  $("play-begin").hidden = false;
  $("play-random").focus();
  later();
}

const coded = (text) => readCode(text, { worlds: NUMBERS.worlds, quarters: QUARTERS, seat: SEAT, start: state.start });
const anyHistory = () => Math.floor(Math.random() * NUMBERS.worlds);
const newGame = (world) => takeSeat({ world, quarter: 0, choices: [] });

addScreen("play", {
  build() {
    playPicture = new Picture($("play-picture"), ownAnd());
    $("play-number-label").textContent = say("play.number", { last: NUMBERS.worlds - 1 });
    $("play-random").addEventListener("click", () => newGame(anyHistory()));
    $("play-numbered").addEventListener("submit", (event) => {
      event.preventDefault();
      const text = $("play-number").value.trim(), world = Number(text);
      if (/^\d{1,4}$/.test(text) && world < NUMBERS.worlds) newGame(world);
      else $("play-fault").textContent = say("play.fault_number", { last: NUMBERS.worlds - 1 });
    });
    $("play-coded").addEventListener("submit", (event) => {
      event.preventDefault();
      const found = coded($("play-code").value);
      if (found) takeSeat(found);
      else $("play-fault").textContent = say("play.fault_code");
    });
    $("play-orders").addEventListener("submit", (event) => {
      event.preventDefault();
      playOn(1);
    });
    $("play-skip").addEventListener("click", () => playOn(LONGEST_SKIP));
    for (const id of ["play-copy", "play-copy-end"]) $(id).addEventListener("click", copyCode);
    for (const id of ["play-leave", "play-other"]) $(id).addEventListener("click", leaveSeat);
    $("play-same").addEventListener("click", () => newGame(game.world));
    $("play-print").addEventListener("click", () => print());
    $("play-save").addEventListener("click", savePolicy);
  },
  open: () => paintSeat(),
  /** A quarter that is being played is not kept. */
  keep: () => (game && !game.isBusy ? { game, orders: orderIds(), drawers: orderDrawers().map(({ open }) => open) } : null),
  restore(kept) {
    attending++; // nothing of the address
    game = kept.game;
    paintSeat(true);
    for (const id of kept.orders) $(id).click();
    orderDrawers().forEach((drawer, i) => { drawer.open = kept.drawers[i]; });
    if (isEnded() && game.others?.done !== game.others?.worlds) playOthers();
  },
  address: () => (game && isSameSetting() ? [`_g=${codeOf(game, SEAT)}`] : []),
  /** Take a history from the address; false if it cannot be read. */
  readAddress(code, setting) {
    const found = readCode(code, { worlds: NUMBERS.worlds, quarters: QUARTERS, seat: SEAT, start: setting.start });
    if (!found) return false;
    if (!game || codeOf(game, SEAT) !== code) takeSeat(found, { ...seatSetting(), beliefs: { view: setting.view, dials: { ...setting.dials } }, start: setting.start });
    return true;
  },
  isReady: () => isPastGuess,
});
