// Which belief decides: what each belief alone changes, what turns a result round, and where the authors' distance lies.
// All of it is played: at positions at which the evidence or an author stands, in the same worlds, never between or beyond.
// Few worlds rank and search. What is shown is from all of them, so that the screen of beliefs has the same numbers.

const RANKED = 500, SHOWN_ALONE = 8; // worlds that rank beliefs, and beliefs that are shown at once
const TRIED = 250, CANDIDATES = 10, MOST_TOGETHER = 6; // worlds, beliefs and steps of the search for a set
const FRESH = 2000, CONFIRMED = 1000; // first world, and worlds, that had no part in the search
const WALKED = 250, WALK = 5; // worlds of the distance, and of one request
const MEASURES = ["risk", "cost"];
const OPPOSITE = { less: ["more"], slightly_less: ["more"], more: ["less"], slightly_more: ["less"], same: ["less", "more"], open: ["less", "more"], few: [] };

/** Dials with some changes made: [[claim, position]]. */
const withChanges = (dials, changes) => ({ ...dials, ...Object.fromEntries(changes) });

/** Every change of one belief: to the evidence, and to the reading of each author who speaks. */
function changesOf(dials, ends) {
  return Object.entries(ends).flatMap(([claim, [low, high]]) =>
    [...new Set([low, 0, high])].filter((stop) => stop !== (dials[claim] ?? 0)).map((stop) => [claim, stop]));
}

const byChange = (p, q) => Math.abs(q.change[0]) - Math.abs(p.change[0]);
const claimsIn = (changes) => [...new Set(changes.map(({ claim }) => claim))];
const minus = ([a, b]) => a.map((x, i) => x - b[i]);

/** What changes of beliefs change in a difference between two policies: paired, in the same worlds. */
const changeOf = (after, before, margin) => difference(minus(after), minus(before), margin);

/**
 * One question, counted at one setting. `play(beliefs, first, count)` promises {risk: [a, b], cost: [a, b]}, the values of
 * both policies by world; `walk(from, to, first, count)` promises what worker.js's walk gives. `ends` are the claims that can
 * be moved, with the ends of their sliders; `themes` the same claims by theme; `groups` others whose
 * claims are summed; `readings` each author's dials.
 */
class Decision {
  constructor({ play, walk, worlds, view, dials, ends, themes, groups, readings, margins }) {
    Object.assign(this, { worlds, view, dials, ends, themes, groups, readings, margins, walk, played: new Map() });
    this.playAny = play;
  }

  /** The values of both policies in all worlds as it is, and each difference. */
  async now() {
    const values = await this.play([], 0, this.worlds);
    return { values, ...Object.fromEntries(MEASURES.map((measure) => [measure, difference(...values[measure], this.margins[measure])])) };
  }

  /** The values of both policies after some changes; each is played once. */
  play(changes, first, count) {
    const dials = withChanges(this.dials, changes), key = `${JSON.stringify(Object.entries(dials).filter(([, at]) => at).sort())} ${first} ${count}`;
    if (!this.played.has(key)) this.played.set(key, this.playAny({ view: this.view, dials }, first, count));
    return this.played.get(key);
  }

  /** The values of both policies in all worlds after some changes; the first are often played already. */
  async whole(changes) {
    const parts = await Promise.all([this.play(changes, 0, RANKED), this.play(changes, RANKED, this.worlds - RANKED)]);
    return Object.fromEntries(MEASURES.map((measure) => [measure, [0, 1].map((policy) =>
      Float64Array.from(parts.flatMap((part) => [...part[measure][policy]])))]));
  }

  /** What each belief alone changes: `ranked` of all in the first worlds, `shown` of the largest of each measure in all worlds. */
  async alone() {
    const ranked = await this.changed(changesOf(this.dials, this.ends), (changes) => this.play(changes, 0, RANKED), RANKED);
    const largest = new Set(MEASURES.flatMap((measure) => claimsIn(ranked[measure]).slice(0, SHOWN_ALONE)));
    return { ranked, shown: await this.aloneInAll((claim) => largest.has(claim)) };
  }

  /** What each of some beliefs alone changes, in all worlds. */
  aloneInAll(isWanted) {
    return this.changed(changesOf(this.dials, this.ends).filter(([claim]) => isWanted(claim)), (changes) => this.whole(changes), this.worlds);
  }

  /** For each measure, what each of some changes makes alone, the largest first: {claim, to, change, after}. */
  async changed(changes, play, worlds) {
    const { values } = await this.now(), played = await Promise.all(changes.map((change) => play([change])));
    const base = Object.fromEntries(MEASURES.map((measure) => [measure, values[measure].map((of) => of.subarray(0, worlds))]));
    return Object.fromEntries(MEASURES.map((measure) => [measure, changes
      .map(([claim, to], i) => ({ claim, to, change: changeOf(played[i][measure], base[measure], this.margins[measure]),
        after: difference(...played[i][measure], this.margins[measure]) }))
      .sort(byChange)]));
  }

  /**
   * What turns the result round on a measure: {kind, goals: [{goal, single, together}]}. Where the result
   * has no side of its own, both sides are goals. `single` are beliefs that lead there alone; `together` is a small set that
   * the search found if none does, or null, and that leads there in worlds that had no part in the search, too. Each is
   * {changes, difference}, from all worlds. `ranked` is that of `alone`, for this measure.
   */
  async turning(measure, ranked) {
    const now = (await this.now())[measure], kind = settle(now, this.margins[measure]), goals = [];
    for (const goal of OPPOSITE[kind]) {
      const sign = goal === "less" ? -1 : 1, isThere = ([estimate]) => sign * estimate > this.margins[measure];
      const reach = async (changes) => {
        const found = difference(...(await this.whole(changes))[measure], this.margins[measure]);
        return settle(found, this.margins[measure]) === goal ? { changes, difference: found } : null;
      };
      const confirm = async (changes) => {
        const fresh = difference(...(await this.play(changes, FRESH, CONFIRMED))[measure], this.margins[measure]);
        return settle(fresh, this.margins[measure]) === goal ? reach(changes) : null;
      };
      const mayReach = ({ change: [estimate, low, high] }) => isThere([now[0] + ((sign < 0 ? low : high) ?? estimate)]);
      const single = await Promise.all(ranked.filter(mayReach).map(({ claim, to }) => reach([[claim, to]])));
      const turned = single.filter(Boolean).sort((p, q) => sign * (q.difference[0] - p.difference[0]));
      goals.push({ goal, single: turned, together: turned.length ? null : await this.together(measure, ranked, { sign, isThere, confirm }) });
    }
    return { kind, goals };
  }

  /** The fewest changes together, by a greedy search: at each step the one that leads farthest. */
  async together(measure, ranked, { sign, isThere, confirm }) {
    const candidates = [...ranked].sort((p, q) => sign * (q.change[0] - p.change[0])).map(({ claim, to }) => [claim, to]);
    const sizeOf = async (changes) => {
      const [a, b] = (await this.play(changes, 0, TRIED))[measure];
      return sign * mean(a.map((x, i) => x - b[i]));
    };
    let chosen = [], reached = await sizeOf([]);
    while (chosen.length < MOST_TOGETHER) {
      const next = candidates.filter(([claim]) => !chosen.some(([other]) => other === claim)).slice(0, CANDIDATES);
      if (!next.length) break;
      const sizes = await Promise.all(next.map((change) => sizeOf([...chosen, change])));
      const best = sizes.indexOf(Math.max(...sizes));
      if (sizes[best] <= reached) break;
      reached = sizes[best];
      chosen = [...chosen, next[best]];
      const found = isThere([sign * reached]) ? await confirm(chosen) : null;
      if (found) return this.needed(found, confirm);
    }
    for (const author of Object.keys(this.readings)) {
      const all = this.changesTo(author), found = isThere([sign * await sizeOf(all)]) ? await confirm(all) : null;
      if (found) return found;
    }
    return null;
  }

  /** All changes that lead to an author's readings, or to the evidence. */
  changesTo(author) {
    return Object.keys(this.ends).map((claim) => [claim, this.readings[author][claim] ?? 0]).filter(([claim, to]) => to !== (this.dials[claim] ?? 0));
  }

  /** A set without the changes that it does not need. */
  async needed(found, confirm) {
    let kept = found;
    for (const change of found.changes.slice(0, -1)) {
      const fewer = await confirm(kept.changes.filter((other) => other !== change));
      kept = fewer ?? kept;
    }
    return kept;
  }

  /**
   * Where the authors' distance lies, from Self to Newsham: what distanceOf gives. These are Owen values with the themes as unions, as `strait claims` has them. Here each world has one order
   * of the claims and its reverse; so themes are sampled too, and the claims add up to the distance in every world.
   */
  async distance() {
    const firsts = Array.from({ length: WALKED / WALK }, (_, i) => i * WALK);
    const parts = await Promise.all(firsts.map((first) => this.walk({ view: this.view, dials: this.readings.self },
      { view: this.view, dials: this.readings.newsham }, first, WALK)));
    const authors = ["self", "newsham"], ends = await Promise.all(authors.map((author) => this.whole(this.changesTo(author))));
    const totals = Object.fromEntries(MEASURES.map((measure) => [measure, minus(ends.map((each) => minus(each[measure])).reverse())]));
    const found = distanceOf(parts, this.themes.flat(), this.groups, WALK, totals);
    for (const measure of MEASURES) {
      found[measure].ends = Object.fromEntries(authors.map((author, i) => [author, difference(...ends[i][measure], this.margins[measure])]));
    }
    return found;
  }
}

/**
 * Sum what walks give: for each measure {claims, groups, total}, each with its interval over worlds. `totals` is the distance
 * in all worlds. The parts are carried to all worlds by their regression on it, so that they add up to it.
 */
function distanceOf(parts, claims, groups, worlds, totals) {
  const over = (members, what, total) => {
    const values = Float64Array.from({ length: parts.length * worlds }, (_, world) => {
      const part = parts[Math.floor(world / worlds)], from = world % worlds * claims.length;
      return members.reduce((sum, claim) => sum + part[(from + claims.indexOf(claim)) * 2 + what], 0);
    });
    return values.every((x) => x === 0) ? [0, 0, 0] : regress(values, total);
  };
  return Object.fromEntries(MEASURES.map((measure, what) => [measure, {
    claims: Object.fromEntries(claims.map((claim) => [claim, over([claim], what, totals[measure])])),
    groups: groups.map((members) => over(members, what, totals[measure])),
    total: intervalOverWorlds(totals[measure]),
  }]));
}

/**
 * The mean of values that are known in the first worlds only, by their regression on others that are known in all (double
 * sampling: Cochran 1977, section 12.6). What is left and what is carried have limits of their own, combined as `carry` does.
 */
function regress(values, others) {
  const known = others.subarray(0, values.length), centre = mean(known), middle = mean(values), whole = intervalOverWorlds(others);
  const spread = known.reduce((sum, x) => sum + (x - centre) ** 2, 0);
  const slope = spread && known.reduce((sum, x, i) => sum + (x - centre) * (values[i] - middle), 0) / spread;
  const estimate = middle + slope * (whole[0] - centre), left = intervalOfMean(values.map((x, i) => x - slope * (known[i] - centre)));
  if (left[1] === null || whole[1] === null || intervalOverWorlds(values)[1] === null) return [estimate, null, null];
  const carried = [slope * (whole[0] - whole[1]), slope * (whole[2] - whole[0])], [below, above] = slope < 0 ? carried.reverse() : carried;
  return [estimate, estimate - Math.hypot(left[0] - left[1], below), estimate + Math.hypot(left[2] - left[0], above)];
}

/** How many pairs of histories each part of a count plays at most, for a bar that shows how far it is. */
function plannedPairs({ dials, ends, worlds }) {
  const changes = changesOf(dials, ends).length, claims = Object.keys(ends).length;
  return { alone: worlds + changes * RANKED + SHOWN_ALONE * changes / claims * worlds, turning: worlds + CANDIDATES * MOST_TOGETHER * TRIED,
    distance: 2 * worlds + 2 * claims * WALKED, others: (claims - SHOWN_ALONE) * changes / claims * worlds };
}
