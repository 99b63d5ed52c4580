import { expect, test } from "vitest"
import { serversFor } from "../../../src/effects/lsp/found.ts"
import { SERVERS } from "../../../src/effects/lsp/servers.ts"
import { folder } from "../os/folder.ts"

/* Which server speaks of a file, and where its project begins. Proves LSP-1. */

test("TypeScript is its own server from version 7 on, before that another one; a project's own programs go before common ones, the nearest marker is where it begins", () => {
  const { root, path, write, link } = folder()
  const common = path("common")
  const found = (file: string) =>
    serversFor(SERVERS, path(file), { roots: [path("here")], path: common }).found.map(({ server: { name }, program, root: begins }) => [
      name,
      program.slice(root.length),
      begins.slice(root.length)
    ])
  for (const name of ["typescript-language-server", "ruff", "basedpyright-langserver", "pyright-langserver"])
    write(`common/${name}`, "#!/bin/sh\n", 0o755)
  write("here/node_modules/typescript/package.json", '{ "name": "typescript", "version": "5.9.3" }')
  write("here/node_modules/typescript/bin/tsc", "#!/bin/sh\n", 0o755)
  link("here/node_modules/.bin/tsc", "../typescript/bin/tsc")
  expect(found("here/a.ts")).toEqual([["typescript-language-server", "/common/typescript-language-server", "/here"]])
  write("here/node_modules/typescript/package.json", '{ "name": "typescript", "version": "7.0.2" }')
  write("here/part/tsconfig.json", "{}")
  expect([found("here/a.ts"), found("here/part/deep/a.tsx")]).toEqual([[["tsc", "/here/node_modules/.bin/tsc", "/here"]], [["tsc", "/here/node_modules/.bin/tsc", "/here/part"]]])
  write("here/part/.venv/bin/ruff", "#!/bin/sh\n", 0o755)
  expect(found("here/part/a.py")).toEqual([["basedpyright", "/common/basedpyright-langserver", "/here"], ["ruff", "/here/part/.venv/bin/ruff", "/here"]])
  expect(serversFor(SERVERS, path("here/a.go"), { roots: [path("here")], path: common })).toMatchObject({ found: [], lacking: [{ name: "gopls" }] })
  expect([found("here/a.unknown"), found("elsewhere/a.ts")]).toEqual([[], []])
})
