#!/usr/bin/env node
// The stub: the only file an old Node ever reads. It starts Loom, or Loom again with the Node that npm installed beside it.
import { spawn } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import * as nodeModule from "node:module"
import { dirname, join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"

const home = dirname(dirname(fileURLToPath(import.meta.url)))
const words = process.argv.slice(2)
const [major, minor] = process.versions.node.split(".").map(Number)
const isOld = major < 22 || (major === 22 && minor < 19)

if (words.length === 1 && (words[0] === "--version" || words[0] === "-V")) sayVersion()
else if (isOld) startAgain()
else start()

function sayVersion() {
  console.log(JSON.parse(readFileSync(join(home, "package.json"), "utf8")).version)
}

function start() {
  const main = join(home, "dist", "main.js")
  if (!existsSync(main)) fail("start loom: " + main + " is not built; run `npm ci` (or `npm run build`) in " + home)
  nodeModule.enableCompileCache(join(home, "dist", ".compile-cache"))
  import(pathToFileURL(main).href)
}

function startAgain() {
  const newer = [join(home, "node_modules", "node", "bin", "node"), join(home, "..", "node", "bin", "node")].find(existsSync)
  if (newer === undefined) fail("start loom: it needs Node 22.19 or newer, and this is " + process.version + "; install a newer Node from nodejs.org or run `npm install node@24`")
  const child = spawn(newer, [fileURLToPath(import.meta.url), ...words], { stdio: "inherit" })
  // A terminal sends its signals to both; those sent to this process alone are passed on.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => (signal === "SIGINT" && process.stdin.isTTY ? undefined : child.kill(signal)))
  child.on("error", (error) => fail("start loom with " + newer + ": " + error.message))
  child.on("exit", (code, signal) => (signal === null ? process.exit(code) : process.kill(process.pid, signal)))
}

function fail(message) {
  console.error(message)
  process.exit(2)
}
