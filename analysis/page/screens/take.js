// Take away: the link, the experiment for `strait run`, and one page to print or hand in.

let sheetPicture = null;

const takenName = () => `my_beliefs_${nameOf(addressOf())}`;

/** The address as a short name, so that a second download does not take the name of the first (FNV-1a, 32 bits). */
function nameOf(text) {
  let hash = 0x811c9dc5;
  for (const letter of text) hash = Math.imul(hash ^ letter.codePointAt(0), 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, "0").slice(0, 4);
}

async function copyLink() {
  writeAddress();
  try {
    await navigator.clipboard.writeText(location.href);
    notice(say("frame.copied"));
  } catch {
    notice(say("frame.copy_yourself"));
  }
}

function download() {
  const address = location.protocol === "file:" ? `Its link ended in ${addressOf()}` : `Its link: ${location.href.split("#")[0]}${addressOf()}`;
  const own = Object.fromEntries(Object.values(ownPolicies(state.slots)).map((policy, i) => [`${takenName()}_${"abcd"[i]}`, policy]));
  const baseline = Object.keys(own).find((name) => own[name] === state.slots[0]) ?? state.slots[0];
  const text = experimentText({ name: takenName(), own, baseline, source: WORDS.source, worlds: NUMBERS.worlds, view: state.view, start: state.start,
    dials: state.dials, preset: preset(state.view), events: eventsNow(), mark: MARK, address });
  saveText(text, `${takenName()}.yaml`);
  for (const [name, policy] of Object.entries(own)) saveText(policyFileText(name, policy), `${name}.yaml`);
}

/** The experiment's scripted events, and those that a class's instructor announced. */
const eventsNow = () => [...WORDS.source.events, ...(injected?.events ?? [])];

function saveText(text, file) {
  const url = URL.createObjectURL(new Blob([text], { type: "application/yaml" }));
  h("a", { href: url, download: file }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

function paintSheet(run, at) {
  const who = whose(VIEWS, state.view, state.dials), opening = lead(who, WORDS.evidence), moved = movedClaims();
  $("take-link").value = `${location.href.split("#")[0]}${addressOf()}`;
  const own = Object.values(ownPolicies(state.slots)), file = `${takenName()}.yaml`;
  $("take-run").replaceChildren(say("take.run", { file }), ...(own.length ? [h("br"), say("take.run_own", { count: own.length })] : []));
  $("sheet-whose").textContent = say("take.whose", { whose: kicker(who, WORDS.evidence), n: thousands(at.n), years: yearsText(), date: startDate() });
  $("sheet-verdicts").replaceChildren(...shownPairs().map((pair, i) => h("p", {},
    h("b", {}, WORDS.questions[pair.map(({ name }) => name).join("|")] ?? pairText(...pair)), ...verdictOf(pair, at, i ? "" : opening))));
  $("sheet-size").textContent = sizeNote(shownPairs(), at);
  sheetPicture.show(shownPolicies());
  $("sheet-caption").textContent = pictureCaption();
  sheetPicture.draw(at.levels);
  $("sheet-moved").replaceChildren(...(moved.length ? moved.map((claim) => h("li", {}, movedText(claim))) : [h("li", {}, say("take.none_moved"))]));
  $("sheet-policies").hidden = !own.length;
  $("sheet-policies").querySelector("ul").replaceChildren(...own.map((policy) => h("li", {}, h("b", {}, policy.title), ". ", effortText(policy), " ", movesText(policy))));
  $("sheet-table").replaceChildren(tableOf(at));
  $("sheet-again").textContent = say("take.how", { file, mark: MARK, address: addressOf() });
}

/** Each lever that a policy moves, and where to. */
const movesText = (policy) => takesOf(policy).moves.map(moveText).join("; ");

addScreen("take", {
  build() {
    sheetPicture = new Picture($("sheet-picture"), []);
    $("sheet-title").textContent = WORDS.title;
    $("take-copy").addEventListener("click", copyLink);
    $("take-link").addEventListener("focus", () => $("take-link").select());
    $("download").addEventListener("click", download);
    $("print").addEventListener("click", () => print());
    $("take-name").addEventListener("input", () => { $("sheet-name").textContent = $("take-name").value; });
    $("take-words").addEventListener("input", () => {
      $("sheet-words").textContent = $("take-words").value;
      $("sheet-own").hidden = !$("take-words").value.trim();
    });
    $("share").addEventListener("click", copyLink);
  },
  paint: paintSheet,
  keep: () => ({ name: $("take-name").value, words: $("take-words").value }),
  restore({ name, words }) {
    $("take-name").value = name;
    $("take-words").value = words;
    for (const id of ["take-name", "take-words"]) $(id).dispatchEvent(new Event("input"));
  },
  isReady: () => isPastGuess,
});
