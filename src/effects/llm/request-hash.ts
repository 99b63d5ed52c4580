import { createHash } from "node:crypto"
import type { CanonicalRequest } from "../../machine/request.ts"

/** SHA-256 of the canonical request as JSON, hex: what `LlmStarted` carries and a replay compares. */
export const hashRequest = (request: CanonicalRequest): string => createHash("sha256").update(JSON.stringify(request)).digest("hex")
