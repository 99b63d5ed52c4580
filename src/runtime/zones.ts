/**
 * How the window is divided; the rest of it is the history. What a session is opened with and what is gathered stays within its zone,
 * or `loom context` says that it does not. Units: tokens.
 */
export interface Zones {
  readonly systemTokens: number
  readonly toolsTokens: number
  readonly rulesTokens: number
  readonly decisionsTokens: number
  readonly mapTokens: number
  readonly diagnosticsTokens: number
  /** Stays free for the answer, where `max_output_tokens` is not more. */
  readonly outputTokens: number
}

export const DEFAULT_ZONES: Zones = {
  systemTokens: 2048,
  toolsTokens: 2048,
  rulesTokens: 8192,
  decisionsTokens: 1024,
  mapTokens: 2048,
  diagnosticsTokens: 1024,
  outputTokens: 4096
}

type ZoneKey = `zone${Capitalize<keyof Zones>}`

export const zonesOf = (first: (key: ZoneKey) => number | undefined): Zones => ({
  systemTokens: first("zoneSystemTokens") ?? DEFAULT_ZONES.systemTokens,
  toolsTokens: first("zoneToolsTokens") ?? DEFAULT_ZONES.toolsTokens,
  rulesTokens: first("zoneRulesTokens") ?? DEFAULT_ZONES.rulesTokens,
  decisionsTokens: first("zoneDecisionsTokens") ?? DEFAULT_ZONES.decisionsTokens,
  mapTokens: first("zoneMapTokens") ?? DEFAULT_ZONES.mapTokens,
  diagnosticsTokens: first("zoneDiagnosticsTokens") ?? DEFAULT_ZONES.diagnosticsTokens,
  outputTokens: first("zoneOutputTokens") ?? DEFAULT_ZONES.outputTokens
})
