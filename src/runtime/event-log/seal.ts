import { parsedObject } from "./header.ts"

/**
 * A seal's line begins with one TAB. JSON allows it there and our encoder writes it nowhere else,
 * so a reader finds every seal of a file at the speed of memory, without reading a line.
 */
export const TAB = 0x09
export const LF = 0x0a

/**
 * Closes a block of events. `chain` is the SHA-256 of every byte from the line of the seal before it (the header, for the first)
 * up to its own line; as that includes the hash before, the seals are a chain.
 */
export interface Seal {
  /** The newest event it covers. */
  readonly n: number
  readonly chain: string
  /** Hash of the state after that event. */
  readonly state: string
}

/** The last line of a whole log: how many events it has, and the hash of everything since the last seal. */
export interface ClosingSeal {
  readonly count: number
  readonly head: string
}

export const encodeSeal = ({ n, chain, state }: Seal): string => `\t{"seal":{"n":${n},"chain":"${chain}","state":"${state}"}}`

export const encodeClosingSeal = ({ count, head }: ClosingSeal): string => `\t{"seal":{"count":${count},"head":"${head}"}}`

/**
 * The seal of a line; `null` where it is none, or is not written exactly as a seal is:
 * the closing seal covers everything but itself, so no byte of it may be free.
 */
export const decodeSeal = (line: string): Seal | ClosingSeal | null => {
  const seal = parsedObject(line)?.["seal"] as (Seal & ClosingSeal) | undefined
  if (seal === undefined || seal === null) return null
  if (line === encodeSeal(seal)) return seal
  return line === encodeClosingSeal(seal) ? seal : null
}

export const isClosing = (seal: Seal | ClosingSeal): seal is ClosingSeal => "head" in seal
