import { holds } from "./holds.ts"

/* Failed calls: how often they are tried again, and when. */
holds("12")
holds("13")
holds("rule 5")
