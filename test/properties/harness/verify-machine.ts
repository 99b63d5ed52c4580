import { verify, type Report } from "../../contract/contract.ts"
import { allLaws } from "./all-laws.ts"
import { machine as ours, type Machine } from "./machine.ts"
import { search, type SearchOptions } from "./search.ts"

/** Holds a machine, say a host's wrapper of Loom's, to every law in so many random sessions; what is broken comes with the shortest story that shows it. */
export const verifyMachine = (machine: Machine = ours, { runs = 100, seed = 1, shrink = true }: Partial<Omit<SearchOptions, "subject">> = {}): Promise<Report> =>
  verify(
    "machine",
    allLaws.map((law) => ({ promise: `law ${law.id}: ${law.words}`, check: () => search(law, { runs, seed, shrink, subject: machine })?.report ?? null })),
    null
  )
