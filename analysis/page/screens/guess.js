// Guess first: a click for one's own guess, then what the model counts, and the gap explained.

let guess = null; // a number; never in the address, so that a shared link asks first too
let isPastGuess = false; // nothing else is open until one has guessed or passed over it
let guesses = null;
const SMALL = matchMedia("(max-width: 60rem)"); // there the dots lie flat, so that the guesses stand on the first screen

const startDate = () => dateText(WORDS.starts.find(({ name }) => name === state.start).date);
const yearsText = () => say("word.years", { count: decimals(WORDS.years, Number.isInteger(WORDS.years) ? 0 : 1) });

/** The five guesses, by how often force is used without the change. */
function guessesFor(base) {
  const large = base >= 12 ? 10 : Math.max(2, Math.round(base / 2)), small = Math.max(1, Math.round(0.3 * large));
  return [[-large, "many_fewer"], [-small, "few_fewer"], [0, "same"], [small, "few_more"], [large, "many_more"]];
}

/** Whether both authors speak in the experiment. */
const isDebate = () => ["newsham", "self"].every((author) => Object.values(WORDS.claims).some((claim) => claim.author === author));

/** Which of three texts a size takes. */
const wayOf = (size) => (size ? (size < 0 ? "fewer" : "more") : "same");

function paintGuess(run, at) {
  const [a, b] = MAIN, base = at.levels[b.name].risk[0], dots = Math.round(100 * base);
  $("guess-question").textContent = say("guess.question", { a: a.plain, b: b.plain });
  $("guess-terms").textContent = [...[a, b].filter(({ summary }) => summary).map((policy) => say("guess.policy", { policy: label(policy.plain), summary: policy.summary })),
    ...(isDebate() ? [say("guess.authors")] : [])].join(" ");
  if (run.n < FIRST) return;
  const opening = say("whose.opening", { lead: lead(whose(VIEWS, state.view, state.dials), WORDS.evidence) });
  $("guess-base").textContent = say("guess.base", { opening, b: b.plain, dots, years: yearsText(), date: startDate() });
  if (!$("guesses").children.length) {
    guesses ??= guessesFor(100 * base);
    $("guess-ask").textContent = say("guess.ask", { a: a.plain });
    $("guesses").append(...guesses.map(([size, text]) => h("button", { type: "button", "aria-pressed": "false", "data-guess": size,
      onclick: () => takeGuess(size) }, h("span", {}, say(`guess.${text}`)), h("span", {}, say(`guess.size_${wayOf(size)}`, { size: Math.abs(size) })))));
    if (guess !== null) takeGuess(guess); // chosen before another language was
    else lesson?.restoreGuess();
  }
  if (!$("reveal").hidden) {
    paintReveal(run, at);
    return;
  }
  paintDots(Array.from({ length: 100 }, (_, i) => (i < dots ? "both" : "none")), say("guess.dots", { dots }),
    [["both", "guess.key_force"], ["none", "guess.key_none"]]);
  if (guess !== null) paintReveal(run, at);
}

function paintDots(kinds, title, key) {
  const [a, b] = MAIN;
  $("dots").replaceChildren(hundredDots(kinds, title, a.index, b.index, SMALL.matches ? 20 : 10), h("ul", { class: "key" }, ...key.map(([kind, text]) => {
    const item = h("li"), dot = svg("svg", { viewBox: "0 0 10 10", "aria-hidden": "true" }, item);
    dot.append(hundredDots([kind], "", a.index, b.index).querySelector("circle"));
    item.append(say(text, { a: a.plain, b: b.plain }));
    return item;
  })));
}

function takeGuess(size) {
  guess = size;
  isPastGuess ||= !lesson;
  lesson?.send({ guess: guesses.findIndex(([each]) => each === size) });
  syncTabs();
  for (const button of $("guesses").children) {
    button.setAttribute("aria-pressed", String(Number(button.dataset.guess) === size));
    button.disabled = true;
  }
  $("no-guess").parentNode.hidden = true;
  $("guess-ask").textContent = say("guess.counting");
  if (shown) paintReveal(shown.run, shown.at);
}

/** What the model counts, beside the guess, and the gap explained. */
function paintReveal(run, at) {
  if (lesson && !lesson.isRevealed()) {
    $("guess-ask").textContent = say("classroom.guess_sent");
    return;
  }
  if (at.n < NUMBERS.worlds || (WORDS.provocation && !at.why)) return; // one number for each thing, which no refining changes
  const [a, b] = MAIN, difference = at.contrasts[0].risk;
  const base = Math.round(100 * at.levels[b.name].risk[0]), change = Math.round(100 * difference[0]), least = Math.min(base, base + change);
  paintDots(Array.from({ length: 100 }, (_, i) => (i < least ? "both" : i < base ? "first" : i < base + change ? "second" : "none")),
    say(`guess.dots_${wayOf(change)}`, { dots: base, change: Math.abs(change), a: a.plain, b: b.plain }),
    [["both", "guess.key_force"], ...(change ? [[change < 0 ? "first" : "second", `guess.key_${wayOf(change)}`]] : []), ["none", "guess.key_none"]]);
  $("guess-ask").textContent = say("guess.ask", { a: a.plain });
  for (const button of $("guesses").children) button.hidden = button.getAttribute("aria-pressed") !== "true";
  const kind = settle(difference, WORDS.margins.risk), found = 100 * difference[0], size = (x) => decimals(Math.abs(x), 1);
  const isRight = Math.abs(guess - found) <= Math.max(1, Math.abs(found) / 2);
  const said = `guess.${isRight ? "agrees" : "says"}_${["same", "few", "open"].includes(kind) ? "same" : wayOf(found)}`;
  const limits = { low: size(found), high: size(found), ...limitsIn(kind, difference, 100, 1) };
  $("reveal-text").replaceChildren(
    h("h3", {}, say(`guess.you_${wayOf(guess)}`, { size: Math.abs(guess) }), " ",
      ...rendered(sayParts(said, { size: size(found), ...limits }))),
    ...(at.why ? [h("p", {}, reason(at.why))] : []), h("p", {}, say("guess.next")));
  const isNew = $("reveal").hidden;
  $("reveal").hidden = false;
  if (isNew) $("reveal").focus({ preventScroll: innerWidth >= 960 });
}

/** The gap in one sentence: two forces, and what is left of them. */
function reason(why) {
  const { deters, provokes, all } = forcesIn(why), size = (x) => decimals(Math.abs(x), 1);
  return say(`guess.why_${deters > 0 ? "adds" : "averts"}_${provokes < 0 ? "averts" : "adds"}`, { deters: size(deters), provokes: size(provokes),
    left: say(`guess.left_${wayOf(all)}`, { size: size(all) }) });
}

addScreen("guess", {
  build() {
    SMALL.addEventListener("change", () => current === "guess" && engine.at && paintGuess(engine.run, engine.at));
    for (const id of ["no-guess", "go-on"]) {
      $(id).addEventListener("click", () => {
        isPastGuess = true;
        openScreen("beliefs");
      });
    }
  },
  paint: paintGuess,
  keep: () => ({ guess, guesses, isPastGuess }),
  restore(kept) {
    ({ guess, guesses, isPastGuess } = kept);
  },
});
