"""Who does the work: this process, or a pool of processes. Nothing else knows about workers."""

from rampart.engine.pool import Pool
from rampart.engine.shards import Shards
from rampart.engine.stopping import Stopping

__all__ = ["Pool", "Shards", "Stopping"]
