import { isForShow, TOKENS } from "./shapes.ts"
import { looksSecret } from "./value.ts"

/*
 * Takes out of a text what only its owner should know. It looks at shapes, at the names beside values, and for the very values that
 * this process was given as keys. What it puts in their place says what stood there; that it did is seen by model, log and person alike.
 */

/** What stands where something was taken out. Its brackets are rare, so that hardly any text holds it by itself. */
export const placeholder = (kind: string): string => `‹redacted: ${kind}›`

const PLACEHOLDER = /‹redacted: [^›\n]{1,40}›/g

/** The placeholders in a text that are not in another: whoever writes them would write them over a secret. */
export const placeholdersIn = (text: string, known: string): readonly string[] =>
  (text.match(PLACEHOLDER) ?? []).filter((each) => !known.includes(each))

export type Redact = (text: string) => string

/** Shorter values are found by chance. Units: UTF-16 code units. */
const VALUE_LENGTH_MIN = 8

/** `valuesByName`: what the environment of this process holds; of that, the values whose names say that they are keys. */
export const redactWith = (valuesByName: Readonly<Record<string, string | undefined>>): Redact => {
  const own = ownKeys(valuesByName)
  return (text) =>
    text.length < VALUE_LENGTH_MIN
      ? text
      : named(tokens(inUrls(inHeaders(privateKeys(own.reduce((rest, [name, value]) => rest.replaceAll(value, placeholder(name)), text))))))
}

// ── the keys that this process itself was given ──────────────────────────────────────────────────────────────────

const KEY_NAME = /(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?)$/i

const ownKeys = (valuesByName: Readonly<Record<string, string | undefined>>): readonly (readonly [name: string, value: string])[] =>
  Object.entries(valuesByName).flatMap(([name, value = ""]) =>
    KEY_NAME.test(name) && value.length >= VALUE_LENGTH_MIN && looksSecret(value, "assigned") ? [[name, value] as const] : []
  )

// ── shapes ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** A key block, whole or cut at either end, as it stands or with line numbers, or as one line of JSON. */
const KEY_LINE = String.raw`(?:[ \t]*(?:\d+\t|[+-])?[ \t]*(?:[A-Za-z0-9+/=]{1,100}|[A-Za-z-]+: [^\n]{1,100})?\r?\n)`
const PRIVATE_KEY = new RegExp(
  String.raw`-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----(?:(?:\\r)?\\n[A-Za-z0-9+/=\\nr]{16,}(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----)?|\r?\n${KEY_LINE}{1,400}(?:[ \t]*(?:\d+\t|[+-])?[ \t]*(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|[A-Za-z0-9+/=]{16,}))?|\s[A-Za-z0-9+/= ]{40,}(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----)?)`,
  "g"
)
/** The end of a block whose beginning was cut off. */
const PRIVATE_KEY_END = /(?:^[ \t]*(?:\d+\t)?[A-Za-z0-9+/=]{16,100}\r?\n){1,400}[ \t]*(?:\d+\t)?-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----/gm

const privateKeys: Redact = (text) =>
  text.includes(" PRIVATE KEY")
    ? text.replaceAll(PRIVATE_KEY, placeholder("a private key")).replaceAll(PRIVATE_KEY_END, placeholder("a private key"))
    : text

/** All shapes at once: each stands in a group of its own, and which group matched says what it is. */
const ANY_TOKEN = new RegExp(TOKENS.map(([, shape]) => `(${shape.source})`).join("|"), "g")

const tokens: Redact = (text) =>
  text.replace(ANY_TOKEN, (found, ...groups) =>
    isForShow(found) ? found : placeholder((TOKENS[groups.indexOf(found)] as (typeof TOKENS)[number])[0])
  )

/** `scheme://person:password@host`; what stands before the password stays. */
const URL_PASSWORD = /(\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@"'<>]{0,80}:)([^\s/@"'<>]{3,200})(?=@[^\s@]{2})/gi

const inUrls: Redact = (text) =>
  text.includes("://")
    ? text.replace(URL_PASSWORD, (found, before: string, value: string) =>
        looksSecret(value, "assigned") ? before + placeholder("a password") : found
      )
    : text

/** `authorization: bearer …`, `x-api-key: …`, cookies, `--password …`, `curl -u person:…`, and a line of `.netrc`. */
const HEADERS: readonly (readonly [kind: string, shape: RegExp])[] = [
  ["credentials", /(\bauthorization["']?\s{0,2}[:=]\s{0,2}["']?(?:bearer|basic|token|digest|negotiate|apikey)\s{1,3})([A-Za-z0-9._~+/=-]{8,4000})/gi],
  ["credentials", /(\b(?:bearer)\s{1,2})([A-Za-z0-9._~+/=-]{20,4000})/gi],
  ["a key", /(\bx-(?:api-key|auth-token|access-token|amz-security-token|goog-api-key|vault-token)["']?\s{0,2}[:=]\s{0,2}["']?)([A-Za-z0-9._~+/=-]{8,4000})/gi],
  ["a cookie", /(\bset-cookie:\s{0,2}[^=;\s]{1,60}=)([^;\s]{8,4000})/gi],
  ["a password", /(\s--?(?:password|passwd|pass|token|secret|api-key|apikey|client-secret)(?:=|\s{1,2})["']?)([^\s"'$<>{}()-][^\s"'$<>{}()]{5,200})/gi],
  ["a password", /(\bcurl\b[^\n]{0,200}?\s(?:-u|--user)[ =]["']?[^\s:"']{1,80}:)([^\s"']{3,200})/g],
  ["a password", /(\b(?:mysql|mysqldump|mysqladmin|mariadb)\b[^\n]{0,200}?\s-p)([^\s"'$<>{}()=-][^\s"'$<>{}()]{2,200})/g],
  ["a password", /(\bsshpass\s{1,2}-p\s?["']?|\bredis-cli\b[^\n]{0,200}?\s-a\s{1,2}["']?)([^\s"'$<>{}()-][^\s"'$<>{}()]{2,200})/g],
  ["a password", /(\blogin\s{1,3}\S{1,80}\s{1,3}password\s{1,3})(\S{3,200})/g]
]

const inHeaders: Redact = (text) =>
  HEADERS.reduce(
    (rest, [kind, shape]) =>
      rest.replace(shape, (found, before: string, value: string) =>
        looksSecret(value, kind === "a password" ? "assigned" : "quoted") ? before + placeholder(kind) : found
      ),
    text
  )

// ── values by the names they were given ──────────────────────────────────────────────────────────────────────────

const NAMES =
  "password|passwd|passphrase|pwd|[_-]pass|secret|token|api[_-]?key|access[_-]?key(?:[_-]?id)?|private[_-]?key|secret[_-]?key|auth[_-]?key|account[_-]?key|encryption[_-]?key|signing[_-]?key|client[_-]?key(?:-data)?|master[_-]?key|credentials?|_auth"

/** `NAME=value`, `name: value`, `"name": "value"`, `name := 'value'`; what the name ends in after the word that gives it away is short. */
const ASSIGNED = new RegExp(
  String.raw`((?:${NAMES})(?:[_-]?(?:base64|base|b64|prod|production|dev|live|test|staging|main|primary|secondary|value|string|hash|v?\d{1,2}))?["'\]]{0,2}[ \t]{0,3}(?::=|=>|=|:)[ \t]{0,3})(?:(["'\`])([^"'\`\s]{${VALUE_LENGTH_MIN},4000})\2|([^\s"'\`,;(){}<>[\]]{${VALUE_LENGTH_MIN},4000}))`,
  "gi"
)
const SHOUTED = /[A-Z][A-Z0-9_]*=$/

/** A line of a Dockerfile: `ENV NAME value`. */
const DOCKER = new RegExp(
  String.raw`(^[ \t]*(?:\d+\t|[+-])?[ \t]*ENV[ \t]+\w{0,60}(?:${NAMES})\w{0,20}[ \t]+["']?)([^\s"'=]{${VALUE_LENGTH_MIN},4000})`,
  "gim"
)

const named: Redact = (text) =>
  text
    .replace(DOCKER, (found, before: string, value: string) =>
      looksSecret(value, "quoted") ? before + placeholder("a secret value") : found
    )
    .replace(ASSIGNED, (found, before: string, quote: string | undefined, quoted: string | undefined, bare: string | undefined) => {
      const value = quoted ?? bare ?? ""
      const how = quoted !== undefined ? "quoted" : SHOUTED.test(before) ? "assigned" : "bare"
      return looksSecret(value, how) ? `${before}${quote ?? ""}${placeholder("a secret value")}${quote ?? ""}` : found
    })
