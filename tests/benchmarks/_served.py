"""A server over a scratch data folder, for benchmarks that go through the network, and the requests they make."""

import http.client
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.serving import RunningServer, running_server


@dataclass(frozen=True)
class Served:
    """A running server with a project of its own."""

    server: RunningServer
    project: str

    def call(self, method: str, path: str, body: object = None) -> Any:
        """The JSON that the server answers; raises AssertionError when it refuses."""
        connection = http.client.HTTPConnection(self.host, timeout=600)
        text = None if body is None else json.dumps(body)
        connection.request(method, path, text, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        assert answer.status == 200, content.decode(errors="replace")
        return json.loads(content)

    @property
    def host(self) -> str:
        """Name and port of the server."""
        return urlsplit(self.server.address).netloc

    def add(self, path: Path) -> str:
        """Adds a video by its path; returns its id."""
        return str(self.call("POST", f"/data/projects/{self.project}/videos", {"path": str(path)})["video"]["id"])

    def use(self, name: str) -> None:
        """Puts the checkpoint of this name in use in the project."""
        place = f"/data/projects/{self.project}/checkpoints"
        [found] = [one["id"] for one in self.call("GET", place)["checkpoints"] if one["name"] == name]
        self.call("POST", f"{place}/{found}/activate", {})

    def wait_until_counted(self, video: str) -> None:
        """Waits until every frame of a video has been counted."""
        while True:
            now = self.call("GET", f"/data/videos/{video}/counted")
            if now["confirmed"] >= now["count"] and not now["partial"]:
                return
            time.sleep(0.5)

    def end_jobs(self) -> None:
        """Cancels the project's jobs and waits until none is left."""
        while jobs := self.call("GET", f"/data/jobs?project={self.project}&active=1")["jobs"]:
            for job in jobs:
                if job["status"] in {"queued", "running"}:
                    self.call("POST", f"/data/jobs/{job['id']}/cancel", {})
            time.sleep(0.3)


@contextmanager
def served(data: Path) -> Iterator[Served]:
    """A server over ``data`` with an empty project in it, until the block ends."""
    with running_server(data, "--device", "cpu") as server:
        whole = Served(server, "")
        made = whole.call("POST", "/data/projects", {"name": f"benchmark {time.time()}", "categories": ["disc"]})
        project = Served(server, str(made["id"]))
        project.use("demo")
        yield project
