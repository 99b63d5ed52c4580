import type { SandboxState } from "../../runtime/app.ts"

/** What holds commands, for the line before the prompt. */
export const sandboxWord = (state: SandboxState): string => {
  if (state.name === "off") return state.required ? "sandbox: missing, no command runs" : "sandbox: off"
  return state.network === "off" ? "sandbox: on" : "sandbox: on, network open"
}

/** The same in a sentence. */
export const sandboxSentence = (state: SandboxState): string => {
  if (state.name === "on") return `commands write only to the workspace, see no keys and end with their call; ${state.network === "off" ? "they have no network" : "the NETWORK IS OPEN to them"}`
  return state.required ? `it is required, and ${state.why}` : `commands run with all your rights, and what is allowed is all that holds them: ${state.why}`
}
