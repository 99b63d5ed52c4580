import { lstatSync, statSync, utimesSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { isSame, stampOf } from "../../../src/effects/git/known.ts"
import { keepIndex, openShadow } from "../../../src/effects/git/shadow.ts"
import { emptyDirectory } from "./place.ts"

const file = () => {
  const path = join(emptyDirectory(), "f")
  writeFileSync(path, "x")
  return lstatSync(path, { bigint: true })
}

test("a file is known again by its times, size and inode, but only if it was read a tick after it was last changed", () => {
  const stat = file()
  const fraction = { ...stat, ctimeNs: 1_700_000_000_000_000_001n } as typeof stat
  const readAfter = (ns: bigint) => stampOf(fraction, fraction.ctimeNs + ns)
  expect(isSame(fraction, readAfter(21_000_000n))).toBe(true)
  expect(isSame(fraction, readAfter(20_000_000n))).toBe(false)
  for (const other of [{ ctimeNs: 1n }, { mtimeNs: 1n }, { size: 2n }, { ino: 1n }]) {
    expect(isSame({ ...fraction, ...other } as typeof stat, readAfter(21_000_000n))).toBe(false)
  }
})

test("on a file system that knows only seconds the tick is two of them", () => {
  const whole = { ...file(), ctimeNs: 1_700_000_000_000_000_000n } as ReturnType<typeof file>
  expect(isSame(whole, stampOf(whole, whole.ctimeNs + 1_999_000_000n))).toBe(false)
  expect(isSame(whole, stampOf(whole, whole.ctimeNs + 2_001_000_000n))).toBe(true)
})

test("the index that the next process begins with is as old as what it says, so that a change in the same second is seen", async () => {
  const data = emptyDirectory("data")
  const shadow = openShadow({ root: emptyDirectory(), dataDirectory: data })
  writeFileSync(shadow.index, "an index")
  utimesSync(shadow.index, 1_000_000_000.7, 1_000_000_000.7)
  keepIndex(shadow)
  const next = openShadow({ root: shadow.root, dataDirectory: data })
  expect([next.index === shadow.index, statSync(next.index).mtimeMs]).toEqual([false, 1_000_000_000_000])
})
