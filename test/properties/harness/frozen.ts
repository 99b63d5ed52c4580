import type { Machine } from "./machine.ts"

/** The same machine, fed with values that nothing can change. */
export const frozen = (machine: Machine): Machine => ({
  initial: (opened) => machine.initial(freeze(opened)),
  step: (state, event) => machine.step(freeze(state), freeze(event)),
  canonicalRequest: (state) => machine.canonicalRequest(freeze(state))
})

const freeze = <T>(value: T): T => {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value
  Object.freeze(value)
  for (const inner of Object.values(value)) freeze(inner)
  return value
}
