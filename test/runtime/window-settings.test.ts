import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import { DEFAULT_ZONES, layerOfText, settingsOf, type Settings } from "../../src/runtime/settings.ts"

const settingsFrom = (text: string): Promise<Settings> =>
  Effect.runPromise(Effect.flatMap(layerOfText("config.toml", text), (layer) => settingsOf([{ source: "config.toml", layer }], null)))

test("zones and threshold are what the person says, else the design's", async () => {
  const bare = await settingsFrom("")
  expect([bare.zones, bare.weakModel, "offloadPercent" in bare.limits, "answerTokensMin" in bare.limits]).toEqual([
    DEFAULT_ZONES,
    null,
    false,
    false
  ])
  const said = await settingsFrom(
    'weak_model = "anthropic:claude-haiku-5-5"\noffload_percent = 40\nzone_map_tokens = 1\nzone_decisions_tokens = 2\nzone_system_tokens = 3\nzone_tools_tokens = 4\nzone_output_tokens = 5\nzone_rules_tokens = 6\nzone_diagnostics_tokens = 0\n'
  )
  expect(said.zones).toEqual({
    systemTokens: 3,
    toolsTokens: 4,
    rulesTokens: 6,
    decisionsTokens: 2,
    mapTokens: 1,
    diagnosticsTokens: 0,
    outputTokens: 5
  })
  expect([said.weakModel, said.limits.offloadPercent, said.limits.answerTokensMin]).toEqual(["anthropic:claude-haiku-5-5", 40, 5])
})

test("a threshold above the window is refused", async () => {
  await expect(settingsFrom("offload_percent = 101")).rejects.toThrow("offload_percent = 101 is more than the window; take a number up to 100")
})

test("a map of no tokens is none; other zones, and less than none, are refused", async () => {
  expect((await settingsFrom("zone_map_tokens = 0")).zones.mapTokens).toBe(0)
  await expect(settingsFrom("zone_map_tokens = -1")).rejects.toThrow("must be a whole number or 0")
  await expect(settingsFrom("zone_tools_tokens = 0")).rejects.toThrow("must be a whole number")
})
