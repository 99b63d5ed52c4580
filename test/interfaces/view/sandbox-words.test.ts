import { expect, test } from "vitest"
import { sandboxSentence, sandboxWord } from "../../../src/interfaces/view/sandbox-words.ts"
import type { SandboxState } from "../../../src/runtime/app.ts"

const HELD = "commands write only to the workspace, see no keys and end with their call; "

test.each<[SandboxState, string, string]>([
  [{ name: "on", version: "0.8.0", network: "off" }, "sandbox: on", `${HELD}they have no network`],
  [{ name: "on", version: "0.8.0", network: "hosts", hosts: ["a.test"] }, "sandbox: on, 1 host", `${HELD}of the network they reach a.test, and nothing else`],
  [{ name: "on", version: "0.8.0", network: "hosts", hosts: ["a.test", "*.b.test:8443"] }, "sandbox: on, 2 hosts", `${HELD}of the network they reach a.test, *.b.test:8443, and nothing else`],
  [{ name: "on", version: "0.8.0", network: "off", hostsFault: "nsenter is not installed" }, "sandbox: on, its hosts out of reach", `${HELD}they have no network, not even the hosts of sandbox_hosts: nsenter is not installed`],
  [{ name: "on", version: "0.8.0", network: "on" }, "sandbox: on, network open", `${HELD}the NETWORK IS OPEN to them`],
  [{ name: "off", why: "it is missing", required: false }, "sandbox: off", "commands run with all your rights, and what is allowed is all that holds them: it is missing"],
  [{ name: "off", why: "it is missing", required: true }, "sandbox: missing, no command runs", "it is required, and it is missing"]
])("%j is shown as %s", (state, word, sentence) => expect([sandboxWord(state), sandboxSentence(state)]).toEqual([word, sentence]))
