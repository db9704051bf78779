"""Prompts: from a picture and what a person pointed at to a mask. Each way of doing it is an adapter, `Prompter`."""

from model.prompts.prompt import SURE, Prompt, PromptedMask, Prompter, PromptError, PromptPoint

__all__ = ["SURE", "Prompt", "PromptError", "PromptPoint", "PromptedMask", "Prompter"]
