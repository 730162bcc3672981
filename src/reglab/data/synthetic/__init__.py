"""Draws synthetic images."""
