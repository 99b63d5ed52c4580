import { holds } from "./holds.ts"

/* Who may run, in what order, and what becomes of a call. */
holds("rule 1")
holds("rule 2")
holds("14")
holds("21")
holds("25")
holds("rule 3")
holds("rule 10")
