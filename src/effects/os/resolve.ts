import { lookup, type LookupAddress, type LookupOptions } from "node:dns"

/** All addresses of a name. */
export type Resolve = (name: string, options: LookupOptions, done: (error: Error | null, addresses: readonly LookupAddress[]) => void) => void

export const resolveBySystem: Resolve = (name, options, done) => lookup(name, { ...options, all: true }, done)
