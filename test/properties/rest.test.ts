import { holds } from "./holds.ts"

/* Coming to rest, shutting down, starting again; and never falling over. */
holds("10")
holds("23")
holds("28")
holds("sound")
holds("total")
