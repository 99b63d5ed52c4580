import { isForShow } from "./shapes.ts"

/** How a value stands in a text: after `NAME=`, between quotes, or as a bare word of code or YAML. */
export type Standing = "assigned" | "quoted" | "bare"

/** Whether a value that is named like a secret is one, or only a placeholder, a type, a path, a call, a number. */
export const looksSecret = (value: string, standing: Standing): boolean => {
  if (isForShow(value) || PLACEHOLDERS.test(value) || value.includes("‹redacted")) return false
  if (/^[\d.,:_-]+$/.test(value) || /^(?:true|false|null|none|undefined)$/i.test(value)) return false
  if (/^(?:[~.]{0,2}\/|[A-Za-z]:\\|file:)/.test(value) && !/[+=]/.test(value)) return false
  switch (standing) {
    case "assigned":
      return true
    case "quoted":
      return isMixed(value) && !isName(value)
    case "bare":
      return isMixed(value) && !isName(value) && !isIdentifier(value) && !/^!|[$%*|&?\\]/.test(value)
  }
}

/** What people write where a secret will stand. */
const PLACEHOLDERS = new RegExp(
  [
    String.raw`^(?:[<[{%$]|\*{3,}|\.{3,}|…)|[>}\]]$`,
    String.raw`^(?:your|my|the|some|change|replace|insert|enter|put|todo|placeholder|dummy|fake|sample|redacted|example)(?:[-_ .]|me|this|here|$)`,
    String.raw`^(?:secret|password|passwd|pass|token|string|number|boolean)s?$`,
    String.raw`^(?:process|import|os|env|config|self|this|settings|options|secrets|vars|data|var|local|module|ctx|req|request|res|response|params|props|state)[.[(]`,
    String.raw`^(?:vault:|urn:|op:\/\/|arn:|ssm:|keyring:)`
  ].join("|"),
  "i"
)

/** Letters and digits, or letters of both cases with a mark: words of a language are neither. */
const isMixed = (value: string): boolean =>
  /[A-Za-z]/.test(value) && (/\d/.test(value) || (/[a-z]/.test(value) && /[A-Z]/.test(value) && /[^A-Za-z]/.test(value)))

/** A name of a program, as `user.apiKey2` or `my-secret-v1`: words with at most a number at the end of each. */
const isName = (value: string): boolean =>
  /^(?:[a-z]+|[A-Z][a-z]*|[A-Z]+)(?:[A-Z][a-z]*|[._/:-](?:[A-Za-z]*))*\d{0,2}$/.test(value) && !/\d{3,}/.test(value)

/** Names in a program, joined by dots, each with at most one number in it, as `Uint8Array` or `X509Credential`: no key looks so tidy. */
const isIdentifier = (value: string): boolean => /^[A-Za-z_$]+\d{0,4}[A-Za-z_$]*(?:\.[A-Za-z_$]+\d{0,4}[A-Za-z_$]*)*$/.test(value)
