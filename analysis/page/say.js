// The page's words in the reader's language: texts by key, from strings/.

let TEXTS = {};

/** Take the texts of a language: {key: text}. */
function speak(texts) {
  TEXTS = texts;
}

/** A text with its {places} filled in and a capital at its beginning; [[ ]] falls away. */
function say(key, values = {}) {
  return sayParts(key, values).map((part) => part.quiet ?? part).join("");
}

/** A text as parts, of which {quiet} is set in grey. */
function sayParts(key, values = {}) {
  const text = TEXTS[key];
  if (text === undefined) throw new Error(`there is no text “${key}”`);
  const filled = text.replace(/\{(\w+)\}/g, (_, name) => {
    if (!Object.hasOwn(values, name)) throw new Error(`“${key}” needs {${name}}`);
    return String(values[name]);
  });
  return filled.split(/(\[\[.*?\]\])/).filter(Boolean)
    .map((part) => (part.startsWith("[[") ? { quiet: part.slice(2, -2) } : part));
}

/** A sentence as parts, its first letter large. */
function sentence(key, values) {
  const [first, ...rest] = sayParts(key, values);
  return [capital(first), ...rest];
}

const capital = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);

/** The language that the address names, else the first of the browser's that the page has, else English. */
function chooseLanguage(codes) {
  const named = /[#&]_l=([\w-]+)/.exec(location.hash)?.[1];
  if (codes.includes(named)) return named;
  const short = (code) => code.split("-")[0];
  for (const wanted of navigator.languages ?? []) {
    const found = codes.find((code) => code === wanted) ?? codes.find((code) => short(code) === short(wanted));
    if (found) return found;
  }
  return "en";
}
