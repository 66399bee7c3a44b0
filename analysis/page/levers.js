// A policy of one's own as the setting that the rules read, number by number as sim/engine/setup.py writes it.
// `numbers.levers` has {names, slots, still}: where each part lies, and by start the setting that moves nothing.

const JAPAN_RESPONDS = ["japan_decides", "suspend", "quieten", "continue"], SHORTEST_RAMP = 1e-6, USUAL_RAMP = 12;

/**
 * The setting of a start under a policy {when_coerced, levers, orders}, as its file has them: `levers` by name
 * {depth, openness, from_month, ramp_months}, `orders` a list of {month, lever, depth, openness, ramp_months, when_coerced}.
 */
function settingOf({ names, slots, still }, start, policy) {
  const setting = Float64Array.from(still[start]), moved = new Set(), moves = {}, goals = {};
  const get = (part, row) => setting[slots[part] + row], put = (part, row, value) => { setting[slots[part] + row] = value; };
  put("when_coerced", 0, JAPAN_RESPONDS.indexOf(policy.when_coerced ?? "japan_decides"));
  names.forEach((name, row) => {
    const change = policy.levers?.[name] ?? {}, now = [get("start_depth", row), get("start_openness", row)];
    const goal = goals[name] = [change.depth ?? now[0], change.openness ?? now[1]];
    put("goal_depth", row, goal[0]);
    put("goal_openness", row, goal[1]);
    moves[name] = Number(goal[0] !== now[0] || goal[1] !== now[1]);
    if (!moves[name]) return;
    put("from_month", row, change.from_month ?? 0);
    put("ramp_months", row, Math.max(change.ramp_months ?? USUAL_RAMP, SHORTEST_RAMP));
    moved.add(row);
  });
  const orders = [...(policy.orders ?? [])].sort((a, b) => a.month - b.month);
  put("orders", 0, orders.length);
  orders.forEach((order, number) => {
    put("order_month", number, order.month);
    if (order.when_coerced !== undefined) put("order_response", number, JAPAN_RESPONDS.indexOf(order.when_coerced));
    if (order.lever === undefined) return;
    const name = order.lever, row = names.indexOf(name), goal = goals[name] = [order.depth ?? goals[name][0], order.openness ?? goals[name][1]];
    put("from_month", row, moved.has(row) ? Math.min(get("from_month", row), order.month) : order.month);
    moved.add(row);
    put("order_lever", number, row);
    put("order_depth", number, goal[0]);
    put("order_openness", number, goal[1]);
    put("order_ramp_months", number, Math.max(order.ramp_months ?? USUAL_RAMP, SHORTEST_RAMP));
    put("order_key", number, get("first_step_key", row) + moves[name]++);
  });
  put("moves", 0, moved.size);
  [...moved].sort((a, b) => a - b).forEach((row, number) => put("moved", number, row));
  return setting;
}
