import { createHash } from "node:crypto"
import type { CanonicalRequest } from "../../machine/request.ts"

/** SHA-256 of the canonical request as JSON, hex: what `LlmStarted` carries and a replay compares. */
export const hashRequest = (request: CanonicalRequest): string => hashRequestText(JSON.stringify(request))

/** The same where that JSON is at hand. */
export const hashRequestText = (text: string): string => createHash("sha256").update(text).digest("hex")
