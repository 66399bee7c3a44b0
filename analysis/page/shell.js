// The frame of the page: elements, the list of screens, the notice above them.

const $ = (id) => document.getElementById(id);
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

/** Draw a part of a screen again; drawers that the reader has opened or closed stay so. Their events come too late to ask. */
function redraw(host, ...nodes) {
  const before = [...host.querySelectorAll("details")].map(({ open }) => open);
  host.replaceChildren(...nodes);
  host.querySelectorAll("details").forEach((drawer, i) => { drawer.open = before[i] ?? drawer.open; });
}

function notice(text) {
  $("notice").textContent = text;
  $("notice").hidden = !text;
}

/**
 * The screens by name, in the order of their tabs. A screen may have
 * build(): make its elements, once; open(): it is shown; paint(run, at): an answer came while it is shown;
 * sync(state): the state changed; spoken(): what a screen reader says of a change, once all worlds are played; address(): its parts of the link;
 * isReady(): whether its tab can be chosen, true without it;
 * keep() and restore(kept): what it keeps of the reader's work while the page is loaded again in another language.
 */
const SCREENS = {};
let current = null;
let lesson = null; // what the room of a class changes on this page: screens/classroom.js

function addScreen(name, screen) {
  SCREENS[name] = screen;
}

function buildScreens() {
  document.title = `Strait: ${WORDS.title}`;
  document.querySelector("h1 .question").textContent = WORDS.title;
  for (const node of document.querySelectorAll("[data-say]")) node.textContent = say(node.dataset.say);
  for (const node of document.querySelectorAll("[data-say-label]")) node.setAttribute("aria-label", say(node.dataset.sayLabel));
  for (const [name, screen] of Object.entries(SCREENS)) {
    $("tabs").append(h("button", { type: "button", "data-screen": name, onclick: () => openScreen(name) }, say(`${name}.title`)));
    screen.build?.();
  }
}

/** Show a screen, and nothing of the others. */
function openScreen(name) {
  current = name;
  $("live").textContent = ""; // it spoke of another screen
  for (const main of document.querySelectorAll("main")) main.hidden = main.id !== name;
  syncTabs();
  SCREENS[name].open?.();
  if (engine.at) SCREENS[name].paint?.(shown.run, shown.at); // an answer to beliefs that have changed is none to these
  scrollTo(0, 0);
  $(name).focus({ preventScroll: true });
}

function syncTabs() {
  for (const tab of $("tabs").children) {
    const isReady = SCREENS[tab.dataset.screen].isReady?.() ?? true;
    tab.disabled = !isReady;
    tab.title = isReady ? "" : say("frame.first");
    if (tab.dataset.screen === current) tab.setAttribute("aria-current", "page");
    else tab.removeAttribute("aria-current");
  }
}
