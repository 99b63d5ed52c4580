/** What writing into the graph by itself needs, to be loaded at once. */
export { catchUp } from "./catch-up.ts"
export { jobsOf } from "./jobs.ts"
export { record } from "./record.ts"
