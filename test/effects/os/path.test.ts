import { execFileSync } from "node:child_process"
import { expect, test } from "vitest"
import { isInside, locate, locateInside } from "../../../src/effects/os/path.ts"
import { folder, refusal } from "./folder.ts"

const home = folder()
const outside = folder()
home.write("src/a.ts", "1")
home.write("größe/mit leer.txt", "2")
outside.write("secret.txt", "s")
home.link("to-src", "src")
home.link("to-outside", outside.root)
home.link("to-secret", outside.path("secret.txt"))
home.link("dangling-inside", "not/there/yet.txt")
home.link("dangling-outside", outside.path("not-there.txt"))
home.link("circle-a", "circle-b")
home.link("circle-b", "circle-a")
home.link("src/up", "..")
execFileSync("mkfifo", [home.path("pipe")])

const at = (given: string) => {
  const { root: _, ...found } = locate([home.root], given)
  return found
}

test.each([
  ["a file", "src/a.ts", "src/a.ts", "file", 1],
  ["the root", ".", ".", "directory", undefined],
  ["the root with a slash", "./", ".", "directory", undefined],
  ["an absolute path inside", home.path("src/a.ts"), "src/a.ts", "file", 1],
  ["blanks and letters beyond ASCII", "größe/mit leer.txt", "größe/mit leer.txt", "file", 1],
  ["double slashes and dots", "src//./a.ts", "src/a.ts", "file", 1],
  ["up and down again", "src/../src/a.ts", "src/a.ts", "file", 1],
  ["a link to a directory inside", "to-src/a.ts", "src/a.ts", "file", 1],
  ["a link upwards that stays inside", "src/up/src/a.ts", "src/a.ts", "file", 1],
  ["what is behind a link and then up, as the kernel sees it", "to-src/../src/a.ts", "src/a.ts", "file", 1],
  ["what does not exist", "src/new.ts", "src/new.ts", "missing", 0],
  ["what does not exist, nor its parents", "x/y/z.ts", "x/y/z.ts", "missing", 0],
  ["up from what does not exist", "x/../y.ts", "y.ts", "missing", 0],
  ["a new file behind a link", "to-src/new.ts", "src/new.ts", "missing", 0],
  ["a dangling link: where it would lead", "dangling-inside", "not/there/yet.txt", "missing", 0],
  ["a pipe", "pipe", "pipe", "special", 0],
  ["a name that begins with dots", "..hidden/...", "..hidden/...", "missing", 0]
])("a path leads to %s", (_, given, shown, kind, size) => {
  const found = at(given)
  expect({ ...found, size: kind === "directory" ? undefined : found.size }).toEqual({
    absolute: shown === "." ? home.root : home.path(shown),
    shown,
    kind,
    size
  })
})

test.each([
  ["..", "the parent of the root"],
  ["../", "the parent of the root, with a slash"],
  ["src/../../x", "up beyond the root"],
  ["/etc/passwd", "an absolute path elsewhere"],
  ["/", "the root of the machine"],
  ["to-outside/secret.txt", "a link to a directory elsewhere"],
  ["to-outside/new/deep.txt", "a missing path behind a link elsewhere"],
  ["to-secret", "a link to a file elsewhere"],
  ["dangling-outside", "a dangling link elsewhere"],
  ["to-outside/../x", "up from behind a link elsewhere"],
  [`${home.root}-sibling/x`, "a directory whose name only begins like the root's"],
  ["missing/../../x", "up beyond the root by way of what does not exist"]
])("%s is outside: %s", (given) => {
  expect(locate([home.root], given)).toMatchObject({ root: null })
  expect(refusal(() => locateInside([home.root], given))).toMatch(/outside the workspace/)
})

test.each([
  ["", "the path is empty; use . for the workspace itself"],
  ["a\0b", "the path contains a NUL character"],
  ["~/x", "~/x: ~ is not expanded; give a path relative to the workspace"],
  ["~", "~: ~ is not expanded; give a path relative to the workspace"],
  ["circle-a", "follow circle-a: its links lead in a circle"],
  ["circle-a/x", "follow circle-a/x: its links lead in a circle"],
  ["src/a.ts/x", "follow src/a.ts/x: a part of the path is a file, not a directory"],
  ["src/a.ts/", "follow src/a.ts/: a part of the path is a file, not a directory"],
  [`${"n".repeat(300)}`, `follow ${"n".repeat(300)}: a name in the path is too long`]
])("%j cannot be followed, and why is said", (given, why) => {
  expect(refusal(() => locate([home.root], given))).toBe(why)
})

test("the first of several roots that holds a path is its root; relative ones begin in the first", () => {
  const roots = [home.root, outside.root]
  expect(locate(roots, outside.path("secret.txt"))).toMatchObject({ root: outside.root, shown: "secret.txt" })
  expect(locate(roots, "to-secret")).toMatchObject({ root: outside.root, shown: "secret.txt" })
  expect(locate(roots, "secret.txt")).toMatchObject({ root: home.root, kind: "missing" })
})

test("below the root of the machine everything is inside", () => {
  expect(locate(["/"], "/etc/hostname")).toMatchObject({ root: "/", shown: "etc/hostname" })
  expect([isInside("/a", "/a"), isInside("/a", "/a/b"), isInside("/a", "/ab"), isInside("/a", "/")]).toEqual([true, true, false, false])
})
