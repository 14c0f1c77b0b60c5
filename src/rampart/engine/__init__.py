"""Who does the work: this process, or a pool of processes. Nothing else knows about workers."""

from rampart.engine.shards import Shards

__all__ = ["Shards"]
