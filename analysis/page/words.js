// Sentences and numbers in words. A function gives text, or parts of text of which {quiet} is set in grey.

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

const thousands = (count) => count.toLocaleString("en");

/** How a difference is settled, by its interval and the margin. */
function settle([, low, high], margin) {
  if (low === null) return "few";
  if (high < -margin) return "less";
  if (low > margin) return "more";
  if (low >= -margin && high <= margin) return "same";
  if (high < 0) return "slightly_less";
  return low > 0 ? "slightly_more" : "open";
}

const marginTexts = ({ risk, cost }) => ({ risk: decimals(100 * risk, 1), cost: decimals(cost, 2) });

/** What brackets and words on size mean in some verdicts, as one text: `kinds` are what `settle` gives, `margins` those of risk and cost. */
function sizeWords(kinds, margins) {
  const limits = marginTexts(margins), used = (...some) => some.some((kind) => kinds.includes(kind));
  return [...(kinds.some((kind) => kind !== "few") ? [say("size.brackets")] : []), ...(used("slightly_less", "slightly_more") ? [say("size.slightly", limits)] : []), ...(used("same") ? [say("size.same", limits)] : []),
    ...(used("open") ? [say("size.open")] : [])].join(" ");
}

/** The limits of a difference as a verdict gives them: with signs where it may go either way, else as sizes. */
function limitsIn(kind, [, low, high], factor, places) {
  if (kind === "few") return {};
  const isSize = kind.endsWith("less") || kind.endsWith("more");
  const [from, to] = [low * factor, high * factor].map((x) => (isSize ? Math.abs(x) : x)).sort((p, q) => p - q);
  return { low: decimals(from, places), high: decimals(to, places) };
}

const tenth = (x) => Number((100 * x).toFixed(1)); // of histories in 100

/**
 * Histories in 100 with two policies, with a decimal, as analysis/figures/captions.py has them: the first is the second
 * plus their difference as it is shown, so that the three numbers of a sentence add up.
 */
function hundreds(base, difference) {
  const then = tenth(base), size = tenth(difference), now = Math.min(100, Math.max(0, then + size));
  return [decimals(now, 1), decimals(now - size, 1)];
}

/**
 * Shares by policy as sentences give them, so that a policy has one number in all of them: `levels` by policy, and `pairs`
 * [a, b, difference] in the order of the sentences. Only pairs that close a circle may leave a tenth over.
 */
function levelsShown(levels, pairs) {
  const shown = {};
  for (const [a, b, difference] of pairs) {
    const size = tenth(difference) / 100;
    if (shown[a] !== undefined) shown[b] ??= Math.max(0, shown[a] - size);
    else {
      shown[b] ??= tenth(levels[b]) / 100;
      shown[a] = Math.max(0, shown[b] + size);
    }
  }
  return shown;
}

/** What deters, what provokes and what is left, in 100 histories, as they are shown: so that they add up. */
function forcesIn({ deters: [deters], provokes: [provokes] }) {
  const all = tenth(deters + provokes), first = tenth(deters);
  return { deters: first, provokes: tenth((all - first) / 100), all };
}

/** The verdict on risk: how often force is used with one policy instead of the other. `lead` may be empty. */
function riskSentence(lead, { a, b, base, difference, margin }) {
  const kind = settle(difference, margin), [now, then] = hundreds(base, difference[0]), opening = lead && say("whose.opening", { lead });
  return sentence(`risk.${kind}`, { opening, a, b, now, then, size: decimals(100 * Math.abs(difference[0]), 1),
    ...limitsIn(kind, difference, 100, 1) });
}

/** The verdict on cost: what Japan loses with one policy more than with the other, in per cent of a year's GDP. */
function costSentence({ difference, margin }) {
  const kind = settle(difference, margin);
  return sentence(`cost.${kind}`, { size: decimals(Math.abs(difference[0]), 2), ...limitsIn(kind, difference, 1, 2) });
}

/** Parts as plain text. */
const plain = (parts) => parts.map((part) => part.quiet ?? part).join("");

/** A name as a label: its first letter large, without an article. */
const label = (name) => capital(name.replace(/^the /, ""));

/** Where a slider stands, in words. */
function stand(position) {
  if (position === 0) return say("stand.evidence");
  const author = say(`word.author.${position < 0 ? "self" : "newsham"}`), share = Math.round(100 * Math.abs(position));
  return share === 100 ? say("stand.author", { author }) : say("stand.between", { share, author });
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
  if (moved.length) return say("whose.these");
  if (view.name === evidence) return say("whose.on_evidence");
  return view.is_sentence ? view.title : say("whose.under", { view: view.title });
}

/** The line above the verdict. */
function kicker({ view, moved }, evidence) {
  const name = view.name === evidence ? say("whose.evidence") : view.title;
  if (!moved.length) return view.name === evidence ? say("whose.evidence_alone") : name;
  return moved.length < 5 ? say("whose.but_for", { view: name, claims: moved.join(", ") })
    : say("whose.but_for_count", { view: name, count: moved.length });
}

/** A date of the form 2026-11 as month and year. */
function dateText(date) {
  return say("word.date", { month: say("word.months").split(" ")[Number(date.slice(5, 7)) - 1], year: date.slice(0, 4) });
}
