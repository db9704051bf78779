"""Finding the tracks and frames of a video that a person should look at first."""
