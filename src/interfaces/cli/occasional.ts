/** The commands that are called now and then, in one piece: each piece of the bundle is a file that every start has to find. */
export { doctor } from "./doctor.ts"
export { exportLog } from "./export.ts"
export { importLog } from "./import.ts"
export { replay } from "./replay/replay.ts"
export { sessions } from "./sessions.ts"
export { show } from "./show.ts"
export { stats } from "./stats.ts"
export { verify } from "./verify.ts"
