// The page begins: its screens, its workers, and what is common to all screens.

let startedAt = performance.now();
const paints = []; // when answers were painted, for tools/page_speed.py

function paint(run, at) {
  const begun = performance.now();
  shown = { run, at, state: copy(state) };
  SCREENS[current].paint?.(run, at);
  if (at.n === NUMBERS.worlds && past.length) speakAnswer();
  const since = startedAt, drawing = performance.now() - begun;
  requestAnimationFrame(() => {
    const channel = new MessageChannel(); // its message comes after the frame
    channel.port1.onmessage = () => paints.push({ n: run.n, since, painted: performance.now(), drawing });
    channel.port2.postMessage(0);
  });
  lesson?.answered();
}

/** Say the final answer to a screen reader, once. */
function speakAnswer() {
  const text = SCREENS[current].spoken?.() ?? "";
  if ($("live").textContent !== text) $("live").textContent = text;
}

const threads = Math.max(1, Math.min((navigator.hardwareConcurrency || 2) - 1, 4));
const pool = new Pool($("worker-source").textContent, NUMBERS, threads, globalThis.straitSlow ?? 1, (fault) => notice(say("frame.stopped", { fault })));
const engine = new Engine(pool, WORDS, NUMBERS.worlds, paint);

buildScreens();
addEventListener("keydown", (event) => {
  const isText = event.target.closest?.("textarea, input:not([type=range], [type=radio], [type=checkbox])"); // has an undo of its own
  if ((event.ctrlKey || event.metaKey) && event.key === "z" && isPastGuess && !isText) {
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
$("skip").addEventListener("click", () => $(current).focus());
$("theme").addEventListener("click", () => {
  const root = document.documentElement, isDark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = isDark ? "light" : "dark";
});
$("language").append(...Object.entries(LANGUAGES).map(([code, { name }]) => h("option", { value: code, lang: code, selected: code === LANGUAGE }, name)));
$("language").addEventListener("change", () => {
  const parts = addressOf().slice(1).split("&").filter((part) => !part.startsWith("_l=")), { theme } = document.documentElement.dataset;
  const kept = { state, current, past, ghost, theme, screens: Object.fromEntries(Object.entries(SCREENS).map(([name, screen]) => [name, screen.keep?.()])) };
  history.replaceState({ kept }, "", `#${[...parts, `_l=${$("language").value}`].join("&")}`);
  location.reload(); // in the other language, with all that was kept
});
$("foot").textContent = say("frame.foot", { mark: MARK, sends: say(lesson ? "classroom.sends" : "frame.sends") });

const kept = history.state?.kept;
state = readAddress();
if (kept) {
  writeAddress(); // so that what is loaded again by hand begins anew
  ({ state, past, ghost } = kept);
  if (kept.theme) document.documentElement.dataset.theme = kept.theme;
  for (const [name, of] of Object.entries(kept.screens)) if (of) SCREENS[name]?.restore(of);
}
for (const screen of Object.values(SCREENS)) screen.sync?.(state);
openScreen(kept?.current ?? "guess");
engine.begin(settingNow(), false);
