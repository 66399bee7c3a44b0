// Estimates with their intervals, number by number as sim/statistics/intervals.py and sim/results/tables.py have them.
// An interval is [estimate, low, high]; low and high are null where too little is known. tests/page holds them equal.

const BLOCKS = 1000, MIN_WORLDS = 30, FEW_EVENTS = 10, ROUNDING = 1e-12, Z95 = 1.959963984540054;

/** The logarithm of the gamma function, by Lanczos' series with 15 terms (Godfrey). */
function logGamma(x) {
  const terms = [0.99999999999999709182, 57.156235665862923517, -59.597960355475491248, 14.136097974741747174,
    -0.49191381609762019978, 0.33994649984811888699e-4, 0.46523628927048575665e-4, -0.98374475304879564677e-4,
    0.15808870322491248884e-3, -0.21026444172410488319e-3, 0.21743961811521264320e-3, -0.16431810653676389022e-3,
    0.84418223983852743293e-4, -0.26190838401581408670e-4, 0.36899182659531622704e-5];
  const base = x + 5.2421875;
  let sum = terms[0];
  for (let i = 1; i < terms.length; i++) sum += terms[i] / (x + i);
  return (x + 0.5) * Math.log(base) - base + Math.log(2.5066282746310005 * sum / x);
}

/** The regularised incomplete beta function, by its continued fraction (Lentz). */
function incompleteBeta(x, a, b) {
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x)) / a;
  const tiny = 1e-300;
  let c = 1, d = 1 / (1 - (a + b) * x / (a + 1) || tiny), h = d;
  for (let m = 1; m < 500; m++) {
    const even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / (1 + even * d || tiny); c = 1 + even / c || tiny; h *= d * c;
    const odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / (1 + odd * d || tiny); c = 1 + odd / c || tiny;
    const step = d * c;
    h *= step;
    if (Math.abs(step - 1) < 1e-16) break;
  }
  return front * h;
}

/** Student's t with 97.5 per cent below it, by Newton's method on the upper tail. */
function student(freedom) {
  const tail = (t) => incompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5) / 2;
  const scale = Math.exp(logGamma((freedom + 1) / 2) - logGamma(freedom / 2)) / Math.sqrt(freedom * Math.PI);
  const density = (t) => scale * Math.pow(1 + t * t / freedom, -(freedom + 1) / 2);
  let t = Z95;
  for (let i = 0; i < 100; i++) {
    const step = (tail(t) - 0.025) / density(t);
    t += step; // the tail falls and is convex beyond 0, so the steps from the left never jump over the root
    if (Math.abs(step) < 1e-15 * t) break;
  }
  return t;
}

const mean = (values) => values.reduce((sum, x) => sum + x, 0) / values.length;

/** Sums over at most BLOCKS blocks of neighbouring worlds. */
function sumBlocks(values) {
  const blocks = Math.min(BLOCKS, values.length), sums = new Float64Array(blocks);
  for (let block = 0; block < blocks; block++) {
    const end = Math.floor((block + 1) * values.length / blocks);
    for (let i = Math.floor(block * values.length / blocks); i < end; i++) sums[block] += values[i];
  }
  return sums;
}

/** The inverse of Hall's cubic. */
function withoutSkew(quantile, skew) {
  if (Math.abs(skew) < 1e-6) return quantile;
  return 3 / skew * (Math.cbrt(1 + skew * (quantile - skew / 6)) - 1);
}

/** Mean of independent values, with the mean of Student's and Hall's limits. */
function intervalOfMean(values) {
  const centre = mean(values), distances = sumBlocks(values.map((x) => x - centre)), n = distances.length;
  if (n === 1) return [centre, null, null];
  const variance = mean(distances.map((x) => x * x));
  if (variance === 0) return [centre, centre, centre];
  const kurtosis = mean(distances.map((x) => x ** 2 * x ** 2)) / variance ** 2;
  const t = student(kurtosis > 1 ? Math.min(2 * n / (kurtosis - 1), n - 1) : n - 1);
  const skew = mean(distances.map((x) => x * x * x)) / variance ** 1.5 / Math.sqrt(n);
  const below = (t + withoutSkew(t, skew)) / 2, above = (t - withoutSkew(-t, skew)) / 2;
  const error = Math.sqrt(variance / (n - 1)) * n / values.length;
  return [centre, centre - below * error, centre + above * error];
}

/** Worlds whose value is not the usual one, the median of the first 999. */
function countEvents(values) {
  const first = values.slice(0, 999).sort(), usual = first[first.length >> 1];
  return values.reduce((count, x) => count + (x !== usual), 0);
}

function intervalOverWorlds(values) {
  const interval = intervalOfMean(values);
  return values.length < MIN_WORLDS || countEvents(values) < FEW_EVENTS ? [interval[0], null, null] : interval;
}

/** An outcome of one policy, within its limits. */
function level(values, [least, most]) {
  const [estimate, low, high] = intervalOverWorlds(values);
  return low === null ? [estimate, null, null] : [estimate, Math.max(low, least), most === null ? high : Math.min(high, most)];
}

/** a minus b in the same worlds. Where they differ in few worlds, a difference that must be below the margin has limits. */
function difference(a, b, margin) {
  const values = a.map((x, i) => (Math.abs(x - b[i]) <= ROUNDING ? 0 : x - b[i]));
  const interval = intervalOverWorlds(values);
  if (interval[1] !== null) return interval;
  const either = a.map((x, i) => Math.max(Math.abs(x), Math.abs(b[i])));
  if (either.reduce((count, x) => count + (x !== 0), 0) < FEW_EVENTS) return interval;
  const largest = largestMean(values, either);
  return largest <= margin ? [interval[0], -largest, largest] : interval;
}

/** What a mean difference cannot exceed: the largest share of worlds that may differ times the largest value. */
function largestMean(values, either) {
  const n = values.length, differing = values.reduce((count, x) => count + (x !== 0), 0);
  return either.reduce((most, x) => Math.max(most, x), 0) * wilsonHigh(differing, n);
}

/** The upper limit of Wilson's interval. */
function wilsonHigh(successes, n) {
  const failures = n - successes, z = Z95;
  return 1 - (2 * failures + z * z - z * Math.sqrt(z * z + 4 * failures * (1 - failures / n))) / (2 * (n + z * z));
}

/**
 * Carry the last answer: its estimate plus the paired change since then. Both have limits of their own, which are
 * combined limit by limit (Zou and Donner 2008). `plain` stays where it is narrower or nothing can be carried.
 */
function carry(plain, before, change) {
  if (before[1] === null || change[1] === null) return plain;
  const estimate = before[0] + change[0];
  const low = estimate - Math.hypot(before[0] - before[1], change[0] - change[1]);
  const high = estimate + Math.hypot(before[2] - before[0], change[2] - change[0]);
  return plain[1] !== null && plain[2] - plain[1] <= high - low ? plain : [estimate, low, high];
}

/** The paired change of a quantity between two settings of the beliefs; few worlds that change bound it. */
function pairedChange(now, then) {
  const values = now.map((x, i) => (Math.abs(x - then[i]) <= ROUNDING ? 0 : x - then[i]));
  const interval = intervalOverWorlds(values);
  if (interval[1] !== null) return interval;
  const either = now.map((x, i) => Math.max(Math.abs(x), Math.abs(then[i])));
  const largest = largestMean(values, either);
  return [interval[0], interval[0] - largest, interval[0] + largest];
}
