import { existsSync, readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { alive, bench, fake, left, only } from "./bench.ts"

/*
 * Language servers of every manner, each a real process that speaks the true protocol. Proves LSP-3 to LSP-9.
 */

const BAD = "fine\nERROR too short\n"

describe.concurrent("a server that", () => {
  test("pushes is heard, in order and with its source", async () => {
    const { ask, write } = await bench(only(fake()))
    write("a.fake", "WARNING long\nfine\nERROR short\nHINT nice\n")
    expect(await ask("a.fake")).toEqual(["a.fake:3:1 error short [fake 7]", "a.fake:1:1 warning long [fake 7]", "a.fake:4:1 hint nice [fake 7]", "by fake"])
  })

  test("is asked for them is heard as well", async () => {
    const { ask, write } = await bench(only(fake({ tells: "pull" })))
    write("a.fake", BAD)
    expect(await ask("a.fake")).toEqual(["a.fake:2:1 error too short [fake 7]", "by fake"])
    write("a.fake", "fine\n")
    expect(await ask("a.fake")).toEqual(["by fake"])
  })

  test("says it in pieces is heard to the end", async () => {
    const { ask, write } = await bench(only(fake({ tells: "in pieces", thinksMs: 60 })))
    write("a.fake", "ERROR one\nERROR two\n")
    expect(await ask("a.fake")).toEqual(["a.fake:1:1 error one [fake 7]", "a.fake:2:1 error two [fake 7]", "by fake"])
  })

  test("works at something is waited for until it is done", async () => {
    const { ask, write } = await bench(only(fake({ works: true, thinksMs: 400 })))
    write("a.fake", BAD)
    expect(await ask("a.fake")).toEqual(["a.fake:2:1 error too short [fake 7]", "by fake"])
  })

  test("is asked while it works is asked again, and one that knows better is asked when it says so", async () => {
    const { ask, write } = await bench(only(fake({ tells: "pull", works: true, thinksMs: 300 })))
    write("a.fake", BAD)
    expect(await ask("a.fake")).toEqual(["a.fake:2:1 error too short [fake 7]", "by fake"])
    const better = await bench(only(fake({ tells: "pull", knowsBetter: true })))
    better.write("a.fake", BAD)
    expect(await better.ask("a.fake")).toEqual(["by fake"])
    while (better.servers.below(better.root).length === 0) await new Promise((resolve) => setTimeout(resolve, 10))
    expect(better.servers.below(better.root).map(({ message }) => message)).toEqual(["too short"])
  })

  test("does not number what it says is believed of the newest text only", async () => {
    const { ask, change, write } = await bench(only(fake({ tells: "push without version", thinksMs: 50 })))
    write("a.fake", BAD)
    expect(await ask("a.fake")).toEqual(["a.fake:2:1 error too short [fake 7]", "by fake"])
    await change("a.fake", "fine\n")
    expect(await ask("a.fake")).toEqual(["by fake"])
  })

  test("spells names of files in its own way is understood", async () => {
    const { ask, write } = await bench(only(fake({ names: "escaped" })))
    write("größe:1 @.fake", BAD)
    expect(await ask("größe:1 @.fake")).toEqual(["größe:1 @.fake:2:1 error too short [fake 7]", "by fake"])
    const linked = await bench(only(fake({ names: "through a link" })))
    linked.link("linked", linked.root)
    linked.write("a.fake", BAD)
    expect(await linked.ask("a.fake")).toEqual(["a.fake:2:1 error too short [fake 7]", "by fake"])
  })

  test("counts bytes or UTF-16 units, and a column is a character all the same", async () => {
    const text = "größe 🧵 ERROR here\n"
    for (const encoding of ["utf-8", "utf-16"]) {
      const { ask, write } = await bench(only(fake({ encoding })))
      write("a.fake", text)
      expect(await ask("a.fake")).toEqual(["a.fake:1:9 error here [fake 7]", "by fake"])
    }
  })

  test("asks whatever a server may ask gets an answer to each", async () => {
    const diary = (await bench(only())).path("diary")
    const { ask, write } = await bench(only(fake({ asks: true, diary })))
    write("a.fake", BAD)
    expect(await ask("a.fake")).toEqual(["a.fake:2:1 error too short [fake 7]", "by fake"])
    expect(readFileSync(diary, "utf8")).toContain('answers [[1,null],null,null,null,{"applied":false,"failureReason":"files are changed by the agent alone"},null]')
  })

  test("cannot be found, or does not begin, is a sentence", async () => {
    const { ask, write } = await bench(only({ ...fake(), command: ["/nowhere/at/all"] }))
    write("a.fake", BAD)
    expect((await ask("a.fake"))[0]).toMatch(/^lsp_diagnostics: no language server for a\.fake is installed; the person may get one \(see the settings, lsp\.fake\)/)
    const early = await bench(only(fake({ breaks: "at once" })))
    early.write("a.fake", BAD)
    expect(await early.ask("a.fake")).toEqual(["fake: it ended with exit code 3"])
  })

  test("breaks down is begun again, at most three times, and says why", async () => {
    const { ask, write, change } = await bench(only(fake({ breaks: "when a file says BREAK" })))
    write("a.fake", "BREAK")
    expect(await ask("a.fake")).toEqual(["fake: it ended with exit code 7: out of order"])
    write("a.fake", BAD)
    expect(await ask("a.fake")).toEqual(["a.fake:2:1 error too short [fake 7]", "by fake"])
    write("a.fake", "BREAK")
    expect(await ask("a.fake")).toEqual(["fake: it ended with exit code 7: out of order"])
    expect(await ask("a.fake")).toEqual(["fake: it ended with exit code 7: out of order"])
    expect(await ask("a.fake")).toEqual(["fake: it was begun 3 times and is left alone now: it ended with exit code 7: out of order"])
    expect(await change("a.fake", BAD)).toBe("")
  })

  test("breaks down leaves that of another project alone", async () => {
    const diary = (await bench(only())).path("diary")
    const { ask, write, session } = await bench(only({ ...fake({ breaks: "when a file says BREAK", diary }), markers: ["mark"] }))
    for (const name of ["a/mark", "b/mark"]) write(name, "")
    write("a/a.fake", "fine")
    expect(await ask("a/a.fake")).toEqual(["by fake"])
    write("b/b.fake", BAD)
    expect(await ask("b/b.fake")).toEqual(["b/b.fake:2:1 error too short [fake 7]", "by fake"])
    write("a/a.fake", "BREAK")
    expect(await ask("a/a.fake")).toEqual(["fake: it ended with exit code 7: out of order"])
    expect(await ask("b/b.fake")).toEqual(["b/b.fake:2:1 error too short [fake 7]", "by fake"])
    expect([alive(session).length, readFileSync(diary, "utf8").split("\n").filter((line) => line === "initialize").length]).toEqual([1, 2])
  })

  test.each(["a line without end", "no json", "a huge message"] as const)("says %s is ended", async (floods) => {
    const { ask, write, session } = await bench(only(fake({ floods })))
    write("a.fake", BAD)
    const why = { "a line without end": "it says what is no message", "no json": "what it says is no JSON", "a huge message": "it says a message of 99999999999 bytes" }[floods]
    expect(await ask("a.fake")).toEqual([`fake: ${why}`])
    expect(await left(session)).toEqual([])
  })

  test("speaks for ever is ended", async () => {
    const { ask, write, session } = await bench(only(fake({ floods: "for ever" })))
    write("a.fake", BAD)
    await ask("a.fake")
    expect(await left(session)).toEqual([])
  })

  test("finds twenty thousand problems is heard so far, and each message is cut", async () => {
    const { ask, write } = await bench(only(fake({ floods: "many problems" })))
    write("a.fake", BAD)
    expect(await ask("a.fake")).toHaveLength(501)
    const long = await bench(only(fake({ floods: "long words" })))
    long.write("a.fake", BAD)
    expect((await long.ask("a.fake"))[0]).toHaveLength("a.fake:2:1 error ".length + 300 + " [fake 7]".length)
  })

  test("does not want to end is killed when the session ends", async () => {
    const { ask, write, session, end } = await bench(only(fake({ stays: true })))
    write("a.fake", BAD)
    await ask("a.fake")
    expect(alive(session)).toHaveLength(1)
    await end()
    expect(alive(session)).toEqual([])
  })

  test("wants to hear of files hears of all that changed, and of each text once", async () => {
    const diary = (await bench(only())).path("diary")
    const { changeAll, ask, write, end } = await bench(only(fake({ watches: true, diary })))
    write("a.fake", "fine\n")
    await ask("a.fake")
    await changeAll({ "a.fake": "ERROR a\n", "b.txt": "made" })
    await ask("a.fake")
    await changeAll({ "a.fake": null })
    await end()
    expect(readFileSync(diary, "utf8").trim().split("\n")).toEqual([
      "initialize",
      "initialized",
      "workspace/didChangeConfiguration",
      "textDocument/didOpen a.fake",
      "textDocument/didSave a.fake",
      "workspace/didChangeWatchedFiles a.fake 2,b.txt 1",
      "textDocument/didChange a.fake",
      "textDocument/didSave a.fake",
      "workspace/didChangeWatchedFiles a.fake 3",
      "textDocument/didClose a.fake",
      "shutdown",
      "exit"
    ])
    expect(existsSync(diary)).toBe(true)
  })
})
