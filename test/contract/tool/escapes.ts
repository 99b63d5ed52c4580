import { wordsOf } from "../contract.ts"

const KINDS = ["unhandledRejection", "uncaughtException"] as const

/** Hears what is thrown where nobody waits for it, instead of whoever else would, until it is told to stop. */
export const hearEscapes = (): { readonly escaped: readonly string[]; readonly stop: () => void } => {
  const escaped: string[] = []
  const hear = (thrown: unknown): void => void escaped.push(wordsOf(thrown))
  const others = KINDS.map((kind) => process.rawListeners(kind))
  for (const kind of KINDS) process.removeAllListeners(kind).on(kind, hear)
  const stop = (): void =>
    KINDS.forEach((kind, index) => {
      process.removeListener(kind, hear)
      for (const other of others[index] ?? []) process.on(kind, other as never)
    })
  return { escaped, stop }
}
