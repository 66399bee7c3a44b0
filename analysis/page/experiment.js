// The setting of the page as a file that `strait run` takes.

/** The text of an experiment; `source` is what source.py reads of the page's own. Its first policy is the `baseline`, by name. */
function experimentText({ name, source, worlds, view, start, dials, preset, events = [], own = {}, baseline, mark, address }) {
  const moved = Object.keys(dials).filter((claim) => dials[claim] !== (preset[claim] ?? 0));
  const claims = { ...source.claims, ...Object.fromEntries(moved.map((claim) => [claim, dialOf(dials[claim])])) };
  const all = [...Object.entries(source.policies), ...Object.keys(own).map((each) => [each, `./${each}.yaml`])];
  const policies = [...all.filter(([each]) => each === baseline), ...all.filter(([each]) => each !== baseline)];
  const lines = [
    `# Beliefs set on the page of Strait. To play them: strait run ${name}.yaml`,
    `# The page had the rules ${mark}. ${address}`,
    `experiment: ${name}`,
    `extends: ${JSON.stringify(source.extends)}`,
    ...(source.text ? [source.text.trimEnd()] : []),
    `policies: [${policies.map(([, file]) => JSON.stringify(file)).join(", ")}]`,
    `worldviews: [${JSON.stringify(source.worldviews[view])}]`,
    `starts: [${JSON.stringify(source.starts[start])}]`,
    `trials: ${worlds}`,
    "lucks: 1",
    ...(events.length ? ["events:", ...events.map(({ month, event }) => `  - {month: ${month}, event: ${event}}`)] : []),
    ...(Object.keys(claims).length ? ["claims:", ...Object.entries(claims).map(([claim, dial]) => `  ${claim}: ${dial}`)] : []),
  ];
  return `${lines.join("\n")}\n`;
}

/** The command that plays a saved policy in many histories beside a policy of the experiment's. */
function commandText({ source, policy, file, worlds, view, start, dials, preset }) {
  const moved = Object.keys(dials).filter((claim) => dials[claim] !== (preset[claim] ?? 0));
  return [`strait run ${source.name} --policy ${source.policies[policy]} --policy ${file} --worldview ${source.worldviews[view]} --start ${source.starts[start]}`,
    `--trials ${worlds} --lucks 1`, ...moved.map((claim) => `--set claim.${claim}=${dialOf(dials[claim])}`)].join(" ");
}

/** The text of a policy's own file; it lies beside the experiment's. */
function policyFileText(name, { title, when_coerced, levers }) {
  const change = (given) => Object.entries(given).map(([part, value]) => `${part}: ${value}`).join(", ");
  const lines = [
    "# A policy made on the page of Strait.",
    `policy: ${name}`,
    `title: ${JSON.stringify(title)}`,
    `when_coerced: ${when_coerced}`,
    ...(Object.keys(levers).length ? ["levers:", ...Object.entries(levers).map(([lever, given]) => `  ${lever}: {${change(given)}}`)] : []),
  ];
  return `${lines.join("\n")}\n`;
}
