import { spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import { hostname } from "node:os"
import { expect, test } from "vitest"
import { describeHolder, isAlive, SILENCE_MAX_MS, thisHolder, type Holder } from "../../../src/runtime/event-log/holder.ts"

const here = thisHolder(1_700_000_000_000)

test("this process lives, and says who it is; proves LOG-4", () => {
  expect(isAlive(here, 1e9)).toBe(true)
  expect(describeHolder(here)).toBe(`process ${process.pid} on ${hostname()}, since 2023-11-14T22:13:20.000Z`)
})

/** What `/proc` says of a process, from its state on. */
const fieldsOf = (id: number): readonly string[] => {
  const stat = readFileSync(`/proc/${id}/stat`, "utf8")
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")
}

const holderOf = (id: number): Holder => ({ ...here, process: id, started: fieldsOf(id)[19]! })

test("a process that has ended is dead at once; proves LOG-4", async () => {
  const child = spawn(process.execPath, ["-e", "process.stdin.resume()"], { stdio: ["pipe", "ignore", "ignore"] })
  const holder = holderOf(child.pid!)
  expect(isAlive(holder, 0)).toBe(true)
  await new Promise((resolve) => child.once("exit", resolve).kill("SIGKILL"))
  expect(isAlive(holder, 0)).toBe(false)
})

test("so is one whose parent has not noticed; proves LOG-4", async () => {
  const parent = spawn("sh", ["-c", "sleep 60 & echo $!; exec cat"], { stdio: ["pipe", "pipe", "ignore"] })
  const id = Number(await new Promise<Buffer>((resolve) => parent.stdout.once("data", resolve)))
  const holder = holderOf(id)
  // Once it echoes, the parent is no shell any more, which might notice.
  parent.stdin.write("ready\n")
  await new Promise((resolve) => parent.stdout.once("data", resolve))
  process.kill(id, "SIGKILL")
  while (fieldsOf(id)[0] !== "Z") await new Promise(setImmediate)
  expect(isAlive(holder, 0)).toBe(false)
  parent.kill("SIGKILL")
})

test("a later process with the same number is another one", () => {
  expect(isAlive({ ...here, started: `${here.started}0` }, 0)).toBe(false)
})

test("before the machine was started again nobody lives; proves LOG-4", () => {
  expect(isAlive({ ...here, space: here.space.replace(/^\S+/, "another-boot") }, 0)).toBe(false)
})

test("whoever cannot be looked at, elsewhere or in a container, lives as long as it is heard of; proves LOG-4", () => {
  for (const holder of [{ ...here, host: "elsewhere" }, { ...here, space: `${here.space.split(" ")[0]} pid:[1]` }]) {
    expect([isAlive(holder, SILENCE_MAX_MS - 1), isAlive(holder, SILENCE_MAX_MS)]).toEqual([true, false])
  }
})
