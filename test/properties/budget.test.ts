import { holds } from "./holds.ts"

/* Steps, tokens and money. */
holds("18")
holds("27")
