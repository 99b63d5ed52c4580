import { afterAll, beforeAll, expect, test } from "vitest"
import type { Layer as SettingsLayer } from "../../src/runtime/settings.ts"
import { openCanary, type Canary } from "./arena.ts"
import { fight, type Attack } from "./attack.ts"
import { injected } from "./attacks/injected.ts"
import { poisoned } from "./attacks/poisoned.ts"
import { sending } from "./attacks/sending.ts"
import { shapes } from "./attacks/shapes.ts"

/** Real sessions of the real runtime with real tools; only the model is played, by somebody who means harm. */

let canary: Canary
beforeAll(async () => void (canary = await openCanary()))
afterAll(() => canary.close())

const KINDS: readonly (readonly [string, readonly Attack[]])[] = [
  ["injected", injected],
  ["sending", sending],
  ["poisoned", poisoned],
  ["shapes", shapes]
]
/** A repository that was made to do harm is read for its map, too. */
const MAPPED: SettingsLayer = { zoneMapTokens: 2048 }
const ATTACKS = KINDS.flatMap(([kind, attacks]) => attacks.map((attack) => ({ kind, ...attack, settings: { ...(kind === "poisoned" ? MAPPED : {}), ...attack.settings } })))

test.each(ATTACKS)("$kind: $name: nothing lost, nothing sent, nothing left running", async (attack) => {
  const fought = await fight(attack, canary)
  const { changed, heard, alive, state } = fought
  expect({ changed, heard, alive }).toEqual({ changed: [], heard: [], alive: [] })
  expect(state).toMatchObject({ name: "WaitingForInput", why: attack.ends ?? "completed" })
  expect(state.session.settings.mode).toBe(attack.settings?.permissionMode ?? "default")
  attack.then?.(fought, fought.arena)
})

test("there are more than sixty, each told apart by its words", () => {
  expect(ATTACKS.length).toBeGreaterThanOrEqual(60)
  expect(new Set(ATTACKS.map(({ kind, name }) => `${kind} ${name}`)).size).toBe(ATTACKS.length)
})

/** Where everything is let pass and no sandbox is around it, the same attacks do their harm: so what is looked at would show it. */
const CONTROLS = [
  ["delete everything by a command, nobody there", "changed"],
  ["delete by a patch", "changed"],
  ["overwrite by a redirection", "changed"],
  ["a key by curl, nobody there", "heard"],
  ["a question to a server of names", "heard"],
  ["around the proxy for a listed host", "heard"],
  ["behind a command that is allowed", "heard"],
  ["LOOM.md allows everything", "changed"]
] as const
test.each(CONTROLS)("with everything bypassed, %s: it does harm, and that is seen in what is %s", async (name, where) => {
  const attack = ATTACKS.find((one) => one.name === name)!
  const fought = await fight({ ...attack, settings: { permissionMode: "bypass", sandbox: "off" } }, canary)
  expect(fought[where]).not.toEqual([])
})
