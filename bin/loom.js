#!/usr/bin/env node
// The stub: the only file an old Node ever reads, and CommonJS because that starts sooner. It starts Loom, or Loom again
// with the Node that npm installed beside it. Nothing is loaded here before it is needed.
const { existsSync, readFileSync, writeSync } = require("node:fs")
const { join } = require("node:path")

const home = join(__dirname, "..")
const words = process.argv.slice(2)
const [major, minor] = process.versions.node.split(".").map(Number)
const isOld = major < 22 || (major === 22 && minor < 19)

if (words.length === 1 && (words[0] === "--version" || words[0] === "-V")) sayVersion()
else if (isOld) startAgain()
else start()

function sayVersion() {
  const { version } = JSON.parse(readFileSync(join(home, "package.json"), "utf8"))
  try {
    writeSync(1, version + "\n")
  } catch (error) {
    // Nobody reads it any more, or there is no room for it.
    process.exitCode = error.code === "EPIPE" ? 141 : 1
  }
}

function start() {
  const main = join(home, "dist", "main.js")
  if (!existsSync(main)) fail("start loom: " + main + " is not built; run `npm ci` (or `npm run build`) in " + home)
  require("node:module").enableCompileCache(join(home, "dist", ".compile-cache"))
  import(require("node:url").pathToFileURL(main).href)
}

function startAgain() {
  const newer = [join(home, "node_modules", "node", "bin", "node"), join(home, "..", "node", "bin", "node")].find(existsSync)
  if (newer === undefined) fail("start loom: it needs Node 22.19 or newer, and this is " + process.version + "; install a newer Node from nodejs.org or run `npm install node@24`")
  const child = require("node:child_process").spawn(newer, [__filename, ...words], { stdio: "inherit" })
  // A terminal sends its signals to both; those sent to this process alone are passed on.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => (signal === "SIGINT" && process.stdin.isTTY ? undefined : child.kill(signal)))
  child.on("error", (error) => fail("start loom with " + newer + ": " + error.message))
  child.on("exit", (code, signal) => (signal === null ? process.exit(code) : process.kill(process.pid, signal)))
}

function fail(message) {
  process.stderr.write(message + "\n")
  process.exit(2)
}
