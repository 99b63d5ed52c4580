import { verify, type Promised, type Report } from "../contract.ts"
import type { VerifyOptions } from "../verify-options.ts"
import { snapshotPromises } from "./snapshot-promises.ts"
import { travelPromises } from "./travel-promises.ts"
import { troublePromises } from "./trouble-promises.ts"
import type { StoreTrial } from "./world.ts"
import { writePromises } from "./write-promises.ts"

/** All that a store of logs promises. */
export const storePromises: readonly Promised<StoreTrial>[] = [...writePromises, ...troublePromises, ...snapshotPromises, ...travelPromises]

/** Holds a layer of `EventLog` to all that a store promises. */
export const verifyStore = (trial: StoreTrial, { only = /^/ }: VerifyOptions = {}): Promise<Report> =>
  verify(`store ${trial.name}`, storePromises.filter(({ promise }) => only.test(promise)), trial)
