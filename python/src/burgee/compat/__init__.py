"""Bridges for programs written for other feature flag libraries."""
