/** The end of an id tells nodes apart that were made one after the other; their beginnings are the time. */
const LETTERS = 6

/** What a person types for a node: `shortId("01jd3v6w8k5q2m9x7c4b1n0zgh")  // => "1n0zgh"`. */
export const shortId = (id: string): string => id.slice(-LETTERS)
