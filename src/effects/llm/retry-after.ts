/** What the provider asks to wait, in ms: `retry-after-ms`, else `retry-after` in seconds or as a date. */
export const retryAfterMs = (header: (name: string) => string | null, nowMs: number): number | null => {
  const precise = numberOf(header("retry-after-ms"))
  if (precise !== null) return Math.max(0, Math.ceil(precise))
  const plain = header("retry-after")
  const seconds = numberOf(plain)
  if (seconds !== null) return Math.max(0, Math.ceil(seconds * 1000))
  const date = plain === null ? Number.NaN : Date.parse(plain)
  return Number.isNaN(date) ? null : Math.max(0, date - nowMs)
}

const numberOf = (text: string | null): number | null =>
  text === null || text.trim() === "" || Number.isNaN(Number(text)) ? null : Number(text)
