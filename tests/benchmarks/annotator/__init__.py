"""A simulated annotator: corrects the proposals of the running app as a person does, at a stated cost.

It sees what the page shows: the frames, the proposed tracks with their classes, the categories. What is right it knows
as a person does by looking; it accepts masks that are good enough and corrects the others. `plan` decides, `person`
sends the edits that the page would send, `costs` says how long each action takes. Nothing is random: a video with the
same proposals is corrected by the same edits.
"""
