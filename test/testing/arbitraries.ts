/** `loom/testing/arbitraries`: random events, logs and sessions, and the search through them; for who has fast-check, an optional peer dependency. */
export { limits, modes, move, parts, plans, rules } from "../properties/harness/arbitrary.ts"
export { interleavings } from "../properties/harness/interleavings.ts"
export { events, logs } from "../properties/harness/logs.ts"
export { search, type Found, type Law, type SearchOptions } from "../properties/harness/search.ts"
export { verifyMachine } from "../properties/harness/verify-machine.ts"
