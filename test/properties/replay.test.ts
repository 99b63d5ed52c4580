import { holds } from "./holds.ts"

/* What a log proves: that a session can be had again from its events, wherever one begins. */
holds("1")
holds("2")
holds("3")
holds("4")
holds("22")
holds("34")
holds("plain", 150)
