"""The web application: pages with their JSON twins, people and roles, audit, plans in the background."""
