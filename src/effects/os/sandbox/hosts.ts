import { isIP } from "node:net"

/** A host that commands in the sandbox may reach, and its ports; `port` is `null` where nobody named one: then it is 80 and 443. */
export interface HostRule {
  /** Canonical: lower case, no dot at the end, addresses in one spelling. */
  readonly name: string
  /** Whether only what lies below the name is meant, as `*.example.org` does not mean `example.org`. */
  readonly below: boolean
  readonly port: number | null
}

/** A host and a port that somebody wants to reach. */
export interface Target {
  readonly host: string
  readonly port: number
}

const USUAL_PORTS: readonly number[] = [80, 443]

/**
 * Errors: gives back a sentence where it names no host.
 * `parseHostRule("*.example.org:8443")  // => { name: "example.org", below: true, port: 8443 }`
 */
export const parseHostRule = (text: string): HostRule | string => {
  const below = text.startsWith("*.")
  const target = parseTarget(below ? text.slice(2) : text, 0)
  if (target === null || (below && !target.host.includes(".")) || (below && isIP(target.host) !== 0)) {
    return `${text} names no host; write it as packages.example.com, *.example.org, git.example.org:22 or [2001:db8::1]:8080`
  }
  return { name: target.host, below, port: target.port === 0 ? null : target.port }
}

/** `host` or `host:port` as a target; `null` where it is neither. All spellings of an address are one. */
export const parseTarget = (text: string, portOtherwise: number): Target | null => {
  const [, named, port] = /^(\[[\da-f:.]+\]|[\p{L}\p{N}._-]+)(?::(\d{1,5}))?$/iu.exec(text) ?? (isIP(text) === 6 ? ["", `[${text}]`] : [])
  if (named === undefined || !URL.canParse(`http://${named}/`)) return null
  const host = new URL(`http://${named}/`).hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "")
  const number = port === undefined ? portOtherwise : Number(port)
  return host === "" || number > 65_535 || (port !== undefined && number === 0) ? null : { host, port: number }
}

/** `showTarget({ host: "::1", port: 80 })  // => "[::1]:80"` */
export const showTarget = ({ host, port }: Target): string => `${isIP(host) === 6 ? `[${host}]` : host}:${port}`

/** The rules that let this be reached; none: it may not. */
export const rulesFor = (rules: readonly HostRule[], { host, port }: Target): readonly HostRule[] =>
  rules.filter(
    (rule) =>
      (rule.below ? isBelow(host, rule.name) : host === rule.name) && (rule.port === null ? USUAL_PORTS.includes(port) : rule.port === port)
  )

/** An address is no name, whatever its letters. */
const isBelow = (host: string, name: string): boolean => isIP(host) === 0 && host.endsWith(`.${name}`)
