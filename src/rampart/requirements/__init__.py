"""How much must be held: layers by holder and item under a posture, in units and in days of supply."""

from rampart.requirements.layers import Requirements, requirements

__all__ = ["Requirements", "requirements"]
