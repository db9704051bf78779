"""Joined modules: what they export, in which order they run, what is refused, and where their errors are shown."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from app.settings import ASSETS
from app.web.assets.joining import CannotJoin, imported, join, roots, source_map
from tests.javascript.node import node

OURS = {path.relative_to(ASSETS).as_posix(): path.read_text() for path in ASSETS.rglob("*.js")}
SMALL = {
    "pages/main.js": """import { double as twice, LIST } from "../kit/numbers.js";
import * as words from "./words.js";
import {
  Name,
} from "../kit/name.js";

export const four = twice(2);
export function place() {
  return new URL("./work.js", import.meta.url).href;
}
export async function both() {
  return `${words.hello(new Name("you"))} ${four}`;
}
LIST.push("main");
export class Main {}
""",
    "pages/words.js": """import { LIST } from "../kit/numbers.js";
LIST.push("words");
/** @typedef {import("../kit/name.js").Name} Name */
export const hello = (name) => `hello ${name.text}`;
export {};
""",
    "kit/numbers.js": """export const LIST = ["numbers"];
export const double = (x) => 2 * x;
""",
    "kit/name.js": """import { LIST } from "./numbers.js";
LIST.push("name");
export class Name {
  constructor(text) {
    this.text = text;
    if (!text) throw new Error("a name needs a text");
  }
}
""",
}
SHOW = """
const { LIST } = await import(process.argv[2]);
const main = await import(process.argv[1]);
console.log(JSON.stringify({
  names: Object.keys(main), four: main.four, both: await main.both(), place: main.place(), list: main.LIST ?? LIST,
}));
"""


def run(program: str, *arguments: object, flags: tuple[str, ...] = ()) -> str:
    command = [node(), *flags, "--input-type=module", "-e", program, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def written(folder: Path, texts: Mapping[str, str]) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "package.json").write_text('{"type": "module"}')
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_a_joined_module_does_what_the_modules_do_one_by_one(tmp_path: Path) -> None:
    joined = join("pages/main.js", SMALL).text
    whole = joined.replace("export const {", 'export const LIST = $joined["kit/numbers.js"].LIST;\nexport const {')
    apart = written(tmp_path / "apart", SMALL)
    one = written(tmp_path / "one", {"pages/main.js": whole, "kit/numbers.js": SMALL["kit/numbers.js"]})
    found = [
        json.loads(run(SHOW, folder / "pages/main.js", folder / "kit/numbers.js").replace(str(folder), ""))
        for folder in (apart, one)
    ]
    assert found[1]["names"] == sorted([*found[0]["names"], "LIST"])
    assert {**found[0], "names": 0} == {**found[1], "names": 0}
    assert found[0]["list"] == ["numbers", "words", "name", "main"]


def test_an_error_is_shown_in_the_module_and_line_that_it_came_from(tmp_path: Path) -> None:
    text = join("pages/main.js", SMALL)
    folder = written(tmp_path, {"pages/main.js": f"{text.text}//# sourceMappingURL=main.js.map\n"})
    (folder / "pages/main.js.map").write_text(source_map(text, "pages/main.js", SMALL))
    # Only the joined module imports what makes a name without a text.
    program = """const { Name } = await import(process.argv[1]);
        try { new Name(""); } catch (error) { console.log(error.stack); }"""
    named = folder / "pages/main.js"
    named.write_text(
        named.read_text().replace("//# source", 'export const { Name } = $joined["kit/name.js"];\n//# source')
    )
    stack = run(program, named, flags=("--enable-source-maps",))
    line = SMALL["kit/name.js"].split("\n").index('    if (!text) throw new Error("a name needs a text");') + 1
    assert f"kit/name.js:{line}:" in stack


def test_lines_keep_their_module_and_number() -> None:
    joined = join("pages/main.js", SMALL)
    lines = joined.text.split("\n")
    assert joined.modules == ("kit/numbers.js", "pages/words.js", "kit/name.js", "pages/main.js")
    assert len(lines) == len(joined.origins) + 1
    same = 0
    for line, origin in zip(lines, joined.origins, strict=False):
        if origin is not None:
            source = SMALL[joined.modules[origin[0]]].split("\n")[origin[1]]
            same += source == line
            if not source.startswith(("import", "export", "}")) and "import.meta" not in source:
                assert line == source
    assert same > 15


@pytest.mark.parametrize("root", sorted(roots(OURS)))
def test_each_of_our_own_can_be_joined_and_is_a_module(root: str, tmp_path: Path) -> None:
    joined = join(root, OURS)
    path = tmp_path / "joined.mjs"
    path.write_text(joined.text)
    subprocess.run([node(), "--check", path], check=True, timeout=60)
    for origin, line in zip(joined.origins, joined.text.split("\n"), strict=False):
        if origin is not None and line.startswith(("import", "export")):
            raise AssertionError(line)
    assert len(set(joined.modules)) == len(joined.modules)


def test_pages_and_workers_are_the_modules_that_no_other_imports() -> None:
    found = roots(OURS)
    assert {"editor/main.js", "pages/index.js", "editor/masks/encodework.js", "editor/verbs/work.js"} <= found
    assert "kit/dom.js" not in found
    assert imported("pages/main.js", SMALL["pages/main.js"]) == ["kit/numbers.js", "pages/words.js", "kit/name.js"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('import words from "./words.js";', "main.js has a form .*import words from"),
        ('import "./words.js";', "form of import"),
        ("export default 3;", "form of import or export .*: export default 3;"),
        ("export let count = 0;", "export let count"),
        ("export const { a, b } = window;", "export const { a, b }"),
        ('export { a } from "./words.js";', "export { a } from"),
        ('import { a } from "./missing.js";', "imports pages/missing.js, which is not there"),
        ("const $joined = 1;", "uses the name"),
        ('import { main } from "./main.js";', "import each other"),
    ],
)
def test_what_cannot_be_joined_is_refused_with_its_line(text: str, reason: str) -> None:
    with pytest.raises(CannotJoin, match=reason):
        join("pages/main.js", {**SMALL, "pages/main.js": f"{text}\n"})


def test_a_circle_of_several_modules_is_refused() -> None:
    texts = {name: f'import {{ x }} from "./{other}";\nexport const x = 1;\n' for name, other in ("ab", "bc", "ca")}
    with pytest.raises(CannotJoin, match="c and a import each other"):
        join("a", texts)
