import { dirname, delimiter } from "node:path"
import { createRequire } from "node:module"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import { expect, test } from "vitest"
import { dependentsOf } from "../../../src/effects/lsp/dependents.ts"
import type { LanguageServersOptions } from "../../../src/effects/lsp/language-servers.ts"
import { USUAL_LSP } from "../../../src/effects/lsp/wish.ts"
import { lazyRepoIndexes } from "../../../src/effects/repo/repo-indexes.ts"
import { bench } from "./bench.ts"

/*
 * TypeScript's own language server, as a person has it. Proves LSP-1, LSP-10 and LSP-11.
 */

const bin = `${dirname(dirname(createRequire(import.meta.url).resolve("typescript/package.json")))}/.bin`
const environment = { ...process.env, PATH: [bin, process.env["PATH"] ?? ""].join(delimiter) }

const project = async (more: Partial<LanguageServersOptions> = {}) => {
  const here = await bench(USUAL_LSP, { environment, ...more })
  here.write("tsconfig.json", '{ "compilerOptions": { "strict": true, "module": "nodenext", "noEmit": true } }')
  here.write("package.json", '{ "type": "module" }')
  here.write("src/price.ts", "export const price = (hours: number): number => hours * 2\n")
  here.write("src/bill.ts", 'import { price } from "./price.js"\n\nexport const total: number = price(1)\nexport const old: string = 1\n')
  return here
}

test("an edit that breaks a type is told with what is new, what is mended is told, and what was there before is only counted", async () => {
  const { change } = await project()
  const bill = (type: string): string =>
    `import { price } from "./price.js"\n\nexport const total: ${type} = price(1)\nexport const old: string = 1\n`
  expect(await change("src/bill.ts", bill("string"))).toBe(
    "<diagnostics>\nsrc/bill.ts:3:14 error Type 'number' is not assignable to type 'string'. [ts 2322]\n(1 more that was there before)\n</diagnostics>"
  )
  expect(await change("src/bill.ts", `// moved\n${bill("string")}`)).toBe("")
  expect(await change("src/bill.ts", bill("number"))).toBe("<diagnostics>\nsrc/bill.ts: no new problem is left\n(1 more that was there before)\n</diagnostics>")
})

test("files that use a changed one are looked at with it: what breaks there is told, what was wrong there is not", async () => {
  const scope = await Effect.runPromise(Scope.make())
  const indexes = await Effect.runPromise(Scope.provide(lazyRepoIndexes({ cacheDirectory: null }), scope))
  const { change, root } = await project({ dependents: (paths) => dependentsOf(indexes, root, paths) })
  await Effect.runPromise(indexes.indexOf(root))
  expect(await change("src/price.ts", "export const price = (hours: number): string => `${hours}`\n")).toBe(
    "<diagnostics>\nsrc/bill.ts:3:14 error Type 'string' is not assignable to type 'number'. [ts 2322]\n(1 more that was there before)\n</diagnostics>"
  )
  await Effect.runPromise(Scope.close(scope, Exit.void))
})

test("a file that was opened is told of when another one breaks it", async () => {
  const { ask, change } = await project()
  expect(await ask("src/bill.ts")).toEqual(["src/bill.ts:4:14 error Type 'number' is not assignable to type 'string'. [ts 2322]", "by tsc"])
  expect(await change("src/price.ts", "export const price = (hours: number): string => `${hours}`\n")).toBe(
    "<diagnostics>\nsrc/bill.ts:3:14 error Type 'string' is not assignable to type 'number'. [ts 2322]\n(1 more that was there before)\n</diagnostics>"
  )
})
