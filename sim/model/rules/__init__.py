"""What each actor perceives, wants, decides and learns: one file per actor. Together they are the argument.

A rule is one sentence of what the actor does, *Because* of what, and on which *Source*. It takes numbers and gives one
number or one of the actor's options; it reads no record and draws no luck. `sim.model.month` and `sim.model.effects`
say in which order the rules are applied and what follows.

Some rules only compare a probability with luck (`us.intervenes`, `taiwan.submits`). There the choice is really chance
to anyone outside the government that makes it, and the argument is about the probability. They are rules all the same,
so that an agent of the Mesa model can decide for itself.
"""
