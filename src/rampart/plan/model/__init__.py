"""The loops over the parts, and the objective passes."""
