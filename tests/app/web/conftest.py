"""What tests of the server share."""

import pytest
from fastapi.testclient import TestClient

from app.web.context import Context


@pytest.fixture
def app_context(client: TestClient) -> Context:
    """The parts of the server that the client talks to."""
    found: Context = client.app.state.context  # type: ignore[attr-defined]
    return found
