"""The application: the only folder that joins the model and the store."""
