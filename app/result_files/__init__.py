"""Results of any model as proposals: files of tracks with scores, and masks frame by frame, into a project's videos."""
