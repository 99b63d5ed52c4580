import type { SandboxState } from "../../runtime/app.ts"
import { plural } from "./money.ts"

/** What holds commands, for the line before the prompt. */
export const sandboxWord = (state: SandboxState): string => {
  if (state.name === "off") return state.required ? "sandbox: missing, no command runs" : "sandbox: off"
  if (state.hostsFault !== undefined) return "sandbox: on, its hosts out of reach"
  switch (state.network) {
    case "off":
      return "sandbox: on"
    case "hosts":
      return `sandbox: on, ${plural(state.hosts?.length ?? 0, "host")}`
    case "on":
      return "sandbox: on, network open"
  }
}

/** The same in a sentence. */
export const sandboxSentence = (state: SandboxState): string => {
  if (state.name === "on") return `commands write only to the workspace, see no keys and end with their call; ${networkWords(state)}`
  return state.required
    ? `it is required, and ${state.why}`
    : `commands run with all your rights, and what is allowed is all that holds them: ${state.why}`
}

const networkWords = ({ network, hosts = [], hostsFault }: SandboxState & { readonly name: "on" }): string => {
  switch (network) {
    case "off":
      return hostsFault === undefined ? "they have no network" : `they have no network, not even the hosts of sandbox_hosts: ${hostsFault}`
    case "hosts":
      return `of the network they reach ${hosts.join(", ")}, and nothing else`
    case "on":
      return "the NETWORK IS OPEN to them"
  }
}
