import { mkdirSync, mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** Tests never touch the real home: every file gets one of its own, and no key of the person who runs them; how often properties run is theirs to say. */
const home = mkdtempSync(join(process.env["TESTS_ROOT"] ?? tmpdir(), "loom-test-home-"))
for (const name of Object.keys(process.env)) {
  if (/^(LOOM|ANTHROPIC|OPENAI|XDG|GIT)_/.test(name) && !/^LOOM_(RUNS|SEED|SOAK)$/.test(name)) delete process.env[name]
}
process.env["HOME"] = home
// What a test leaves in the temporary directory goes with the home, when the run is over.
process.env["TMPDIR"] = join(home, "tmp")
mkdirSync(process.env["TMPDIR"])
process.env["LOOM_HOME"] = join(home, "loom")
// The same on every machine: what is about the sandbox switches it on.
process.env["LOOM_SANDBOX"] = "off"
process.env["GIT_CONFIG_NOSYSTEM"] = "1"
process.env["GIT_AUTHOR_NAME"] = process.env["GIT_COMMITTER_NAME"] = "Test"
process.env["GIT_AUTHOR_EMAIL"] = process.env["GIT_COMMITTER_EMAIL"] = "test@example.invalid"
