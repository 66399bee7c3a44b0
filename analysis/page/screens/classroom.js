// A class: what one guesses and believes goes to the room, and the room's sums come back.
// The same script serves students, at /room, and the instructor, at /teach. Only `strait class` puts it on the page.

const IS_TEACH = location.pathname === "/teach", FIRST_SPLIT = 9, SEND_EVERY = 400, AWAY = 5000;
const STEPS = ["guess", "guesses", "model", "beliefs"], GUESS_WORDS = ["many_fewer", "few_fewer", "same", "few_more", "many_more"];
const EVENTS = ["taiwan_trigger", "japan_dispute", "us_arms_sale", "us_transit", "pressure_on_japan", "large_drill", "deadly_incident", "political_crisis", "drill_regime"];

let room = null; // what the server last said
let stream = null, hiddenAt = 0, isLost = false;

// To and from the server

function follow() {
  stream?.close();
  stream = new EventSource(IS_TEACH ? "/teach/events" : "/room/events");
  stream.onmessage = ({ data }) => {
    if (isLost) notice("");
    isLost = false;
    takeRoom(JSON.parse(data));
  };
  stream.addEventListener("closed", () => {
    stream.close();
    notice(say("classroom.closed"));
  });
  stream.addEventListener("elsewhere", () => {
    stream.close();
    notice(say("classroom.elsewhere"));
  });
  stream.onerror = () => {
    isLost = true;
    notice(say("classroom.lost"));
    if (stream.readyState === EventSource.CLOSED) setTimeout(follow, 3000); // else the browser tries by itself
  };
}

async function post(path, what) {
  return fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(what) });
}

/** Sends what is set, the newest only, again until it has arrived. */
const sender = {
  waiting: {}, timer: 0, isBusy: false,
  send(what) {
    Object.assign(this.waiting, what);
    if (!this.timer && !this.isBusy) this.now();
  },
  async now() {
    const what = this.waiting;
    this.timer = 0;
    if (!Object.keys(what).length) return;
    this.waiting = {};
    this.isBusy = true;
    const again = await this.deliver(what);
    this.isBusy = false;
    if (again) this.waiting = { ...what, ...this.waiting };
    this.timer = setTimeout(() => this.now(), again ? 2000 : SEND_EVERY);
  },
  /** Whether it must be sent again. */
  async deliver(what) {
    try {
      const response = await post("/room/answer", what);
      if (response.status === 401) location.replace("/");
      else if (response.status === 429) return true;
      else if (!response.ok) notice(say("classroom.not_sent", { message: await response.text() }));
      return false;
    } catch {
      return true;
    }
  },
};

async function order(what) {
  try {
    const response = await post("/teach/act", what);
    if (!response.ok) notice(say("classroom.not_sent", { message: await response.text() }));
  } catch {
    notice(say("classroom.lost"));
  }
}

lesson = {
  send: (what) => sender.send(what),
  answered() {
    if (IS_TEACH && room !== null) followPool();
  },
  isRevealed: () => STEPS.indexOf(room?.step) >= STEPS.indexOf("model"),
  /** After a page was loaded again, the room still has the guess. */
  restoreGuess() {
    if (guess === null && guesses && typeof room?.guess === "number") takeGuess(guesses[room.guess][0]);
  },
};

// What the room does

function takeRoom(now) {
  const before = room;
  room = now;
  const events = JSON.stringify(now.events), isNewStep = before?.step !== now.step;
  if (events !== JSON.stringify(before?.events ?? [])) announce(now);
  lesson.restoreGuess();
  if (isNewStep && !IS_TEACH) leadTo(now.step);
  if (IS_TEACH) followPool();
  paintRoom();
}

/** Events that were announced happen from now on in every history that this page plays. */
function announce({ scripted, events }) {
  injected = scripted ? { scripted, events } : null;
  keepGhost();
  lastMove.control = null;
  go(copy(state), true);
  notice(events.length ? say("classroom.announced", { events: events.map(eventText).join("; ") }) : say("classroom.events_none"));
}

function eventText({ event, month }) {
  const [year, begin] = WORDS.starts.find(({ name }) => name === state.start).date.split("-").map(Number), count = 12 * year + begin - 1 + month;
  const date = dateText(`${Math.floor(count / 12)}-${String(count % 12 + 1).padStart(2, "0")}`);
  return say("classroom.event_line", { event: say(`event.${event}`), date });
}

/** Open the screen that belongs to a step. */
function leadTo(step) {
  isPastGuess = step === "beliefs";
  openScreen({ guess: "guess", guesses: "classroom", model: guess === null ? "classroom" : "guess", beliefs: "beliefs" }[step]);
}

// The instructor's page holds what the room believes on the mean, so that all its screens show what follows.

let applied = null, isFollowing = true;

function pooledDials() {
  const dials = { ...preset(WORDS.home) };
  if (room.step !== "beliefs") return dials;
  for (const claim of CLAIMS) {
    if (isFixed(claim, WORDS.home) || !room.claims[claim]) continue;
    const [low, high] = endsOf(claim);
    dials[claim] = Math.max(low, Math.min(high, room.claims[claim].mean)) + 0;
  }
  return dials;
}

/** Take the room's beliefs over, but only once the last ones have a verdict: a busy room would never see one. */
function followPool() {
  if (!isFollowing || (engine.run && !(engine.at && isSettled(engine.at)))) return;
  const dials = pooledDials(), text = JSON.stringify(dials);
  if (text === applied) return;
  applied = text;
  go({ ...copy(state), view: WORDS.home, dials }, true);
}

function saveClass() {
  const text = experimentText({ name: "class", source: WORDS.source, worlds: NUMBERS.worlds, view: WORDS.home, start: state.start,
    dials: pooledDials(), preset: preset(WORDS.home), events: eventsNow(), mark: MARK, address: `${room.senders} students sent their beliefs.` });
  saveText(text, "class.yaml");
  order({ exported: "beliefs" });
}

// What is shown

function paintRoom() {
  const isShown = room.step === "guesses" || room.step === "model";
  $("room-now").textContent = say(`classroom.now.${room.step}`);
  $("room-sent").hidden = IS_TEACH || room.step !== "beliefs";
  $("room-send").hidden = $("room-sent").hidden || room.sent;
  $("room-sent").textContent = say(room.sent ? "classroom.sent" : "classroom.unsent");
  $("room-asked").hidden = !isShown && !(IS_TEACH && room.step === "guess");
  $("room-bars").hidden = !isShown;
  if (isShown) paintGuesses();
  $("room-events").textContent = room.events.map(eventText).join("; ");
  if (IS_TEACH) paintTeach();
}

function paintGuesses() {
  const most = Math.max(1, ...room.guesses), found = shown && room.step === "model" ? modelGuess() : null;
  $("room-bars").replaceChildren(...room.guesses.map((count, place) => {
    const bar = svg("svg", { viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" });
    svg("rect", { width: 100 * count / most, height: 10, fill: colour("p2") }, bar);
    const isOwn = room.guess === place, name = say(`guess.${GUESS_WORDS[place]}`);
    return h("li", { class: isOwn ? "own" : null }, h("span", {}, name, ...(place === found ? [h("b", {}, say("classroom.model_mark"))] : [])), bar, h("span", { class: "n" }, String(count)));
  }));
}

/** Which of the five guesses is nearest to what the model counts with the beliefs of the page. */
function modelGuess() {
  const [, b] = MAIN, sizes = guessesFor(100 * shown.at.levels[b.name].risk[0]).map(([size]) => size), counted = 100 * shown.at.contrasts[0].risk[0];
  return sizes.reduce((best, size, place) => (Math.abs(size - counted) < Math.abs(sizes[best] - counted) ? place : best), 0);
}

function paintTeach() {
  $("room-here").textContent = say("classroom.here", { here: room.here, seats: room.seats });
  for (const button of $("room-steps").children) button.setAttribute("aria-pressed", String(button.dataset.step === room.step));
  if (!$("room-qr").src) {
    $("room-qr").src = room.qr;
    $("room-qr").alt = say("classroom.qr", { url: room.url });
    $("room-url").textContent = say("classroom.join", { url: room.url });
    $("room-code").textContent = room.code.replace(/^.{4}/, "$& ");
  }
  const guessed = room.guesses.reduce((sum, count) => sum + count, 0);
  $("room-guessed").textContent = say("classroom.guessed", { count: guessed, seats: room.seats });
  $("room-undo").disabled = !room.events.length;
  $("room-save").disabled = !room.senders;
  $("room-pooled").hidden = STEPS.indexOf(room.step) < STEPS.indexOf("model");
  const said = room.step === "beliefs" ? CLAIMS.filter((claim) => room.claims[claim]).sort(bySpread) : [];
  $("room-believed-title").hidden = room.step !== "beliefs";
  $("room-believed-note").hidden = room.step !== "beliefs";
  $("room-believed-note").textContent = said.length ? say("classroom.believed_note", { count: room.senders }) : say("classroom.nobody");
  $("room-claims").replaceChildren(...said.slice(0, FIRST_SPLIT).map(claimOf));
  $("room-more").hidden = said.length <= FIRST_SPLIT;
  $("room-more-title").textContent = say("classroom.more", { count: said.length - FIRST_SPLIT });
  if ($("room-more").open) $("room-claims-more").replaceChildren(...said.slice(FIRST_SPLIT).map(claimOf));
  $("room-numbers").hidden = !said.length;
  if ($("room-numbers").open) $("room-claims-table").replaceChildren(tableOfClaims(said));
  $("room-own").hidden = isFollowing;
  if (shown) paintPooled(shown.at);
}

const bySpread = (a, b) => room.claims[b].spread - room.claims[a].spread || WORDS.claims[b].weight - WORDS.claims[a].weight;

/** A claim: a dot for each student where the slider stands, the mean, and the evidence. */
function claimOf(claim) {
  const { n, mean, spread, counts } = room.claims[claim], [low, high] = endsOf(claim), { question, says, paragraphs, answers } = WORDS.claims[claim];
  const wide = 400, base = 30, step = (wide - 24) / (counts.length - 1), most = Math.max(...counts), r = Math.min(5, step / 2.4, base / (2 * most));
  const x = (at) => 12 + (wide - 24) * (at - low) / (high - low);
  const picture = svg("svg", { viewBox: `0 0 ${wide} 44`, role: "img", "aria-label": say("classroom.claim", { claim, count: n, mean: stand(mean), spread: Math.round(100 * spread) }) });
  svg("path", { d: `M12,${base + 2}H${wide - 12}`, stroke: colour("line") }, picture);
  svg("path", { d: `M${x(0)},2V${base + 8}`, stroke: colour("ghost") }, picture);
  counts.forEach((count, bin) => {
    for (let i = 0; i < count; i++) svg("circle", { cx: 12 + step * bin, cy: base - r - 2 * r * i, r: 0.9 * r, fill: colour("p2") }, picture);
  });
  svg("path", { d: `M${x(mean)},${base + 3}l6,10h-12Z`, fill: colour("ink") }, picture);
  const ends = [[low, "self"], [0, "neutral"], [high, "newsham"]].filter(([at, who]) => who === "neutral" || at !== 0);
  return h("div", {},
    h("div", { class: "head" }, h("b", {}, question || says), h("span", { class: "code" }, `${claim} ${paragraphs.join(" ")}`)), picture,
    h("div", { class: "ends" }, ...ends.map(([, who]) => h("span", {}, say(`word.author.${who}`), answers[who] ? `: ${answers[who]}` : ""))),
    h("div", { class: "foot" }, h("span", {}, say("classroom.mean", { mean: stand(mean) })), h("span", {}, say("classroom.spread", { spread: Math.round(100 * spread) }))));
}

function tableOfClaims(said) {
  const row = (claim) => {
    const { n, mean, spread } = room.claims[claim], { question, says } = WORDS.claims[claim];
    return h("tr", {}, h("th", { scope: "row" }, `${claim}: ${question || says}`), h("td", {}, String(n)), h("td", {}, decimals(mean, 2)), h("td", {}, String(Math.round(100 * spread))));
  };
  return h("table", {}, h("thead", {}, h("tr", {}, ...["claim", "n", "mean", "spread"].map((what) => h("th", { scope: "col" }, say(`classroom.column_${what}`))))), h("tbody", {}, ...said.map(row)));
}

function paintPooled(at) {
  if (!isSettled(at) && $("room-verdict").textContent) return;
  const isClass = room.step === "beliefs" && room.senders > 0 && isFollowing;
  $("room-verdict-title").textContent = say(isClass ? "classroom.verdict" : "classroom.verdict_before");
  $("room-count").textContent = say("beliefs.count", { n: thousands(at.n) });
  $("room-verdict").replaceChildren(...verdict(at, 0, isClass ? say("classroom.opening") : lead(whose(VIEWS, state.view, state.dials), WORDS.evidence)));
}

let lastBeliefs = ""; // as sent, or as the page began

const textOfBeliefs = (of) => JSON.stringify([of.view, CLAIMS.map((claim) => position(claim, of))]);

function sendBeliefs(of) {
  const free = CLAIMS.filter((claim) => !isFixed(claim, of.view));
  lastBeliefs = textOfBeliefs(of);
  if (free.length) sender.send({ beliefs: Object.fromEntries(free.map((claim) => [claim, position(claim, of)])) });
}

function buildStudent() {
  for (const node of [$("no-guess").parentNode, $("go-on")]) node.hidden = true; // the class goes on together
  $("room-send").addEventListener("click", () => sendBeliefs(state));
}

function buildTeach() {
  isPastGuess = true;
  $("classroom").classList.add("is-teach");
  for (const id of ["room-entrance", "room-steps", "room-announce", "room-export"]) $(id).hidden = false;
  $("room-steps").append(...STEPS.map((step) => h("button", { type: "button", "data-step": step, "aria-pressed": "false", onclick: () => order({ step }) }, say(`classroom.step.${step}`))));
  $("room-event").append(...EVENTS.map((event) => h("option", { value: event }, say(`event.${event}`))));
  $("room-month").max = NUMBERS.months - 1;
  $("room-do").addEventListener("click", () => order({ event: $("room-event").value, month: Math.round(Number($("room-month").value)) }));
  $("room-undo").addEventListener("click", () => order({ take_back: true }));
  for (const id of ["room-more", "room-numbers"]) $(id).addEventListener("toggle", () => room && paintTeach());
  $("room-save").addEventListener("click", saveClass);
  $("room-table").addEventListener("click", () => h("a", { href: "/teach/answers.csv", download: "answers.csv" }).click());
  $("room-follow").addEventListener("click", () => {
    isFollowing = true;
    applied = null;
    takeRoom(room);
  });
}

addScreen("classroom", {
  build() {
    $("room-question").textContent = say("guess.question", { a: MAIN[0].plain, b: MAIN[1].plain });
    if (IS_TEACH) buildTeach();
    else buildStudent();
    addEventListener("online", follow);
    document.addEventListener("visibilitychange", () => { // a phone that slept may not know that its connection is dead
      if (document.hidden) hiddenAt = performance.now();
      else if (performance.now() - hiddenAt > AWAY && stream.readyState !== EventSource.CLOSED) follow();
    });
    queueMicrotask(() => { // after app.js
      lastBeliefs = textOfBeliefs(state);
      if (IS_TEACH) openScreen("classroom");
      follow();
    });
  },
  sync(of) {
    if (room === null) return;
    if (IS_TEACH) {
      isFollowing = of.view === WORDS.home && JSON.stringify(of.dials) === applied;
      return;
    }
    if (room.step === "beliefs" && textOfBeliefs(of) !== lastBeliefs) sendBeliefs(of);
  },
  paint(run, at) {
    if (room === null) return;
    if (!$("room-bars").hidden) paintGuesses();
    if (IS_TEACH) paintPooled(at);
  },
  spoken: () => $("room-verdict").textContent,
});
