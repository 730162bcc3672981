"""The worker of a page on which a network trains in front of the user."""
