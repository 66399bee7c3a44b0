// What is set on the page: whose beliefs, each slider, the start. Its past, and how the address holds it.

const NUMBERS = JSON.parse($("numbers").textContent), WORDS = JSON.parse($("words").textContent);
const MARK = WORDS.mark, SAME_CHANGE = 1200, LONGEST_ADDRESS = 8000;
const LANGUAGES = JSON.parse($("strings").textContent), LANGUAGE = chooseLanguage(Object.keys(LANGUAGES));
speak({ ...LANGUAGES.en.page, ...LANGUAGES[LANGUAGE].page });
const EVERY_POLICY = { policies: [...WORDS.policies, ...WORDS.further] };
for (const [path, text] of Object.entries(LANGUAGES[LANGUAGE].words)) replaceText(path.startsWith("policies.") ? EVERY_POLICY : WORDS, path.split("."), text);
document.documentElement.lang = LANGUAGE;
const CLAIMS = Object.keys(WORDS.claims);
const VIEWS = WORDS.views
  .map((view) => ({ ...view, ...NUMBERS.views[view.name], own: NUMBERS.views[view.name].own.length > 0 }))
  .sort((a, b) => (b.name === WORDS.home) - (a.name === WORDS.home));
const preset = (name) => VIEWS.find((view) => view.name === name).dials;
const endsOf = (claim) => NUMBERS.claims[claim].ends;
const POLICY = Object.fromEntries(WORDS.policies.map((policy, index) => [policy.name, { ...policy, index }]));
const MAIN = WORDS.contrasts[0].map((name) => POLICY[name]);

const lastStart = WORDS.starts[WORDS.starts.length - 1].name;
const KNOWN = { policies: Object.keys(POLICY), titles: WORDS.policies.flatMap(({ title, plain }) => [title, plain]), levers: Object.keys(WORDS.levers),
  locked: WORDS.source.levers };
const usualSlots = [MAIN[1].name, MAIN[0].name];
let state = { view: WORDS.home, dials: { ...preset(WORDS.home) }, start: lastStart, slots: usualSlots };
let injected = null; // what a class's instructor announced: {scripted, as the worker takes it; events, as a file has it}
let past = [], ghost = null, lastMove = { control: null, time: 0 }, isReplaying = false, shown = null;

const copy = ({ view, dials, start, slots }) => ({ view, dials: { ...dials }, start, slots });
const position = (claim, of = state) => of.dials[claim] ?? 0;
const movedClaims = (of = state) => CLAIMS.filter((claim) => position(claim, of) !== (preset(of.view)[claim] ?? 0));

/** The numbers of a start under a policy, by name or an own one. */
const settingUnder = (start, policy) => Float64Array.from(typeof policy === "string" ? NUMBERS.settings[start][policy] : settingOf(NUMBERS.levers, start, policy));
/** The same as a text: where it is the same, so is every history. */
const settingText = (start, policy) => settingUnder(start, policy).join();

/** Of each own policy that is another's copy, which one it copies: the experiment's, or an earlier own one. */
function copiesOf(own, start) {
  const found = {}, seen = {};
  for (const [name, policy] of Object.entries(own)) {
    const text = settingText(start, policy), copied = seen[text] ?? Object.keys(POLICY).find((each) => settingText(start, each) === text);
    if (copied) found[name] = copied;
    else seen[text] = name;
  }
  return found;
}

/** What the engine plays: beliefs and start, the reader's own policies, and each compared one against the first. */
function settingNow() {
  const names = state.slots.map((slot, i) => nameOfSlot(slot, i)), own = ownPolicies(state.slots);
  return { beliefs: { view: state.view, dials: state.dials }, start: state.start, scripted: injected?.scripted,
    own, copies: copiesOf(own, state.start), pairs: names.slice(1).map((name) => [name, names[0]]) };
}

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
  $("live").textContent = ""; // until the new answer is final: app.js
  if (ghost && ghost.state.start !== state.start) ghost = null;
  for (const screen of Object.values(SCREENS)) screen.sync?.(state);
  startedAt = performance.now();
  engine.begin(settingNow(), isNewChange);
  later();
}

let laterTimer = 0;
function later() {
  clearTimeout(laterTimer);
  laterTimer = setTimeout(writeAddress, 900);
}

function undo() {
  if (!past.length) return;
  keepGhost();
  lastMove.control = null;
  go(past.pop(), true);
}

// The language

/** Put a translation where its path leads; an entry of a list is called by its name. */
function replaceText(node, [key, ...rest], text) {
  const at = Array.isArray(node) && !/^\d+$/.test(key) ? node.findIndex((each) => each.name === key) : key;
  if (rest.length) replaceText(node[at], rest, text);
  else node[at] = text;
}

// The address

function addressOf() {
  const parts = [`_v=${state.view}`, ...movedClaims().map((claim) => `${claim}=${Math.round(100 * position(claim))}`)];
  if (state.start !== lastStart) parts.push(`_s=${state.start}`);
  const slots = state.slots.map(slotText);
  if (slots.join() !== usualSlots.join()) parts.push(...slots.map((text) => `_p=${text}`));
  if (/[#&]_l=/.test(location.hash)) parts.push(`_l=${LANGUAGE}`);
  for (const screen of Object.values(SCREENS)) parts.push(...(screen.address?.() ?? []));
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
  const isCode = ([key, value]) => key === "_g" || (key === "_p" && /^\d+-\d+/.test(value)); // an older link's
  const given = pairs.filter((pair) => pair[0] === "_p" && !isCode(pair)).map(([, value]) => value), played = pairs.findLast(isCode)?.[1];
  const { slots, left: leftSlots } = given.length ? readSlots(given, KNOWN, usualSlots) : { slots: usualSlots, left: 0 };
  left += leftSlots;
  const view = find("_v", VIEWS, WORDS.home), start = find("_s", WORDS.starts, lastStart), dials = { ...preset(view) };
  for (const [key, value] of pairs) {
    if (key === "_v" || key === "_s" || key === "_p" || key === "_g" || (key === "_l" && Object.hasOwn(LANGUAGES, value))) continue;
    if (key === "_r") isOther = value !== MARK;
    else if (!Object.hasOwn(WORDS.claims, key) || !/^-?\d{1,3}$/.test(value) || isFixed(key, view)) left++;
    else {
      const [low, high] = endsOf(key), at = Math.max(low, Math.min(high, Number(value) / 100));
      if (at !== Number(value) / 100) left++;
      dials[key] = at + 0; // no negative zero
    }
  }
  if (played !== undefined && !SCREENS.play.readAddress(played, { view, dials, start })) left++;
  if (isOther) notice(say("frame.other_rules"));
  else notice(left ? say("frame.left_out") : "");
  return { view, dials, start, slots };
}

const isFixed = (claim, view = state.view) => VIEWS.find((each) => each.name === view).fixed.includes(claim);

