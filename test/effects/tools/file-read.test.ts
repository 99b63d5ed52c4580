import { truncateSync, appendFileSync } from "node:fs"
import { execFileSync } from "node:child_process"
import { expect, test } from "vitest"
import { WHOLE_BYTES_MAX } from "../../../src/effects/os/file.ts"
import { workbench } from "./workbench.ts"

const bench = workbench()
const read = async (input: object): Promise<string> => {
  const { status, text } = await bench.call("file_read", input)
  return status === "ok" ? text : `${status}: ${text}`
}
const lines = (count: number): string => Array.from({ length: count }, (_, index) => `line ${index + 1}\n`).join("")

test("lines come with their numbers", async () => {
  bench.write("a b/größe.txt", "one\n\n  three\n")
  expect(await read({ path: "a b/größe.txt" })).toBe("1\tone\n2\t\n3\t  three")
})

test("a last line without a newline is a line", async () => {
  bench.write("no-end.txt", "one\ntwo")
  expect(await read({ path: "no-end.txt" })).toBe("1\tone\n2\ttwo")
})

test("an empty file is said to be empty", async () => {
  bench.write("empty.txt", "")
  expect(await read({ path: "empty.txt" })).toBe("(the file is empty)")
})

test("2,000 lines are given, and from which line to go on", async () => {
  bench.write("long.txt", lines(2_500))
  const text = await read({ path: "long.txt" })
  expect(text.split("\n").slice(-2)).toEqual(["2000\tline 2000", "(more from line 2001 of 2500)"])
  expect(await read({ path: "long.txt", offset: 2_499 })).toBe("2499\tline 2499\n2500\tline 2500")
  expect(await read({ path: "long.txt", offset: 5, limit: 2 })).toBe("5\tline 5\n6\tline 6\n(more from line 7 of 2500)")
})

test("a limit above 2,000 is no way round it", async () => {
  bench.write("limit.txt", lines(2_010))
  expect((await read({ path: "limit.txt", limit: 9_000 })).split("\n").at(-1)).toBe("(more from line 2001 of 2010)")
})

test("64 kB are given in whole lines, and from which line to go on", async () => {
  bench.write("wide.txt", `${"x".repeat(999)}\n`.repeat(100))
  const text = await read({ path: "wide.txt" })
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(65_536)
  expect(text.split("\n").at(-1)).toBe("(more from line 64 of 100)")
  expect((await read({ path: "wide.txt", offset: 64 })).startsWith(`64\t${"x".repeat(999)}\n65\t`)).toBe(true)
})

test("a line that is longer than all that fits is cut, between characters, and said to be", async () => {
  bench.write("one-line.txt", `${"ä".repeat(50_000)}\nsecond\n`)
  const text = await read({ path: "one-line.txt" })
  expect(text).toMatch(/^1\tä+\n\(line 1 is longer than fits and is cut here; more from line 2\)$/)
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(65_536)
})

test("beyond its end a file says how long it is", async () => {
  bench.write("three.txt", "1\n2\n3\n")
  expect(await read({ path: "three.txt", offset: 4 })).toBe("error: read three.txt from line 4: it has 3 lines")
})

test("CRLF is shown as line ends and said; a byte order mark is not shown", async () => {
  bench.write("dos.txt", "\uFEFFone\r\ntwo\r\n")
  expect(await read({ path: "dos.txt" })).toBe("1\tone\n2\ttwo\n(lines end in CRLF)")
})

test("bytes that are no UTF-8 are shown as such and said", async () => {
  bench.write("latin.txt", Buffer.from([0x67, 0x72, 0xf6, 0xdf, 0x65, 0x0a]))
  expect(await read({ path: "latin.txt" })).toBe("1\tgr\uFFFD\uFFFDe\n(not valid UTF-8: what could not be read is shown as \uFFFD)")
})

test("binary files and UTF-16 are named, not shown", async () => {
  bench.write("program", Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2, 3]))
  bench.write("wide-text", Buffer.from("\uFEFFhi", "utf16le"))
  expect(await read({ path: "program" })).toBe("error: read program: it is binary, 8 bytes; look at it with shell (file, xxd, strings, iconv)")
  expect(await read({ path: "wide-text" })).toMatch(/^error: read wide-text: it is UTF-16 text, 6 bytes/)
})

test.each([
  ["image/png", [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0]],
  ["image/jpeg", [0xff, 0xd8, 0xff, 0xe0, 0]],
  ["image/gif", [...Buffer.from("GIF89a")]],
  ["image/webp", [...Buffer.from("RIFF\0\0\0\0WEBPVP8 ")]]
])("an image comes as %s, its bytes in a blob", async (mediaType, magic) => {
  bench.write("picture", Buffer.from(magic))
  const { status, parts } = await bench.call("file_read", { path: "picture" })
  const image = parts.find((part) => part.type === "image")
  expect([status, parts]).toEqual([
    "ok",
    [
      { type: "text", text: `picture: ${mediaType}, ${magic.length} bytes` },
      { type: "image", mediaType, blob: image?.blob, bytes: magic.length }
    ]
  ])
  expect([...(await bench.blob(image?.blob ?? ""))]).toEqual(magic)
})

test("an image that no provider takes is named with its size", async () => {
  bench.write("big.png", Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), Buffer.alloc(4_000_000)]))
  expect(await read({ path: "big.png" })).toBe("error: big.png is an image of 4000008 bytes, more than the 3750000 that can be shown")
})

test("in a file that is too large to be taken whole, lines far behind are found", async () => {
  bench.write("huge.log", "")
  for (let block = 0; block < 18; block++) appendFileSync(bench.path("huge.log"), `${"y".repeat(1_023)}\n`.repeat(1_024))
  appendFileSync(bench.path("huge.log"), "the end\n")
  expect(await read({ path: "huge.log", offset: 18_432, limit: 1 })).toBe(`18432\t${"y".repeat(1_023)}\n(more from line 18433 of 18433)`)
  expect(await read({ path: "huge.log", offset: 18_433 })).toBe("18433\tthe end")
  expect(await read({ path: "huge.log", offset: 18_434 })).toBe("error: read huge.log from line 18434: it ends before that line")
  expect((await read({ path: "huge.log" })).split("\n").at(-1)).toBe("(more from line 63)")
})

test("a huge file of one line, or of nothing at all, is answered all the same", async () => {
  bench.write("one-huge-line", "z".repeat(WHOLE_BYTES_MAX + 10))
  expect(await read({ path: "one-huge-line" })).toMatch(/^1\tz+\n\(line 1 is longer than fits and is cut here; more from line 2\)$/)
  expect(await read({ path: "one-huge-line", offset: 2 })).toMatch(/it ends before that line/)
  bench.write("hole", "")
  truncateSync(bench.path("hole"), 5_000_000_000)
  expect(await read({ path: "hole" })).toMatch(/^error: read hole: it is binary, 5000000000 bytes/)
})

test("what does not exist says so, and what is near", async () => {
  bench.write("src/settings.ts", "1")
  expect(await read({ path: "src/setting.ts" })).toBe("error: read src/setting.ts: it does not exist; near it: settings.ts")
  expect(await read({ path: "nowhere/x.ts" })).toBe("error: read nowhere/x.ts: it does not exist")
})

test("a directory, a pipe and a device are refused", async () => {
  execFileSync("mkfifo", [bench.path("fifo")])
  expect(await read({ path: "src" })).toBe("error: src is a directory; list it with directory_list")
  expect(await read({ path: "fifo" })).toMatch(/^error: fifo is no regular file/)
  expect(await read({ path: "/dev/zero" })).toMatch(/^invalid: .*outside the workspace/)
})

test.each([
  [{ path: "../x" }, /^invalid: \.\.\/x leads to .*, outside the workspace; only paths below .* can be used$/],
  [{ path: "a\0b" }, /^invalid: the path contains a NUL character$/],
  [{ path: "" }, /^invalid: the path is empty/],
  [{ path: "a", offset: 0 }, /^invalid: file_read: offset: expected/],
  [{ path: "a", limit: 1.5 }, /^invalid: file_read: limit: expected/]
])("%j is refused at vetting", async (input, why) => {
  expect(await read(input)).toMatch(why)
})

test("a link that leads elsewhere than when the call was vetted is not read", async () => {
  bench.write(".env", "KEY=secret")
  bench.write("notes.txt", "harmless")
  bench.link("current", "notes.txt")
  const swap = () => execFileSync("ln", ["-sfn", ".env", bench.path("current")])
  const { status, text } = await bench.callAfter("file_read", { path: "current" }, swap)
  expect([status, text]).toEqual(["error", "current leads to .env now, which is not what was allowed; ask again"])
})

test("after a restart nothing is known of the vetting, and the call runs again", async () => {
  bench.write("again.txt", "x\n")
  const { text } = await bench.callAfter("file_read", { path: "again.txt" }, bench.restart)
  expect(text).toBe("1\tx")
})
