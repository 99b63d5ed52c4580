import { holds } from "./holds.ts"

/* What was said stays said, whole and in order. */
holds("16")
holds("17")
holds("19")
holds("20")
holds("24")
holds("26")
holds("rule 4")
holds("rule 6")
