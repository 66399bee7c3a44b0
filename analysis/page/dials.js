// Sliders count as the dials of files do: from −1, as Self reads the claim, over 0, the evidence, to 1, as Newsham reads it.
// The worker and the screens both use this.

/** What a position lies at: the share of the way from the evidence to an author's reading. */
function lean(position) {
  return { reading: position > 0 ? "newsham" : "self", share: Math.abs(position) };
}

/** What a file calls a position: a word where a reading stands, else a number. */
function dialOf(position) {
  return { "-1": "self", 0: "evidence", 1: "newsham" }[position] ?? Math.round(position * 1e6) / 1e6;
}

/** Values between the evidence and a reading, quantile by quantile, as sim.scenario.distributions.Blend has them. */
function blend(evidence, reading, share) {
  if (share === 0) return evidence;
  if (share === 1) return reading;
  const x = (1 - share) * evidence + share * reading;
  return Math.min(Math.max(x, Math.min(evidence, reading)), Math.max(evidence, reading));
}
