// Charts as SVG: a few kinds, each drawn into its host and drawn again when the host changes its size.
// A chart says the same as text in its <title>; the table below the charts has every number.

const SVG = "http://www.w3.org/2000/svg";

function svg(tag, attributes, parent, text) {
  const node = document.createElementNS(SVG, tag);
  for (const name in attributes) node.setAttribute(name, attributes[name]);
  if (text !== undefined) node.textContent = text;
  parent?.append(node);
  return node;
}

const colour = (name) => `var(--${name})`;
/** Policies count from 0; the reader's own ones have −1, −2 and so on: all of one colour, and stars. */
const inkOf = (policy) => colour(policy < 0 ? "own" : `p${policy % 5}`);
const textOf = (policy) => colour(policy < 0 ? "own-text" : `p${policy % 5}-text`);
const rem = () => parseFloat(getComputedStyle(document.documentElement).fontSize);
const NARROW = 520; // pixels

const SHAPES = [
  (r) => ["circle", { r }],
  (r) => ["path", { d: `M0,${-1.25 * r}L${1.15 * r},${0.85 * r}H${-1.15 * r}Z` }],
  (r) => ["rect", { x: -0.9 * r, y: -0.9 * r, width: 1.8 * r, height: 1.8 * r }],
  (r) => ["path", { d: `M0,${-1.35 * r}L${1.35 * r},0L0,${1.35 * r}L${-1.35 * r},0Z` }],
  (r) => ["path", { d: `M0,${1.25 * r}L${1.15 * r},${-0.85 * r}H${-1.15 * r}Z` }],
];

const OWN_POINTS = [5, 4, 6, 3]; // of the stars of own policies

function starOf(points, r) {
  const corner = (i) => {
    const angle = Math.PI * i / points, far = (i % 2 ? 0.62 : 1.45) * r;
    return `${(far * Math.sin(angle)).toFixed(2)},${(-far * Math.cos(angle)).toFixed(2)}`;
  };
  return ["path", { d: `M${Array.from({ length: 2 * points }, (_, i) => corner(i)).join("L")}Z` }];
}

/** A policy's mark: shape and colour say the same, so that either is enough. */
function mark(policy, r, parent, attributes) {
  const [tag, shape] = policy < 0 ? starOf(OWN_POINTS[(-1 - policy) % 4], r) : SHAPES[(policy + Math.floor(policy / 5)) % 5](r);
  return svg(tag, { ...shape, fill: inkOf(policy), stroke: colour("card"), "stroke-width": 1.5, ...attributes }, parent);
}

/** A label in two lines of about the same length, at the end of a word, or null where it is one word. */
function inTwo(text) {
  const words = Intl.Segmenter ? [...new Intl.Segmenter(LANGUAGE, { granularity: "word" }).segment(text)].map(({ segment }) => segment) : text.split(/(?<= )/);
  const ends = words.map((_, i) => words.slice(0, i + 1).join("")).slice(0, -1).filter((start) => !/[\s\p{P}]/u.test(text[start.length]));
  if (!ends.length) return null;
  const cut = ends.reduce((best, end) => (Math.abs(end.length - text.length / 2) < Math.abs(best.length - text.length / 2) ? end : best));
  return [cut.trim(), text.slice(cut.length).trim()];
}

const isInside = (x, y, [x1, y1, x2, y2]) => x > x1 && x < x2 && y > y1 && y < y2;
const isOver = (a, b) => a[0] < b[2] && a[2] > b[0] && a[1] < b[3] && a[3] > b[1];

/** The first text that has room, else the last one smaller, else as much of it as has. */
function fitText(node, texts, room) {
  for (const text of texts) {
    node.textContent = text;
    if (node.getComputedTextLength() <= room) return;
  }
  node.style.fontSize = `${Math.max(0.85, room / node.getComputedTextLength() - 0.01) * parseFloat(getComputedStyle(node).fontSize)}px`;
  for (let text = texts.at(-1); text && node.getComputedTextLength() > room; node.textContent = `${text}…`) text = text.slice(0, -1);
}

/** The range of an axis: never shorter than `least`, and changed only when values leave it or fill less than a third. */
class Axis {
  constructor(least, floor, ticks) {
    Object.assign(this, { least, floor, count: ticks });
  }

  fit(low, high) {
    const fits = this.low !== undefined && low >= this.low && high <= this.high;
    if (fits && (this.high - this.low <= 1.01 * this.least || high - low > (this.high - this.low) / 3)) return;
    const room = Math.max(0.18 * (high - low), (this.least - (high - low)) / 2);
    let from = low - room, to = high + room;
    if (this.floor !== undefined && from < this.floor) {
      to = Math.max(to, this.floor + this.least);
      from = this.floor;
    }
    const rough = (to - from) / this.count, power = 10 ** Math.floor(Math.log10(rough));
    this.step = [1, 2, 2.5, 5, 10].find((each) => each * power >= rough) * power;
    this.low = Math.floor(from / this.step + 1e-9) * this.step;
    this.high = Math.ceil(to / this.step - 1e-9) * this.step;
  }

  ticks() {
    const found = [];
    for (let x = this.low; x <= this.high + 1e-9; x += this.step) found.push(Number(x.toFixed(6)) + 0);
    return found;
  }
}

/** A chart in a host; `paint(width, height)` draws it when it has a size. */
class Chart {
  constructor(host) {
    this.host = host;
    const id = `${host.id}-title`;
    this.root = svg("svg", { role: "img", "aria-labelledby": id });
    this.title = svg("title", { id }, this.root);
    host.replaceChildren(this.root);
    new ResizeObserver(() => this.redraw()).observe(host);
  }

  draw(...what) {
    this.what = what;
    this.redraw();
  }

  redraw() {
    const { width, height } = this.host.getBoundingClientRect();
    if (!this.what || !width) return; // hidden
    this.root.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.paint(width, height, ...this.what);
  }
}

/** Risk against cost: every policy with its intervals; where it was before in grey. */
class Picture extends Chart {
  constructor(host, policies) {
    super(host);
    this.x = new Axis(8, 0, 5);
    this.y = new Axis(1.6, 0, 4);
    this.show(policies);
  }

  /** Take policies {name, plain, index}; the index decides a policy's mark, or its place. */
  show(policies) {
    const key = JSON.stringify(policies.map(({ name, plain, index }) => [name, plain, index]));
    if (key === this.key) return;
    this.key = key;
    this.what = null;
    this.policies = policies;
    this.places = {};
    this.root.replaceChildren(this.title);
    [this.axes, this.ghosts, this.points, this.labels] = [0, 0, 0, 0].map(() => svg("g", {}, this.root));
    this.parts = policies.map(({ plain: name, index }, place) => {
      const i = index ?? place;
      const trail = svg("path", { class: "trail" }, this.ghosts);
      const ghost = mark(i, 5, svg("g", {}, this.ghosts), { fill: "none", stroke: colour("ghost"), "stroke-width": 1.8 });
      const point = svg("g", { class: "point" }, this.points);
      const bars = [0, 1].map(() => svg("line", { stroke: textOf(i), "stroke-width": 2, opacity: 0.75 }, point));
      mark(i, 7, point, i % 5 === 3 ? { stroke: textOf(i) } : {});
      const tag = svg("g", { class: "label" }, this.labels);
      const leader = svg("line", { stroke: colour("ghost") }, tag);
      const text = svg("text", { class: "halo name", fill: textOf(i) }, tag);
      return { trail, ghost: ghost.parentNode, point, bars, tag, leader, text, name: label(name) };
    });
    this.measured = 0;
  }

  /** How wide each label is, in one line and in two. */
  measure(size) {
    if (this.measured === size) return;
    this.measured = size;
    for (const part of this.parts) {
      const widthOf = (line) => {
        part.text.textContent = line;
        return part.text.getComputedTextLength();
      };
      part.forms = [[part.name], inTwo(part.name)].filter(Boolean).map((lines) => ({ lines, width: Math.max(...lines.map(widthOf)) }));
      part.text.replaceChildren();
    }
  }

  paint(width, height, levels, before) {
    const size = 0.82 * rem(), left = 3.1 * size, right = width - 12, bottom = height - 2.85 * size, top = 8;
    const spot = ({ risk, cost }) => ({ risk: risk.map((x) => x === null ? risk[0] * 100 : 100 * x), cost: cost.map((x) => x ?? cost[0]) });
    const now = this.policies.map(({ name }) => spot(levels[name]));
    const then = this.policies.map(({ name }) => before?.[name] && spot(before[name]));
    const all = [...now, ...then.filter(Boolean)];
    this.x.fit(Math.min(...all.map((p) => p.risk[1])), Math.max(...all.map((p) => p.risk[2])));
    this.y.fit(Math.min(...all.map((p) => p.cost[1])), Math.max(...all.map((p) => p.cost[2])));
    const atX = (risk) => left + (risk - this.x.low) / (this.x.high - this.x.low) * (right - left);
    const atY = (cost) => bottom - (cost - this.y.low) / (this.y.high - this.y.low) * (bottom - top);
    this.paintAxes(width, size, { left, right, top, bottom, atX, atY });
    this.measure(size);
    const taken = [[left, top, left + this.loss.getComputedTextLength() + 8, top + 1.4 * size, 12]];
    const placed = now.map(({ risk, cost }, i) => {
      const x = atX(risk[0]), y = atY(cost[0]);
      taken.push([x - 9, y - 9, x + 9, y + 9, 20], [atX(risk[1]), y - 3, atX(risk[2]), y + 3, 10], [x - 3, atY(cost[2]), x + 3, atY(cost[1]), 10]);
      const old = then[i] && { x: atX(then[i].risk[0]), y: atY(then[i].cost[0]) };
      const moved = old && Math.hypot(old.x - x, old.y - y) > 3;
      if (moved) {
        const along = (share) => [old.x + share * (x - old.x), old.y + share * (y - old.y)];
        for (let step = 0; step < 8; step++) { // the ghost and its trail
          const [[x1, y1], [x2, y2]] = [along(step / 8), along((step + 1) / 8)], reach = step ? 1 : 6;
          taken.push([Math.min(x1, x2) - reach, Math.min(y1, y2) - reach, Math.max(x1, x2) + reach, Math.max(y1, y2) + reach, step ? 2 : 8]);
        }
      }
      const { trail, ghost, point, bars } = this.parts[i];
      point.style.transform = `translate(${x}px,${y}px)`;
      [[atX(risk[1]) - x, atX(risk[2]) - x, 0, 0], [0, 0, atY(cost[1]) - y, atY(cost[2]) - y]].forEach((ends, bar) => {
        ["x1", "x2", "y1", "y2"].forEach((name, k) => bars[bar].setAttribute(name, ends[k]));
      });
      trail.style.display = ghost.style.display = moved ? "" : "none";
      if (moved) {
        ghost.setAttribute("transform", `translate(${old.x},${old.y})`);
        trail.setAttribute("d", `M${old.x},${old.y}L${x},${y}`);
      }
      return { i, x, y, toRight: Math.max(13, atX(risk[2]) - x + 7), toLeft: Math.max(13, x - atX(risk[1]) + 7) };
    });
    this.placeLabels(placed.sort((p, q) => q.y - p.y), size, taken, [left, top, right + 10, bottom]);
    this.title.textContent = `${say("beliefs.picture")}. ${this.policies.map(({ plain: name }, i) =>
      say("chart.picture", { policy: label(name), risk: decimals(now[i].risk[0], 1), cost: decimals(now[i].cost[0], 2) })).join(". ")}`;
  }

  paintAxes(width, size, { left, right, top, bottom, atX, atY }) {
    this.axes.replaceChildren();
    for (const x of this.x.ticks()) {
      svg("line", { x1: atX(x), x2: atX(x), y1: top, y2: bottom, class: "grid" }, this.axes);
      svg("text", { x: atX(x), y: bottom + 1.3 * size, "text-anchor": "middle", class: "tick" }, this.axes, decimals(x, Number.isInteger(this.x.step) ? 0 : 1));
    }
    for (const y of this.y.ticks()) {
      svg("line", { x1: left, x2: right, y1: atY(y), y2: atY(y), class: "grid" }, this.axes);
      svg("text", { x: left - 6, y: atY(y) + (y === this.y.low ? 0 : 0.35 * size), // the lowest keeps off the other axis
         "text-anchor": "end", class: "tick" }, this.axes, String(y));
    }
    const short = width < NARROW;
    svg("text", { x: right, y: bottom + 2.55 * size, "text-anchor": "end", class: "axis" }, this.axes,
      say(short ? "chart.force_short" : "chart.force"));
    this.loss = svg("text", { x: left + 5, y: top + 0.95 * size, class: "axis halo" }, this.axes,
      say(short ? "chart.loss_short" : "chart.loss"));
  }

  /** Where a label of a mark may stand, the nearest places first: {lines, box, price, isFar}. */
  spotsOf({ i, x, y, toRight, toLeft }, size) {
    const line = 1.15 * size, spots = [];
    for (const { lines, width } of this.parts[i].forms) {
      const height = lines.length * line, extra = lines.length > 1 ? 0.7 : 0;
      const add = (left, top, price, isFar = false) => spots.push({ lines, box: [left - 2, top, left + width + 2, top + height], price: price + extra, isFar });
      add(x + toRight, y - height / 2, 0);
      add(x - toLeft - width, y - height / 2, 0.1);
      for (const [k, top] of [y - 10 - height, y + 10].entries()) {
        for (const [j, left] of [x - width / 2, x - 6, x - width + 6].entries()) add(left, top, 0.2 + 0.1 * k + 0.1 * j);
      }
      for (let far = 1; far <= 5; far++) {
        for (const top of [y - 10 - height - 0.9 * far * line, y + 10 + 0.9 * far * line]) {
          for (const left of [x - width / 2, x + 16, x - width - 16]) add(left, top, 1.5 + 0.6 * far, true);
        }
      }
    }
    return spots;
  }

  /** Put all labels where they cover least. `taken` are boxes with how bad it is to cover them. */
  placeLabels(marks, size, taken, [left, top, right, bottom]) {
    const all = marks.map((place) => this.spotsOf(place, size)), old = marks.map(({ i }, k) => all[k][this.places[i]] ?? null);
    const priceOf = (spot, k, chosen) => {
      const { box } = spot, { x, y } = marks[k], others = chosen.filter((other, j) => other && j !== k);
      const isOut = box[0] < left || box[2] > right || box[1] < top || box[3] > bottom;
      const covers = taken.reduce((sum, each) => sum + (isOver(box, each) ? each[4] : 0), 0) + 30 * others.filter((other) => isOver(box, other.box)).length;
      const [toX, toY] = leaderEnd(spot, x, y), steps = spot.isFar ? [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1] : [];
      const crosses = (boxes) => steps.filter((step) => boxes.some((each) => isInside(x + step * (toX - x), y + step * (toY - y), each) && !isInside(x, y, each))).length;
      return spot.price + (isOut ? 60 : 0) + covers + crosses(taken) + 5 * crosses(others.map((other) => other.box));
    };
    const settleFrom = (begin) => {
      const chosen = [...begin];
      for (let round = 0, before = ""; round < 3 && before !== String(chosen.map((spot, k) => all[k].indexOf(spot))); round++) {
        before = String(chosen.map((spot, k) => all[k].indexOf(spot)));
        marks.forEach((_, k) => {
          const prices = all[k].map((spot) => priceOf(spot, k, chosen) - (spot === old[k] ? 0.5 : 0)); // it rather stays
          chosen[k] = all[k][prices.indexOf(Math.min(...prices))];
        });
      }
      return { chosen, price: chosen.reduce((sum, spot, k) => sum + priceOf(spot, k, chosen), 0) };
    };
    const kept = settleFrom(old), anew = kept.price > 2 * marks.length ? settleFrom(marks.map(() => null)) : kept; // only where labels are in each other's way
    const { chosen } = anew.price < kept.price - 2 ? anew : kept;
    marks.forEach(({ i, x, y }, k) => {
      this.places[i] = all[k].indexOf(chosen[k]);
      this.showLabel(this.parts[i], chosen[k], x, y, size);
    });
  }

  showLabel({ tag, text, leader }, spot, x, y, size) {
    const { lines, box, isFar } = spot;
    tag.style.transform = `translate(${x}px,${y}px)`;
    if ([...text.children].map((node) => node.textContent).join("\n") !== lines.join("\n")) text.replaceChildren(...lines.map((line) => svg("tspan", {}, null, line)));
    [...text.children].forEach((node, k) => {
      node.setAttribute("x", box[0] + 2 - x);
      node.setAttribute("y", box[1] - y + (1.15 * k + 0.87) * size);
    });
    leader.style.display = isFar ? "" : "none";
    if (!isFar) return;
    const [toX, toY] = leaderEnd(spot, x, y).map((value, k) => value - [x, y][k]), far = Math.hypot(toX, toY) || 1;
    for (const [name, value] of [["x1", 9 * toX / far], ["y1", 9 * toY / far], ["x2", toX], ["y2", toY]]) leader.setAttribute(name, value);
  }
}

/** Where the line from a mark to its label ends. */
const leaderEnd = ({ box: [x1, y1, x2, y2] }, x, y) => [Math.max(x1, Math.min(x, x2)), y < y1 ? y1 + 1 : y2 - 1];

/** The contrasts as differences, of risk and of cost, with the margin in grey. */
class Differences extends Chart {
  constructor(host, rows) {
    super(host);
    this.show(rows);
    this.axes = { risk: new Axis(5, undefined, 3), cost: new Axis(1, undefined, 3) };
    this.body = svg("g", {}, this.root);
  }

  /** Take rows {policy, a, b}; the host becomes as high as they need. */
  show(rows) {
    this.rows = rows;
    this.what = null;
    this.host.style.setProperty("--rows", rows.length);
  }

  paint(width, height, contrasts, before, margins) {
    const size = 0.8 * rem(), narrow = width < 460, body = svg("g", {}), said = [], names = [];
    const first = narrow ? 0 : Math.min(0.3 * width, 13 * size), part = (width - first) / (narrow ? 1 : 2), tall = narrow ? height / 2 : height;
    ["risk", "cost"].forEach((what, column) => {
      const left = first + (narrow ? 0 : column * part) + 10, right = left + part - (narrow ? 22 : 48);
      const top = narrow ? column * tall + 1.3 * size : 1.5 * size, bottom = (narrow ? (column + 1) * tall - 2.2 * size : tall - 1.3 * size), high = (bottom - top) / this.rows.length;
      const axis = this.axes[what], scale = what === "risk" ? 100 : 1;
      const all = [...contrasts, ...before.filter(Boolean)].map((each) => each[what].map((x) => scale * (x ?? each[what][0])));
      axis.fit(Math.min(0, ...all.map((x) => x[1])), Math.max(0, ...all.map((x) => x[2])));
      const at = (x) => left + (x - axis.low) / (axis.high - axis.low) * (right - left), margin = scale * margins[what];
      for (const [from, to] of narrow ? this.rows.map((_, i) => [top + (i + 1) * high - 1.3 * size, top + (i + 1) * high]) : [[top, bottom]]) { // beside names, not behind them
        svg("rect", { x: at(-margin), width: Math.max(1, at(margin) - at(-margin)), y: from, height: to - from, class: "margin" }, body);
        svg("line", { x1: at(0), x2: at(0), y1: from, y2: to, class: "zero" }, body);
      }
      svg("text", narrow ? { x: 0, y: top - 0.4 * size, class: "tick" } : { x: (left + right) / 2, y: top - 0.5 * size, "text-anchor": "middle", class: "tick" }, body,
        say(`chart.${what}`));
      for (const x of axis.ticks()) {
        svg("text", { x: at(x), y: bottom + 1.05 * size, "text-anchor": "middle", class: "tick" }, body, signed(x, Number.isInteger(x) ? 0 : 1));
      }
      this.rows.forEach((row, i) => {
        const y = narrow ? top + (i + 1) * high - 0.65 * size : top + high * (i + 0.5), [x, low, up] = all[i];
        const old = before[i] && scale * before[i][what][0];
        if (before[i] && Math.abs(at(old) - at(x)) > 3) {
          svg("line", { x1: at(old), x2: at(x), y1: y, y2: y, class: "trail" }, body);
          svg("circle", { cx: at(old), cy: y, r: 4.5, fill: colour("card"), stroke: colour("ghost"), "stroke-width": 1.6 }, body);
        }
        svg("line", { x1: at(low), x2: at(up), y1: y, y2: y, stroke: textOf(row.policy), "stroke-width": 3.5, "stroke-linecap": "round" }, body);
        mark(row.policy, 5.5, svg("g", { transform: `translate(${at(x)},${y})` }, body), { "stroke-width": 1 });
        if (narrow) names.push(svg("text", { x: 0, y: y - 0.9 * size, class: "axis" }, body, say("word.not", { a: label(row.a), b: row.b })));
        else if (column === 0) {
          names.push(svg("text", { x: 0, y: y - 0.1 * size, class: "name", fill: textOf(row.policy) }, body, label(row.a)));
          svg("text", { x: 0, y: y + size, class: "tick" }, body, say("chart.not", { b: row.b }));
        }
        const places = what === "risk" ? 1 : 2, [estimate] = contrasts[i][what];
        const limits = contrasts[i][what][1] === null ? say("word.few") : say("word.to", { low: signed(low, places), high: signed(up, places) });
        said.push(say(`chart.difference_${what}`, { pair: say("word.not", { a: label(row.a), b: row.b }), size: signed(scale * estimate, places), interval: limits }));
      });
    });
    this.body.replaceWith(body);
    this.body = body;
    for (const name of names) fitText(name, [name.textContent], (narrow ? width : first + 4));
    this.title.textContent = said.join(". ");
  }
}

/** Forces at work as arrows: what deters, what provokes, what is left. Old ones are grey and without their numbers. */
class Forces extends Chart {
  constructor(host, policy) {
    super(host);
    this.policy = policy;
    this.axis = new Axis(5, undefined, 4);
    this.body = svg("g", {}, this.root);
  }

  paint(width, height, why, isOld) {
    const size = 0.8 * rem(), body = svg("g", { opacity: isOld ? 0.4 : 1 });
    if (!why) {
      svg("text", { x: 0, y: height / 2, class: "tick" }, body, say("guess.counting"));
      this.title.textContent = say("guess.counting");
    } else {
      const { deters, provokes, all } = forcesIn(why), numbers = { deters, provokes, in_all: all };
      this.axis.fit(Math.min(deters, all, 0), Math.max(deters, all, 0));
      const left = 6.6 * size, right = width - 3.4 * size, row = (height - 4) / 3;
      const at = (x) => left + (x - this.axis.low) / (this.axis.high - this.axis.low) * (right - left);
      svg("line", { x1: at(0), x2: at(0), y1: 0, y2: height, class: "zero" }, body);
      [["deters", 0, deters], ["provokes", deters, all], ["in_all", 0, all]].forEach(([name, from, to], i) => {
        const y = row * (i + 0.5), way = to < from ? -1 : 1, long = Math.abs(at(to) - at(from)) > 9;
        svg("text", { x: 0, y: y + 0.35 * size, class: i === 2 ? "name" : "axis", fill: colour("ink") }, body, say(`chart.${name}`));
        svg("text", { x: width - 2, y: y + 0.35 * size, "text-anchor": "end", class: i === 2 ? "name" : "axis", fill: colour("ink") }, body, isOld ? "…" : signed(numbers[name], 1));
        if (i === 2) {
          mark(this.policy, 6, svg("g", { transform: `translate(${at(to)},${y})` }, body));
          return;
        }
        svg("line", { x1: at(from), x2: at(to) - (long ? 6 * way : 0), y1: y, y2: y, stroke: inkOf(this.policy), "stroke-width": 5 }, body);
        if (long) svg("path", { d: `M${at(to)},${y}l${-9 * way},-7v14Z`, fill: inkOf(this.policy) }, body);
        svg("line", { x1: at(to), x2: at(to), y1: y, y2: y + row, class: "trail" }, body);
      });
      this.title.textContent = isOld ? say("guess.counting") : say("chart.forces", { deters: signed(deters, 1), provokes: signed(provokes, 1), all: signed(all, 1) });
    }
    this.body.replaceWith(body);
    this.body = body;
  }
}

/** A hundred histories as dots, so many in a row; `kinds[i]` is both, first, second or none. */
function hundredDots(kinds, title, policy, base, columns = 10) {
  const root = svg("svg", { viewBox: `0 0 ${10 * columns} ${10 * Math.ceil(100 / columns)}`, role: "img" });
  svg("title", {}, root, title);
  kinds.forEach((kind, i) => {
    const place = { cx: 5 + i % columns * 10, cy: 5 + 10 * Math.floor(i / columns) };
    if (kind === "first") svg("circle", { ...place, r: 3, fill: "none", stroke: inkOf(policy), "stroke-width": 1.8 }, root);
    else svg("circle", { ...place, r: 3.6, fill: kind === "both" ? inkOf(base) : kind === "second" ? inkOf(policy) : colour("line") }, root);
  });
  return root;
}
