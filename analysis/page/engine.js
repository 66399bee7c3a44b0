// The engine: a pool of workers, and one run at a time that grows from the first worlds to all of them.

const CHUNK = 125, RECORDED = 4, FIRST = 500, REFINE_AFTER = 260;

/** Workers that each keep the draws of their own worlds: a chunk always goes to the same one. */
class Pool {
  constructor(source, numbers, size, slow, onFault) {
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    this.slow = slow;
    this.onFault = onFault;
    this.waiting = new Map();
    this.sent = 0;
    this.workers = Array.from({ length: size }, () => {
      const worker = { thread: new Worker(url), todo: [], later: [], busy: false };
      worker.thread.onmessage = ({ data }) => this.receive(worker, data);
      worker.thread.onerror = (event) => onFault(event.message);
      worker.thread.postMessage({ numbers });
      return worker;
    });
  }

  /** Ask for worlds; `then` gets the numbers of worker.js. What is no longer wanted is dropped; what `isLater` gives way. */
  ask(request, isWanted, then, isLater = false) {
    const worker = this.workers[Math.floor(request.first / CHUNK) % this.workers.length];
    worker[isLater ? "later" : "todo"].push({ request, isWanted, then });
    this.send(worker);
  }

  send(worker) {
    while (!worker.busy && worker.todo.length + worker.later.length) {
      const job = (worker.todo.length ? worker.todo : worker.later).shift();
      if (!job.isWanted()) continue;
      worker.busy = true;
      this.waiting.set(++this.sent, job);
      worker.thread.postMessage({ ...job.request, id: this.sent, slow: this.slow });
    }
  }

  receive(worker, { id, out, fault }) {
    const job = this.waiting.get(id);
    this.waiting.delete(id);
    worker.busy = false;
    if (fault) this.onFault(fault);
    else if (job.isWanted()) job.then(out);
    this.send(worker);
  }
}

/** All that has been played at one setting: values by policy and world. */
class Run {
  constructor(setting, policies, worlds) {
    this.policies = policies; // their names
    const columns = () => Object.fromEntries(policies.map((name) => [name, new Float64Array(worlds)]));
    this.setting = setting;
    this.risk = columns();
    this.cost = columns();
    this.hit = columns(); // whether force was used, 0 or 1
    this.effort = columns(); // lever-years carried out
    this.done = [];
    this.n = 0; // worlds from the first on without a gap
    this.without = []; // chunks of the main contrast with a part of the model switched off
    this.why = null; // the forces at work, once they are known
    this.explained = 0; // from so many worlds
  }

  take(first, count, policies, out) {
    policies.forEach((name, policy) => {
      for (let i = 0; i < count; i++) {
        const from = RECORDED * (policy * count + i);
        this.risk[name][first + i] = out[from];
        this.cost[name][first + i] = out[from + 1];
        this.hit[name][first + i] = out[from + 2];
        this.effort[name][first + i] = out[from + 3];
      }
    });
    this.done[first / CHUNK] = true;
    while (this.done[this.n / CHUNK]) this.n += CHUNK;
  }
}

/**
 * Estimates of a run over its first n worlds: levels by policy, differences by contrast, each {risk, cost}; a level has `effort` too.
 * With a `base`, an earlier run and its estimates, the last answer is carried until all worlds are played.
 */
function estimates(run, words, base, worlds) {
  const n = run.n, carried = base && n < worlds && base.run.n >= n ? base : null, found = { n, levels: {} };
  const cut = (values) => values.subarray(0, n), copied = (name) => run.setting.copies?.[name] ?? name;
  for (const name of run.policies) {
    found.levels[name] = copied(name) === name ? {} : found.levels[copied(name)];
    if (copied(name) !== name) continue;
    found.levels[name].effort = level(cut(run.effort[name]), words.limits.effort);
    for (const what of ["risk", "cost"]) {
      const now = cut(run[what][name]), plain = level(now, words.limits[what]);
      found.levels[name][what] = !carried?.run[what][name] ? plain
        : clamp(carry(plain, carried.at.levels[name][what], pairedChange(now, cut(carried.run[what][name]))), words.limits[what]);
    }
  }
  const compare = ([a, b], before) => Object.fromEntries(["risk", "cost"].map((what) => {
    if (copied(a) === copied(b)) return [what, [0, 0, 0]]; // one policy: known, not estimated
    const plain = difference(cut(run[what][a]), cut(run[what][b]), words.margins[what]);
    const paired = (of) => cut(of[what][a]).map((x, i) => x - of[what][b][i]);
    return [what, before ? carry(plain, before[what], pairedChange(paired(run), paired(carried.run))) : plain];
  }));
  found.contrasts = words.contrasts.map((pair, i) => compare(pair, carried?.at.contrasts[i]));
  found.pairs = {}; // of the reader's comparison, by "first|second"
  for (const pair of run.setting.pairs ?? []) found.pairs[pair.join("|")] = compare(pair, carried?.at.pairs[pair.join("|")]);
  found.why = run.why;
  found.forces = run.forces;
  return found;
}

function clamp([estimate, low, high], [least, most]) {
  if (low === null) return [estimate, low, high];
  const within = (x) => Math.max(most === null ? x : Math.min(x, most), least);
  return [within(estimate), within(low), within(high)];
}

/** What deters (the contrast without provocation) and what provokes (the rest), paired in each world; `played` names the policies of `sums`. */
function forcesAtWork(run, [a, b], sums, played) {
  const [p, q] = [a, b].map((name) => played.indexOf(name) * CHUNK);
  const deters = new Float64Array(sums.length * CHUNK), provokes = new Float64Array(sums.length * CHUNK);
  for (const { first, out } of sums) {
    for (let i = 0; i < CHUNK; i++) {
      const world = first + i, without = out[RECORDED * (p + i)] - out[RECORDED * (q + i)];
      deters[world] = without;
      provokes[world] = run.risk[a][world] - run.risk[b][world] - without;
    }
  }
  return { deters: intervalOverWorlds(deters), provokes: intervalOverWorlds(provokes) };
}

/** Plays settings: a new one drops what is left of the last. `onAnswer(run, estimates, worlds)` draws each answer. */
class Engine {
  constructor(pool, words, worlds, onAnswer) {
    Object.assign(this, { pool, words, worlds, onAnswer, run: null, base: null, at: null, held: false, timer: 0 });
  }

  /**
   * Play a setting {beliefs, start, scripted, own, copies, pairs}: beside the experiment's policies the reader's `own` ones
   * by name, which of them are copies of which policy, and pairs of policies to compare. `isNewChange` makes the present answer the one that is carried.
   */
  begin(setting, isNewChange) {
    const comparable = this.run && this.run.setting.start === setting.start;
    if (!comparable) this.base = null;
    else if (isNewChange && this.at && this.run.n >= FIRST) this.base = { run: this.run, at: this.at };
    this.run = new Run(setting, [...this.words.policies.map(({ name }) => name), ...Object.keys(setting.own ?? {})], this.worlds);
    this.at = null;
    this.refined = false;
    for (const worker of this.pool.workers) worker.todo.length = 0;
    this.play(0, FIRST);
    this.rest();
  }

  /** Refine after a rest, never while a slider is held. */
  rest() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.refine(), REFINE_AFTER);
  }

  hold(held) {
    this.held = held;
    if (!held && this.run && !this.refined) this.rest();
  }

  refine() {
    if (this.held || this.refined) return;
    this.refined = true;
    this.play(FIRST, this.worlds);
    this.playWithout("provocation", 0, this.worlds);
  }

  play(from, to) {
    const run = this.run;
    for (let first = from; first < to; first += CHUNK) {
      const { beliefs, start, scripted, own } = run.setting, policies = run.policies.map((name) => own?.[name] ?? name);
      const request = { beliefs, start, scripted, policies, first, count: CHUNK };
      this.pool.ask(request, () => run === this.run, (out) => {
        const before = run.n;
        run.take(first, CHUNK, run.policies, out);
        const steps = this.base ? [CHUNK, FIRST, 1000, 2000, this.worlds] : [FIRST, 1000, 2000, this.worlds];
        if (steps.some((step) => before < step && run.n >= step)) this.answer(run);
        this.explain(run);
      });
    }
  }

  /** The pairs of which the forces at work are shown: the main contrast, and those that the reader compares. */
  explained(run) {
    return [this.words.contrasts[0], ...(run.setting.pairs ?? [])];
  }

  /** Play what is compared with a part of the model switched off: what is left is the other force at work. */
  playWithout(off, from, to) {
    if (!this.words[off]) return;
    const run = this.run, names = [...new Set(this.explained(run).flat())], policies = names.map((name) => run.setting.own?.[name] ?? name);
    for (let first = from; first < to; first += CHUNK) {
      const request = { ...run.setting, policies, first, count: CHUNK, off };
      this.pool.ask(request, () => run === this.run, (out) => {
        run.without.push({ first, out });
        this.explain(run);
      });
    }
  }

  /** Estimate the forces at work once all worlds are played both ways: earlier they would not add up to the verdict. */
  explain(run) {
    if (run !== this.run) return; // what drew the answer began another
    if (run.explained === this.worlds || run.without.length * CHUNK < this.worlds || run.n < this.worlds) return;
    run.explained = this.worlds;
    const pairs = this.explained(run), played = [...new Set(pairs.flat())];
    run.forces = Object.fromEntries(pairs.map((pair) => [pair.join("|"), forcesAtWork(run, pair, run.without, played)]));
    run.why = run.forces[pairs[0].join("|")];
    this.answer(run);
  }

  answer(run) {
    this.at = estimates(run, this.words, this.base, this.worlds);
    this.onAnswer(run, this.at);
  }
}
