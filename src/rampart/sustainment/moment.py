"""Everything at one instant of a course."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from rampart.sustainment.echelon_network import Floats
from rampart.sustainment.shop_line import Line


@dataclass
class Moment:
    """Everything at one instant: (F,) by fleet, (S, P) by site and part.

    felt    variance of what is away as it is felt: that of closed fleets
    known   what the variance of a pipeline lacks of its mean because some of its units were counted at the start
    """

    time: float
    held: Floats
    away: Floats
    up: Floats
    in_repair: Floats
    pile: Floats
    lines: list[Line]
    mending: Floats
    own_mean: Floats = field(default_factory=lambda: np.zeros(0))
    own_variance: Floats = field(default_factory=lambda: np.zeros(0))
    mean: Floats = field(default_factory=lambda: np.zeros(0))
    variance: Floats = field(default_factory=lambda: np.zeros(0))
    ebo: Floats = field(default_factory=lambda: np.zeros(0))
    vbo: Floats = field(default_factory=lambda: np.zeros(0))
    at_least: Floats = field(default_factory=lambda: np.zeros(0))
    felt: Floats = field(default_factory=lambda: np.zeros(0))
    down: Floats = field(default_factory=lambda: np.zeros(0))
    moved: Floats = field(default_factory=lambda: np.zeros(0))
    ending: Floats = field(default_factory=lambda: np.zeros(0))
    rising: Floats = field(default_factory=lambda: np.zeros(0))
    serviced: Floats = field(default_factory=lambda: np.zeros(0))
    known: Floats | None = None
    drawn: Floats | None = None
    work: Floats = field(default_factory=lambda: np.zeros(0))
    beyond: Floats = field(default_factory=lambda: np.zeros(0))

    @property
    def by_site(self) -> Floats:
        """Backorders (S,) of all parts of a site."""
        return np.asarray(self.ebo.sum(axis=1))
