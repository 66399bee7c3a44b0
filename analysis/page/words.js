// Sentences and numbers in words. Every function gives text, or parts of text of which {quiet} is set in grey.

const MINUS = "−";

/** A number with a fixed count of decimals and a real minus; never a negative zero. */
function decimals(x, count) {
  const text = Math.abs(x).toFixed(count);
  return (x < 0 && Number(text) !== 0 ? MINUS : "") + text;
}

function signed(x, count) {
  const text = decimals(x, count);
  return text.startsWith(MINUS) || Number(text) === 0 ? text : `+${text}`;
}

/** How a difference is settled, by its interval and the margin. */
function settle([, low, high], margin) {
  if (low === null) return "few";
  if (high < -margin) return "less";
  if (low > margin) return "more";
  if (low >= -margin && high <= margin) return "same";
  if (high < 0) return "slightly less";
  return low > 0 ? "slightly more" : "open";
}

const RANGE = (low, high, count, unit = "") => ({ quiet: ` (${decimals(low, count)} to ${decimals(high, count)}${unit})` });

/** The interval of a difference in the direction in which a sentence counts it. */
function range([, low, high], factor, count, unit) {
  const [from, to] = [low * factor, high * factor].sort((a, b) => a - b);
  return RANGE(from, to, count, unit);
}

/** Histories in 100, as a whole number where two of them differ by one at least, else with a decimal. */
function hundreds(a, b) {
  const places = Math.round(100 * a) === Math.round(100 * b) || Math.abs(a - b) < 0.02 || Math.min(a, b) < 0.02 ? 1 : 0;
  return [decimals(100 * a, places), decimals(100 * b, places)];
}

/** The verdict on risk: how often force is used with one policy instead of the other. */
function riskSentence(lead, { a, b, levels: [x, y], difference, margin }) {
  const kind = settle(difference, margin), [now, then] = hundreds(x, y), size = decimals(100 * Math.abs(difference[0]), 1);
  const opening = lead ? `${lead}, force` : "Force";
  if (kind === "few") return [`${opening} is used too seldom to compare ${a} with ${b}.`];
  if (kind === "open") {
    const start = lead ? `${lead}, it` : "It";
    return [`${start} is not settled whether force is used more or less often with ${a} than with ${b}`,
      range(difference, 100, 1, " in 100 histories"), "."];
  }
  if (kind === "same") {
    return [`${opening} is used about as often with ${a} as with ${b}: in ${now} and ${then} of 100 histories`,
      { quiet: ` (difference ${decimals(100 * difference[1], 1)} to ${decimals(100 * difference[2], 1)})` }, "."];
  }
  const fewer = difference[0] < 0 ? "fewer" : "more", often = kind.replace("less", "less often").replace("more", "more often");
  const [low, high] = [100 * difference[1], 100 * difference[2]].map(Math.abs).sort((p, q) => p - q);
  return [`${opening} is used ${often} with ${a} than with ${b}: in ${now} instead of ${then} of 100 histories`,
    { quiet: ` (${size} ${fewer}; ${decimals(low, 1)} to ${decimals(high, 1)})` }, "."];
}

/** The verdict on cost: what Japan loses with one policy more than with the other, in per cent of a year's GDP. */
function costSentence({ difference, margin }) {
  const kind = settle(difference, margin), size = decimals(Math.abs(difference[0]), 2);
  if (kind === "few") return ["Japan's losses are too rare to compare."];
  if (kind === "open") return ["Whether Japan loses more or less is not settled", range(difference, 1, 2, " % of a year's GDP"), "."];
  if (kind === "same") return ["Japan's loss hardly changes", range(difference, 1, 2, " % of a year's GDP"), "."];
  const [low, high] = [difference[1], difference[2]].map(Math.abs).sort((p, q) => p - q);
  return [`Japan loses ${kind.includes("slightly") ? "slightly " : ""}${difference[0] < 0 ? "less" : "more"}: ${size} % of a year's GDP`,
    RANGE(low, high, 2), "."];
}

/** Parts as plain text. */
const plain = (parts) => parts.map((part) => part.quiet ?? part).join("");

/** A name as a label: its first letter large, without an article. */
function label(name) {
  const bare = name.replace(/^the /, "");
  return bare[0].toUpperCase() + bare.slice(1);
}

const AUTHORS = { self: "Self", newsham: "Newsham", neutral: "the evidence", editor: "the editor" };

/** Where a slider stands, in words. */
function stand(position) {
  if (position === 0) return "the evidence";
  const author = position < 0 ? "Self" : "Newsham", share = Math.round(100 * Math.abs(position));
  return share === 100 ? `as ${author} reads it` : `${share} % of the way from the evidence to ${author}`;
}

/** What a position means as a number: the median of the parameter between its readings. */
function meaning(shown, position) {
  const { reading, share } = lean(position), value = blend(shown.medians.neutral, shown.medians[reading], share);
  const isPercent = shown.text.includes("{%}"), number = isPercent ? 100 * value : value;
  const digits = Math.max(0, 1 - Math.floor(Math.log10(Math.abs(number) || 1))); // two that mean something
  return shown.text.replace(/\{%?\}/, String(Number(number.toFixed(Math.min(digits, 3)))).replace("-", MINUS));
}

/** Whose beliefs these are: a worldview's, one with a few exceptions, or one's own. */
function whose(views, view, dials) {
  const off = (each) => [...new Set([...Object.keys(dials), ...Object.keys(each.dials)])]
    .filter((claim) => (dials[claim] ?? 0) !== (each.dials[claim] ?? 0));
  const current = views.find((each) => each.name === view);
  // Numbers of a worldview that no slider shows tell it from all others.
  const among = current.own ? [current] : [current, ...views.filter((each) => each !== current && !each.own)];
  const near = among.reduce((best, each) => (off(each).length < off(best).length ? each : best));
  return { view: near, moved: off(near) };
}

/** How a sentence begins with these beliefs. */
function lead({ view, moved }, evidence) {
  if (moved.length) return "With these beliefs";
  if (view.name === evidence) return "On the evidence alone";
  return view.title.startsWith("If ") ? view.title : `Under ${view.title}`;
}

/** The line above the verdict. */
function kicker({ view, moved }, evidence) {
  const name = view.name === evidence ? "The evidence" : view.title;
  if (!moved.length) return view.name === evidence ? "The evidence alone" : name;
  return moved.length < 5 ? `${name}, but for ${moved.join(", ")}` : `${name}, but for ${moved.length} claims`;
}

/** The setting as an experiment that `strait run` takes; `source` is what analysis/page/source.py reads of the page's own. */
function experimentText({ source, worlds, view, start, dials, preset, mark, address }) {
  const moved = Object.keys(dials).filter((claim) => dials[claim] !== (preset[claim] ?? 0));
  const claims = { ...source.claims, ...Object.fromEntries(moved.map((claim) => [claim, dialOf(dials[claim])])) };
  const lines = [
    "# Beliefs set on the page of Strait. To play them: strait run my_beliefs.yaml",
    `# The page had the rules ${mark}. ${address}`,
    "experiment: my_beliefs",
    `extends: ${JSON.stringify(source.extends)}`,
    ...(source.text ? [source.text.trimEnd()] : []),
    `worldviews: [${JSON.stringify(source.worldviews[view])}]`,
    `starts: [${JSON.stringify(source.starts[start])}]`,
    `trials: ${worlds}`,
    "lucks: 1",
    ...(Object.keys(claims).length ? ["claims:", ...Object.entries(claims).map(([claim, dial]) => `  ${claim}: ${dial}`)] : []),
  ];
  return `${lines.join("\n")}\n`;
}
