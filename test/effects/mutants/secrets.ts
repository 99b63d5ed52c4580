import { fault, type Fault } from "../../support/mutated-module.ts"

const REDACT = "effects/secrets/redact.ts"
const SHAPES = "effects/secrets/shapes.ts"
const VALUE = "effects/secrets/value.ts"

/** Faults in what is taken out of a text. */
export const secretMutants: readonly Fault[] = [
  fault("does not look for private keys", REDACT, "inHeaders(privateKeys(", "inHeaders(((text: string) => text)("),
  fault("leaves passwords in addresses", REDACT, "const inUrls: Redact = (text) => text.includes(\"://\") ?", "const inUrls: Redact = (text) => false ?"),
  fault("leaves the keys of this process", REDACT, "own.reduce((rest, [name, value]) => rest.replaceAll(value, placeholder(name)), text)", "text"),
  fault("takes out what is only named like a secret", REDACT, "return looksSecret(value, how) ? `${before}", "return true ? `${before}"),
  fault("names the wrong kind", REDACT, "placeholder((TOKENS[groups.indexOf(found)] as (typeof TOKENS)[number])[0])", "placeholder((TOKENS[0] as (typeof TOKENS)[number])[0])"),
  fault("knows no short-lived keys of AWS", SHAPES, "AKIA|ASIA|ABIA", "AKIA|ABIA"),
  fault("takes examples for keys", SHAPES, "export const isForShow = (text: string): boolean => FOR_SHOW.test(text)", "export const isForShow = (_: string): boolean => false"),
  fault("takes placeholders for values", VALUE, "if (isForShow(value) || PLACEHOLDERS.test(value) ||", "if (isForShow(value) ||"),
  fault("takes names of a program for values", VALUE, "isMixed(value) && !isName(value) && !isIdentifier(value) &&", "isMixed(value) &&"),
  fault(
    "tells the last line of a stream before it is whole",
    "effects/secrets/redact-stream.ts",
    'const lines = Math.max(text.lastIndexOf("\\n"), text.lastIndexOf("\\r")) + 1',
    "const lines = text.length"
  ),
  fault("takes numbers for values", VALUE, "if (/^[\\d.,:_-]+$/.test(value) || /^(?:true", "if (/^(?:true")
]
