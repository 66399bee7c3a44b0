"""The numbers by which the rules know tracks, packages of levers, clocks and events."""

# tracks: target x domain
JAPAN_ECONOMIC, JAPAN_MILITARY, TAIWAN_ECONOMIC, TAIWAN_MILITARY = 0, 1, 2, 3
TRACKS = (("japan", "economic", 4), ("japan", "military", 7), ("taiwan", "economic", 4), ("taiwan", "military", 7))
FALLEN = 7  # slot of the monthly table for trials in which Taiwan has fallen before

# packages of levers
DIRECT_TIES, INTEROPERABILITY, STANDING, EXTRAS = 0, 1, 2, 3
PACKAGES = ("direct_ties", "interoperability", "standing", "extras")

# what a lever does beyond its package's military effect and signal: a share of each, 1 being all of that effect
EFFECTS = (
    "assurance", "coast_guard", "stocks", "resilience", "access", "warning", "evacuation", "tripwire",
)  # fmt: skip
ASSURANCE, COAST_GUARD, STOCKS, RESILIENCE, ACCESS, WARNING, EVACUATION, TRIPWIRE = range(8)

WHEN_COERCED = ("japan_decides", "suspend", "quieten", "continue")

# clocks: what arrives at a yearly rate
CLOCKS = (
    "taiwan trigger", "japan trigger", "ties step", "alliance step", "leak", "pressure on japan",
    "pressure on taiwan", "incident", "political crisis", "us signal", "reassessment", "drill regime", "force",
    "rupture with japan", "rupture with taiwan", "overstretch", "east china sea",
)  # fmt: skip
(TAIWAN_TRIGGER, JAPAN_TRIGGER, TIES_STEP, ALLIANCE_STEP, LEAK, PRESSURE_ON_JAPAN, PRESSURE_ON_TAIWAN, INCIDENT,
 POLITICAL_CRISIS, US_SIGNAL, REASSESSMENT, DRILL_REGIME, FORCE, RUPTURE_WITH_JAPAN,
 RUPTURE_WITH_TAIWAN, OVERSTRETCH, EAST_CHINA_SEA) = range(17)  # fmt: skip

# events that happen once and carry a compensator: the probability accumulated until they do
EVENTS = (
    "quarantine", "use_of_force", "blockade", "limited_strike", "invasion", "us_prc_war", "japan_in_combat",
    "japan_struck", "first_strike", "japan_supports", "japan_protects", "taiwan_falls", "taiwan_conquered",
    "coerced_settlement", "settlement_broken", "nuclear_use", "force_at_japan", "islet_seized", "deterrence_fails",
)  # fmt: skip
(QUARANTINE, USE_OF_FORCE, BLOCKADE, LIMITED_STRIKE, INVASION, US_PRC_WAR, JAPAN_IN_COMBAT, JAPAN_STRUCK,
 FIRST_STRIKE, JAPAN_SUPPORTS, JAPAN_PROTECTS, TAIWAN_FALLS, TAIWAN_CONQUERED, COERCED_SETTLEMENT, SETTLEMENT_BROKEN,
 NUCLEAR_USE, FORCE_AT_JAPAN, ISLET_SEIZED, DETERRENCE_FAILS) = range(19)  # fmt: skip

# results of the ten years after a fall
AFTERMATH = (
    "us_credibility_lost", "us_defends_japan", "partners_lost", "autonomy_lost", "demands_granted", "islands_seized",
    "ryukyus_seized", "prc_japan_clash", "japan_goes_nuclear", "sealane_cost_pct", "arming_cost_pct",
)  # fmt: skip

# what an experiment can write down beforehand, by month
SCRIPTED = (
    "taiwan_trigger", "japan_dispute", "us_arms_sale", "us_transit", "pressure_on_japan", "large_drill",
    "deadly_incident", "political_crisis", "drill_regime",
)  # fmt: skip
(SCRIPTED_OFFENCE, SCRIPTED_QUARREL, SCRIPTED_ARMS, SCRIPTED_TRANSIT, SCRIPTED_PRESSURE, SCRIPTED_DRILL,
 SCRIPTED_DEATHS, SCRIPTED_CRISIS, SCRIPTED_REGIME) = range(9)  # fmt: skip
MOST_SCRIPTED = 64

MOST_ORDERS = 128  # of a policy: what it changes after its first moves
NO_CHANGE = -1  # in an order: of a lever, or of the response to coercion

NEVER = 1e9  # a time, in months, that does not come

MONTHS_A_YEAR = 12
