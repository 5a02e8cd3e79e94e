"""The footage's frame rate."""

FPS = 15
DT_S = 1 / FPS
"""Seconds from one frame to the next."""
