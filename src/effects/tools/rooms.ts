/** What a turn with calls needs, to be loaded at once. */
export { executeCall } from "./runner.ts"
export { vetToolCalls } from "./vetting.ts"
