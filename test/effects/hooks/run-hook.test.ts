import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import { OUTPUT_BYTES_MAX, runHook } from "../../../src/effects/hooks/run-hook.ts"
import { folder } from "../os/folder.ts"

const home = folder()

test("of each stream the beginning is kept, apart from the other, and never half a character", async () => {
  const command = "head -c 300000 /dev/zero | tr '\\0' e >&2; printf x; for i in 1 2 3 4 5 6 7 8; do head -c 30000 /dev/zero | sed 's/\\x00/ä/g'; done"
  const hook = { event: "Stop", matcher: "", command, timeoutMs: 20_000, keys: [], source: "config.toml" } as const
  const { ended, stdout, stderr } = await Effect.runPromise(runHook(hook, {}, { root: home.root, marker: `run-${process.pid}:1` }))
  expect(ended).toEqual({ how: "exited", code: 0 })
  expect([stderr.length, Buffer.byteLength(stdout) <= OUTPUT_BYTES_MAX, /^xä+$/.test(stdout), stdout.length > 30_000]).toEqual([OUTPUT_BYTES_MAX - 1, true, true, true])
})
