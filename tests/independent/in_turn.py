"""Passes in turn, plainly: every part held for itself, splits settled, shares fair to the end, every linear programme anew."""

from __future__ import annotations

import math
from collections.abc import Mapping

from independent.programme import Answer, Cap, Objective, Programme, Solution

Part = tuple[str, str]
GIVERS = ("need", "own_use")
LARGEST = "largest lack"
NOTHING = 1e-5  # units that rounding alone may let lack
LITTLE = 1e-6  # above an optimum, as a share of it


class InTurn:
    """One run over the objectives of a programme.

    held    caps of the parts of the passes done, by (pass, part)
    served  caps of what they lack in periods in which they are wholly served
    shared  what lacks of each share as another run has settled it; none: it is settled here
    parts   what each part of a pass held exactly came to as another run has settled it; none: it is settled here
    """

    def __init__(
        self, programme: Programme, shift: Mapping[str, float], rounding: float,
        shared: Mapping[str, float] | None = None, parts: Mapping[str, Mapping[str, float]] | None = None,
    ) -> None:  # fmt: skip
        self.p, self.shift, self.rounding, self.shared = programme, shift, rounding, shared
        self.parts = parts or {}
        self.result = Solution()
        self.largest = LARGEST if LARGEST in programme.columns else programme.column(LARGEST)
        self.near = 5 * rounding  # of shares that others were settled beside
        self.held: dict[Part, Cap] = {}
        self.served: dict[Part, Cap] = {}
        self.value: dict[Part, float] = {}

    def solve(self) -> Solution:
        """All passes."""
        objectives, result = self.p.objectives, self.result
        for place, objective in enumerate(objectives):
            if objective.how == "fair":
                self.fair(objective, [*self.held.values(), *self.served.values()], self.shared)
                continue
            if objective.how == "shared":
                self.worst_first(objective)
                continue
            if objective.takes:
                self.open(objectives[:place], objective.takes)
            answer = self.least(objective)
            result.passes[objective.name], result.duals[objective.name] = answer.value, answer.duals
            result.columns = answer.columns
            if objective.how != "told":
                self.hold(objective, answer, later=objectives[place + 1 :])
            if objective.takes:
                self.give_back(objectives[:place])
        return result

    def least(self, objective: Objective) -> Answer:
        """Optimum of a pass among what is held."""
        caps = [*self.held.values(), *self.served.values()]
        return self.p.minimise(objective.name, self.result.ceilings, self.shift, caps=caps)

    def room(self, value: float, share: float) -> float:
        """Most that a value may come to."""
        return value + max(share, self.rounding) * abs(value) + self.rounding

    def hold(self, objective: Objective, answer: Answer, *, later: list[Objective]) -> None:
        """Hold a pass: as a whole where it gives nothing, else part by part."""
        gives = of_need(objective.name) and any(o.takes for o in later)
        exactly = objective.how == "first" or not later or not (objective.tolerance > 0 or gives)
        if exactly:
            self.result.ceilings[objective.name] = self.room(answer.value, 0.0)
        if objective.how == "first" or (exactly and len(objective.by_part()) == 1):
            return
        known = self.parts.get(objective.name) if exactly else None
        found = self.split(objective, answer) if known is None else dict(known)
        self.result.parts[objective.name] = found
        if not exactly and not any(o.takes for o in later):
            self.keep_served(objective, answer)
        for part, terms in objective.by_part().items():
            self.value[objective.name, part] = found[part]
            near = self.near * self.whole(terms) if len(found) > 1 else 0.0
            self.held[objective.name, part] = terms, self.room(found[part], objective.tolerance) + near

    def keep_served(self, objective: Objective, answer: Answer) -> None:
        """What a part lacks in a period stays nothing where no optimum of the pass lets it lack anything there."""
        for part, terms in objective.by_part().items():
            periods: dict[str, list[str]] = {}
            for column, _ in terms:
                name = column.split("|")  # a need: holder, item, purpose, period, and its step where it has steps
                periods.setdefault(name[4] if name[0] == "unmet" else name[-1], []).append(column)
            for period, columns in periods.items():
                if (
                    sum(answer.columns[c] for c in columns) <= NOTHING
                    and self.may_lack(objective, answer, columns) <= NOTHING
                ):
                    self.served[objective.name, f"{part}|{period}"] = [(c, 1.0) for c in columns], self.rounding

    def may_lack(self, objective: Objective, answer: Answer, columns: list[str]) -> float:
        """Most that columns can come to among the optima of a pass: of plans within a little of it, less what that lets in."""
        most = []
        for little in (LITTLE, 2 * LITTLE):
            nearly: Cap = (objective.terms, answer.value + little * max(1.0, abs(answer.value)))
            caps = [*self.held.values(), *self.served.values(), nearly]
            most.append(-self._least([(c, -1.0) for c in columns], caps))
            if most[0] <= NOTHING:
                return 0.0
        return 2.0 * most[0] - most[1]

    def split(self, objective: Objective, answer: Answer) -> dict[str, float]:
        """What each part comes to when the optimum is split so that the largest share lacking is least, then the next."""
        parts = objective.by_part()
        if len(parts) == 1:
            return dict.fromkeys(parts, answer.value)
        whole = {part: self.whole(terms) for part, terms in parts.items()}
        exactly: Cap = (objective.terms, self.room(answer.value, 0.0))
        lacks = {part: [(c, v / whole[part]) for c, v in terms] for part, terms in parts.items()}
        lack = self.max_min(lacks, [*self.held.values(), *self.served.values(), exactly])
        return {part: lack[part] * whole[part] for part in parts}

    def whole(self, terms: list[tuple[str, float]]) -> float:
        """What a part comes to if nothing is had; one where that has no bound."""
        most = [v * self.p.upper[self.p.columns[c]] for c, v in terms]
        total = sum(most)
        return total if math.isfinite(total) and total > 0 else 1.0

    def max_min(self, lacks: dict[str, list[tuple[str, float]]], caps: list[Cap]) -> dict[str, float]:
        """Largest lack as small as can be, then the next: those that cannot lack less at a level are found one by one."""
        open_ones, settled, fixed = dict(lacks), {}, list(caps)
        largest, near = self.largest, self.near
        while open_ones:
            under = [([*terms, (largest, -1.0)], 0.0) for terms in open_ones.values()]
            level = self._least([(largest, 1.0)], [*fixed, *under])
            at_level = [(terms, level + near) for terms in open_ones.values()]
            gain = {part: level - self._least(terms, [*fixed, *at_level]) for part, terms in open_ones.items()}
            least = max(1e-7 * max(1.0, level), min(gain.values()))  # a gain by rounding alone is none
            stuck = [part for part, gained in gain.items() if gained <= least]
            for part in stuck:
                settled[part] = level
                fixed.append((open_ones.pop(part), level + near))
        return settled

    def _least(self, terms: list[tuple[str, float]], caps: list[Cap]) -> float:
        return self.p.least("in turn", terms, self.result.ceilings, self.shift, caps).value

    def worst_first(self, objective: Objective) -> None:
        """What the worst-off lack of each item and period, in all as little as can be; then as shares of each period."""
        months = objective.parts or {}
        caps = [*self.held.values(), *self.served.values()]
        lengths = {column.split("|")[-1]: float(length) for column, length in months.items()}
        lowest = [(c, lengths[c.split("|")[-1]]) for c in self.p.columns if c.startswith("lowest|")]
        answer = self.p.least(objective.name, lowest, self.result.ceilings, self.shift, caps)
        self.result.columns = answer.columns
        known = self.shared if answer.value > NOTHING else dict.fromkeys(months, 0.0)
        self.fair(objective, [*caps, (lowest, self.room(answer.value, 0.0))], known)
        if known is not None and not any(
            known.values()
        ):  # nothing lacked without a change: what lacks with it, and prices
            least = self.p.minimise(objective.name, self.result.ceilings, self.shift, caps=caps)
            self.result.passes[objective.name], self.result.duals[objective.name] = least.value, least.duals

    def fair(self, objective: Objective, caps: list[Cap], known: Mapping[str, float] | None) -> None:
        """Shares of each period in order, where they are not known; what lacks is then held column by column."""
        by_period: dict[int, dict[str, list[tuple[str, float]]]] = {}
        months = objective.parts or {}
        for column, value in objective.terms:
            period = int(column.split("|")[-1])
            by_period.setdefault(period, {})[column] = [(column, value / float(months[column]))]
        found = {column: amount for column, amount in (known or {}).items() if column in months}
        for period in sorted(by_period) if not found else ():
            lack = self.max_min(by_period[period], caps)
            for column, share in lack.items():
                found[column] = share / by_period[period][column][0][1]
                caps.append((by_period[period][column], share + self.near))
        self.result.shared |= found
        value = {column: value for column, value in objective.terms}
        self.result.passes[objective.name] = sum(value[column] * amount for column, amount in found.items())
        self.result.parts[objective.name] = {
            column: amount * value[column] / float(months[column]) for column, amount in found.items()
        }
        if objective.how == "fair" and objective.tolerance > 0:
            del self.result.ceilings["requirement_worst"]
        for column, amount in found.items():
            near = self.near / by_period[int(column.split("|")[-1])][column][0][1]
            self.held[objective.name, column] = [(column, 1.0)], self.room(amount, objective.tolerance) + near

    def even(self, name: str, together: Mapping[str, float]) -> dict[Part, float]:
        """Share that each part of a pass lacks of each period, by (part, period), as even as what all passes hold allows.

        together  units that all parts lack in each period
        """
        objective = next(o for o in self.p.objectives if o.name == name)
        lacks: dict[str, list[tuple[str, float]]] = {}
        periods: dict[str, list[tuple[str, float]]] = {}
        caps: list[Cap] = [*self.held.values(), *self.served.values()]
        for part, terms in objective.by_part().items():
            own: dict[str, list[tuple[str, float]]] = {}
            for column, value in terms:
                own.setdefault(column.split("|")[4], []).append((column, value))
            for period, of in own.items():
                whole = self.whole(of)
                lacks[f"{part}#{period}"] = [(column, value / whole) for column, value in of]
                periods.setdefault(period, []).extend((column, 1.0) for column, _ in of)
        caps += [(of, together[period] + 1e-7) for period, of in periods.items()]
        found = self.max_min(lacks, caps)
        return {(key.split("#")[0], key.split("#")[1]): share for key, share in found.items()}

    def open(self, earlier: list[Objective], takes: float) -> None:
        """Needs give what steadiness may take of them."""
        for (name, part), (terms, most) in self.held.items():
            if of_need(name) and any(o.name == name for o in earlier):
                self.held[name, part] = terms, max(most, self.room(self.value[name, part], takes))

    def give_back(self, earlier: list[Objective]) -> None:
        """What steadiness does not need goes back."""
        for objective in (o for o in earlier if of_need(o.name)):
            answer = self.least(objective)
            found = self.split(objective, answer)
            self.keep_served(objective, answer)
            for part, now in found.items():
                terms, _ = self.held[objective.name, part]
                own = self.room(self.value[objective.name, part], objective.tolerance)
                self.held[objective.name, part] = terms, max(own, self.room(now, 0.0))


def of_need(name: str) -> bool:
    """Whether a pass is of need or own use, of whatever rank."""
    return name.rstrip("0123456789").rstrip("_") in GIVERS
