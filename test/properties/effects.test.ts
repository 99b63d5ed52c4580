import { holds } from "./holds.ts"

/* One rule for every answer: the number of the effect it answers. */
holds("5")
holds("6")
holds("7")
holds("8")
holds("9")
holds("11")
holds("15")
holds("actions")
