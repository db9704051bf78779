"""TeViT: network, training, tracking and evaluation. Imports neither storage nor the application."""
