import { holds } from "./holds.ts"

/* What the model sees of the transcript. */
holds("33")
holds("rule 8")
holds("rule 9")
