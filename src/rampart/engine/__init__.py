"""Who does the work: this process, or a pool of processes. Nothing else knows about workers; and how results are set down."""

from rampart.engine.pool import Pool
from rampart.engine.shards import Shards
from rampart.engine.stopping import Stopping
from rampart.engine.whole_folder import require_place, whole_folder

__all__ = ["Pool", "Shards", "Stopping", "require_place", "whole_folder"]
