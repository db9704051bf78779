"""Prompts: from a picture and what a person pointed at to a mask. Each way of doing it is an adapter, `Prompter`."""

from model.prompts.prompt import Prompt, PromptedMask, Prompter, PromptError, PromptPoint

__all__ = ["Prompt", "PromptError", "PromptPoint", "PromptedMask", "Prompter"]
