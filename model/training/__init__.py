"""Trains the network: clips, targets, losses, schedule, and the trainer that makes the steps."""
