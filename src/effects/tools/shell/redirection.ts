/** A file that a shell opens for a command. */
export interface Redirection {
  readonly type: "opened"
  /** As it stands in the line, quotes gone. */
  readonly path: string
  readonly access: "read" | "write"
}

/** What a redirection opens: nothing where it only joins streams or leads nowhere; `null` where it cannot be told. */
export const readRedirection = (operator: string, target: string | null): readonly Redirection[] | null => {
  const access = ACCESS.get(operator)
  if (operator === ">&-" || operator === "<&-") return []
  if (access === undefined || target === null || target === "") return null
  if (operator.endsWith("&") && /^(\d+|-)$/.test(target)) return []
  if (operator === "<&") return null
  if (NOWHERE.test(target)) return []
  // Some shells open connections for names that no file has.
  return /^\/+dev(\/|$)/.test(target) || target.includes("/dev/") ? null : [{ type: "opened", path: target, access }]
}

/** `&>` is missing: one shell opens a file for both streams, another ends the command there. */
const ACCESS: ReadonlyMap<string, Redirection["access"]> = new Map([
  [">", "write"],
  [">>", "write"],
  [">|", "write"],
  ["<>", "write"],
  [">&", "write"],
  ["<", "read"],
  ["<&", "read"]
])

const NOWHERE = /^\/dev\/(null|zero|stdin|stdout|stderr|fd\/\d+)$/
