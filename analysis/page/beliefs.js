// Sliders and dials. A slider counts from −1, as Self reads the claim, over 0, the evidence, to 1, as Newsham reads it.
// A claim's anchors, [position, dial, reading], say where its readings stand and what a file calls the same.
// The worker and the screens both use this.

/** The two anchors between which a position lies, and the share of the way from the first to the second. */
function between(anchors, position) {
  let at = 0;
  while (at < anchors.length - 2 && position > anchors[at + 1][0]) at++;
  const [low, high] = [anchors[at], anchors[at + 1]];
  const [from, to] = high[0] === 0 ? [high, low] : [low, high]; // from the evidence, as sim.scenario.distributions.Blend
  const dial = round6(from[1] + (to[1] - from[1]) * (position - from[0]) / (to[0] - from[0]));
  return { from: from[2], to: to[2], dial, share: (dial - from[1]) / (to[1] - from[1]) };
}

/** What a file calls a position: a word where a reading stands, else a number. */
function dialOf(anchors, position) {
  if (position === 0) return "evidence";
  const anchor = anchors.find((each) => each[0] === position);
  return anchor ? anchor[2] : between(anchors, position).dial;
}

/** Six decimals: as many as a link or a file carries. */
function round6(x) {
  return Math.round(x * 1e6) / 1e6;
}

/** Values between two readings, quantile by quantile, as sim.scenario.distributions.Blend has them. */
function blend(a, b, share) {
  if (share === 0) return a;
  if (share === 1) return b;
  const x = (1 - share) * a + share * b;
  return Math.min(Math.max(x, Math.min(a, b)), Math.max(a, b));
}

/** How far a slider goes to each side. */
function ends(anchors) {
  return [Math.min(0, anchors[0][0]), Math.max(0, anchors[anchors.length - 1][0])];
}
