// The worker: draws what worlds are like and plays them. The printed rules and beliefs.js stand before it.
// `init` brings the numbers of the experiment; each `play` asks for some worlds under some policies.

let NUMBERS = null, COUNTS = null, ROW = null, COURSE = null;
const DRAWN = 125; // worlds that a story draws at once, as many as a chunk has, so that what is drawn is kept once
const drawn = new Map(); // by distribution and first world, so that a moved slider draws nothing again

function init(numbers) {
  NUMBERS = numbers;
  COUNTS = new Float64Array(numbers.months * 4 * 8);
  ROW = new Float64Array(numbers.columns);
  COURSE = new Float64Array(numbers.story.steps * numbers.story.views);
}

/** The uniform numbers of a parameter in some worlds: draws.four, whose first number counts. */
function uniforms(id, first, count) {
  const out = new Float64Array(count), key = BigInt(id);
  for (let i = 0; i < count; i++) {
    draws$four_in_words(NUMBERS.seed, first + i, 0, key, 0);
    out[i] = RESULT[0];
  }
  return out;
}

/** Values of a distribution at uniform numbers, operation by operation as sim.scenario.distributions has them. */
function quantiles(spec, u) {
  if (spec.length === 2) {
    const [low, high] = spec;
    return u.map((x) => Math.min(Math.max(low + x * (high - low), low), high));
  }
  const [low, mode, high] = spec, width = high - low, rise = mode - low, fall = high - mode;
  return u.map((x) => {
    const value = x * width < rise ? low + Math.sqrt(x * width * rise) : high - Math.sqrt((1 - x) * width * fall);
    return Math.min(Math.max(value, low), high);
  });
}

function decode(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return new Float64Array(bytes.buffer); // little-endian, as every browser's machine is
}

/** A parameter's values in some worlds: a number if it is the same in all. */
function values(index, spec, first, count) {
  if (typeof spec === "number") return spec;
  const key = `${index} ${first} ${count} ${typeof spec === "string" ? spec.slice(0, 64) : spec}`;
  if (!drawn.has(key)) {
    const found = typeof spec === "string"
      ? decode(spec).slice(first, first + count)
      : quantiles(spec, uniforms(NUMBERS.parameters[index][1], first, count));
    drawn.set(key, found);
  }
  return drawn.get(key);
}

const at = (column, i) => (typeof column === "number" ? column : column[i]);

/** What worlds are like under beliefs {view, dials}: for each parameter a number, or values by world. */
function believed({ view, dials }, first, count) {
  const specs = NUMBERS.parameters.map((entry) => entry[2]);
  for (const [index, spec] of NUMBERS.views[view].own) specs[index] = spec;
  const columns = specs.map((spec, index) => values(index, spec, first, count));
  for (const claim in dials) {
    if (dials[claim] === 0) continue;
    const { reading, share } = lean(dials[claim]), said = NUMBERS.claims[claim].readings;
    said.neutral.forEach(([index, spec], i) => {
      const a = values(index, spec, first, count), b = values(index, said[reading][i][1], first, count);
      if (typeof a === "number" && typeof b === "number") columns[index] = blend(a, b, share);
      else columns[index] = Float64Array.from({ length: count }, (_, w) => blend(at(a, w), at(b, w), share));
    });
  }
  return columns;
}

/**
 * A start and a policy: one of the experiment's, by name, or one of the reader's own. `scripted` are events in place of the
 * experiment's: [place in codes.SCRIPTED, month, key] each.
 */
function setCell({ start, scripted }, policy) {
  SETTING.set(typeof policy === "string" ? NUMBERS.settings[start][policy] : settingOf(NUMBERS.levers, start, policy));
  if (!scripted) return;
  const { count, event, month, key } = NUMBERS.scripted;
  SETTING[count] = scripted.length;
  scripted.forEach(([what, when, luck], i) => {
    SETTING[event + i] = what;
    SETTING[month + i] = when;
    SETTING[key + i] = luck;
  });
}

/** Play `count` worlds from `first` on under each policy; `off` is a switch to turn off. `record(policy, world)` reads ROW. */
function play({ beliefs, policies, first, count, off, ...cell }, record) {
  const columns = believed(beliefs, first, count);
  policies.forEach((policy, number) => {
    setCell(cell, policy);
    if (off) SETTING[NUMBERS.switches[off]] = 0;
    for (let i = 0; i < count; i++) {
      setParameters(columns, i);
      playWorld(first + i);
      record(number, i);
    }
  });
}

/** PARAMS become what world number `i` of the columns is like. */
function setParameters(columns, i) {
  NUMBERS.parameters.forEach(([slot], index) => { PARAMS[slot] = at(columns[index], i); });
}

/** PARAMS become what a world is like, drawn with its neighbours, as other requests draw them too. */
function setWorld(beliefs, world) {
  const first = Math.floor(world / DRAWN) * DRAWN;
  setParameters(believed(beliefs, first, DRAWN), world - first);
}

/** A trial is about to begin, with a luck from 1 on. */
function enterTrial(world, luck) {
  STATE.fill(0);
  STATE[NUMBERS.state.world] = world;
  STATE[NUMBERS.state.luck] = luck;
}

/** Play a world with what PARAMS and SETTING hold; ROW then has what is recorded. */
function playWorld(world, luck = 1) {
  enterTrial(world, luck);
  batch$play_trial(COUNTS);
  outcomes$write(ROW);
}

/** A world's own order of all claims, at random; the claims of a theme stand side by side. */
function orderIn(world, themes) {
  let key = 0;
  const shuffled = (list) => list
    .map((each) => {
      draws$four_in_words(NUMBERS.seed, world, 0, BigInt(key++), 0); // no parameter's key is so small
      return [RESULT[0], each];
    })
    .sort((p, q) => p[0] - q[0]).map(([, each]) => each);
  const order = shuffled(themes);
  return order.flatMap((theme) => shuffled(theme));
}

/**
 * Walk from beliefs to others, claim by claim, in each world in its own order and in this order from back to front.
 * What a claim adds to the difference between two policies, as the mean of both: by world, claim and estimated column.
 */
function walk({ beliefs, to, themes, policies, first, count, ...cell }) {
  const ends = [beliefs, to].map((each) => believed(each, first, count)), claims = themes.flat();
  const out = new Float64Array(count * claims.length * 2), columns = NUMBERS.recorded.slice(0, 2);
  const moved = Object.fromEntries(claims.map((claim) => [claim, NUMBERS.claims[claim].readings.neutral.map(([index]) => index)]));
  const take = (end, index, i) => { PARAMS[NUMBERS.parameters[index][0]] = at(ends[end][index], i); };
  for (let i = 0; i < count; i++) {
    const difference = () => {
      const [a, b] = policies.map((policy) => {
        setCell(cell, policy);
        playWorld(first + i);
        return columns.map((column) => ROW[column]);
      });
      return a.map((x, what) => x - b[what]);
    };
    NUMBERS.parameters.forEach((_, index) => take(0, index, i));
    const begin = difference(), order = orderIn(first + i, themes);
    let before = begin;
    const add = (claim, now, sign) => {
      now.forEach((x, what) => { out[(i * claims.length + claims.indexOf(claim)) * 2 + what] += sign * (x - before[what]) / 2; });
      before = now;
    };
    for (const claim of order) {
      moved[claim].forEach((index) => take(1, index, i));
      add(claim, difference(), 1);
    }
    for (const claim of order) { // taken back in the same order, so given in the order from back to front
      moved[claim].forEach((index) => take(0, index, i));
      add(claim, claim === order[order.length - 1] ? begin : difference(), -1);
    }
  }
  return out;
}

/** The recorded columns of a chunk: for each policy, world and column a number. */
function answer(request) {
  const kept = NUMBERS.recorded, out = new Float64Array(request.policies.length * request.count * kept.length);
  play(request, (policy, world) => {
    const to = (policy * request.count + world) * kept.length;
    kept.forEach((column, i) => { out[to + i] = ROW[column]; });
  });
  return out;
}

/**
 * One of some worlds under each policy, for its story; those without a quarantine come first, then by number.
 * For each policy: what the rules note, the course, and the use of force and the fall of Taiwan under other lucks.
 */
function watch({ beliefs, policies, worlds, nth, lucks, ...cell }) {
  const { force, falls, quarantine } = NUMBERS.story.columns;
  const setOne = (policy, world) => {
    setCell(cell, policy);
    setWorld(beliefs, world);
  };
  const quarantines = (world) => policies.filter((policy) => {
    setOne(policy, world);
    playWorld(world);
    return ROW[quarantine] === 1;
  }).length;
  const ordered = worlds.map((world) => [quarantines(world), world]).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const world = ordered[nth % ordered.length][1];
  const sides = policies.map((policy) => {
    setOne(policy, world);
    const others = Array.from({ length: lucks }, (_, i) => {
      playWorld(world, i + 2);
      return [ROW[force], ROW[falls]];
    });
    enterTrial(world, 1);
    COURSE.fill(NaN);
    NOTES = [];
    replay$play_watched(COURSE);
    const notes = NOTES;
    NOTES = null;
    return { notes, course: [...COURSE], others };
  });
  return { world, sides };
}

/** What Japan's government sees now, and what it would do by itself. */
function seen() {
  const { seen: places, cabinet } = NUMBERS.seat, found = {};
  for (const [name, [from, count]] of Object.entries(places)) found[name] = count === 1 ? STATE[from] : [...STATE.subarray(from, from + count)];
  found.hurts = episodes$hurts();
  found.backed = japan$goes_on(found.support, PARAMS[cabinet.elite_gap_points], PARAMS[cabinet.business_pressure_points] * found.hurts, PARAMS[cabinet.support_needed]);
  return found;
}

/**
 * One world under a policy of one's own, up to the end of some quarters, or of the trial if force is used before that.
 * What the rules noted, what Japan saw when each quarter began and ended, and the outcomes if the trial is over.
 */
function attend({ beliefs, policy, world, quarters, ...cell }) {
  const months = NUMBERS.months, views = [];
  setCell(cell, policy);
  setWorld(beliefs, world);
  enterTrial(world, 1);
  NOTES = [];
  const playTo = (month) => { while (STATE[NUMBERS.seat.seen.over[0]] === 0 && STATE[NUMBERS.seat.seen.time[0]] < month - 1e-6) month$play(); };
  month$begin();
  views.push(seen());
  for (let quarter = 1; quarter <= quarters && STATE[NUMBERS.seat.force] === 0; quarter++) {
    playTo(Math.min(3 * quarter, months));
    views.push(seen());
  }
  const isOver = STATE[NUMBERS.seat.force] === 1 || 3 * quarters >= months;
  if (isOver) {
    playTo(months);
    month$finish();
    outcomes$write(ROW);
  }
  const notes = NOTES;
  NOTES = null;
  return { notes, views, row: isOver ? [...ROW] : null };
}

if (typeof self !== "undefined" && typeof document === "undefined") {
  self.onmessage = ({ data }) => {
    if (data.numbers) return init(data.numbers);
    try {
      if (data.worlds) return self.postMessage({ id: data.id, out: watch(data) });
      if (data.quarters !== undefined) return self.postMessage({ id: data.id, out: attend(data) });
      const work = data.themes ? walk : answer;
      for (let again = 1; again < (data.slow || 1); again++) work(data); // a slower device, for tools/page_speed.py
      const out = work(data);
      self.postMessage({ id: data.id, out }, [out.buffer]);
    } catch (fault) {
      self.postMessage({ id: data.id, fault: String(fault.message || fault) });
    }
    return undefined;
  };
}
