/** Something that looks like a key nobody should commit. */
export interface Secret {
  readonly kind: string
  /** From 1. */
  readonly line: number
  /** The key itself; never shown. */
  readonly text: string
}

/** Formats with a shape of their own, so that hardly anything else looks like them. */
const KINDS: readonly (readonly [kind: string, shape: RegExp])[] = [
  ["a private key", /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----[\s\\nr]*[A-Za-z0-9+/=]{16,}/g],
  ["an AWS access key", /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g],
  ["an AWS secret key", /\baws_?secret_?(?:access_?)?key["']?\s*[:=]\s*["']?[A-Za-z0-9/+=]{40}(?![A-Za-z0-9/+=])/gi],
  ["a Google API key", /\bAIza[0-9A-Za-z_-]{35}(?![0-9A-Za-z_-])/g],
  ["an Azure storage key", /\bAccountKey=[A-Za-z0-9+/]{80,}={0,2}/g],
  ["a GitHub token", /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{50,})/g],
  ["a GitLab token", /\bglpat-[A-Za-z0-9_-]{20,}/g],
  ["a Slack token", /\bxox[abeoprs]-[0-9A-Za-z-]{20,}/g],
  ["a Stripe key", /\b(?:sk|rk)_live_[0-9A-Za-z]{20,}/g],
  ["an npm token", /\bnpm_[A-Za-z0-9]{36}\b/g],
  ["an Anthropic key", /\bsk-ant-[A-Za-z0-9_-]{20,}/g],
  ["an OpenAI key", /\bsk-(?!ant-)(?:proj-|svcacct-)?[A-Za-z0-9_-]{40,}/g]
]
/** The key of Amazon's own documentation and its like: made to be shown. */
const FOR_SHOW = /EXAMPLE|\b(?:x{8,}|0{8,})\b/i
/** Units: UTF-16 code units; beyond it a file is data. */
const LENGTH_MAX = 2_000_000

/** The secrets of a text that `before` does not hold already. */
export const newSecrets = (text: string, before: string): readonly Secret[] => secretsIn(text).filter((secret) => !before.includes(secret.text))

export const secretsIn = (text: string): readonly Secret[] => {
  const searched = text.length > LENGTH_MAX ? text.slice(0, LENGTH_MAX) : text
  return KINDS.flatMap(([kind, shape]) =>
    [...searched.matchAll(shape)]
      .filter(([found]) => !FOR_SHOW.test(found))
      .map((match) => ({ kind, line: lineAt(searched, match.index), text: match[0] }))
  )
}

const lineAt = (text: string, index: number): number => {
  let line = 1
  for (let at = text.indexOf("\n"); at >= 0 && at < index; at = text.indexOf("\n", at + 1)) line++
  return line
}
