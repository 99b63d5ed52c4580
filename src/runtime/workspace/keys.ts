import { parseRule } from "../../machine/policy/permission-rule.ts"
import type { PermissionMode } from "../../machine/session.ts"
import { MODES, type Layer } from "../settings.ts"

/** What the settings of a trusted workspace may say: what they like, only what is no looser than the person's own word, or nothing. */
export const WORKSPACE_MAY: Readonly<Record<keyof Layer, "say" | "tighten" | "not">> = {
  model: "say",
  permissionMode: "tighten",
  allow: "say",
  ask: "say",
  deny: "say",
  maxSteps: "tighten",
  maxTokens: "tighten",
  maxBudgetUsd: "tighten",
  maxOutputTokens: "say",
  windowTokens: "say",
  autoCommit: "say",
  appendSystemPrompt: "say",
  hooks: "say",
  lsp: "say",
  webAllowPrivate: "not",
  webSearchUrl: "not",
  oracle: "not",
  weakModel: "not",
  offloadPercent: "say",
  zoneSystemTokens: "say",
  zoneToolsTokens: "say",
  zoneRulesTokens: "say",
  zoneDecisionsTokens: "say",
  zoneMapTokens: "say",
  zoneDiagnosticsTokens: "say",
  zoneOutputTokens: "say",
  sandbox: "not",
  sandboxNetwork: "not",
  sandboxHosts: "not",
  sandboxKeepVariables: "not",
  sandboxWrite: "not"
}

/** From the strictest to the loosest. */
const STRICTNESS: readonly PermissionMode[] = ["plan", "default", "accept-edits", "auto", "bypass"]

/** What no workspace may say at all, or what cannot be meant; `null` where there is nothing of it. */
export const forbiddenIn = (layer: Layer): string | null => {
  const { permissionMode: mode } = layer
  if (mode === "bypass") return "permission_mode = bypass, which only you can say: --permission-mode bypass"
  if (mode !== undefined && !(MODES as readonly string[]).includes(mode)) return `permission_mode = ${mode}, which is none of ${MODES.join(", ")}`
  const own = Object.keys(layer).find((key) => WORKSPACE_MAY[key as keyof Layer] === "not")
  if (own !== undefined) return `${own.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}, which only you can say, in your own settings`
  const wrong = [...(layer.deny ?? []), ...(layer.ask ?? []), ...(layer.allow ?? [])].find((rule) => parseRule(rule) === null)
  return wrong === undefined ? null : `${wrong}, which is no rule; write it as shell(git *) or file_read`
}

/** The layer without what would loosen the word of the person (`weaker`: their own settings and the machine's). */
export const tightened = (layer: Layer, weaker: readonly Layer[]): Layer =>
  Object.fromEntries(
    Object.entries(layer).filter(([key, value]) => {
      const may = WORKSPACE_MAY[key as keyof Layer]
      if (may !== "tighten") return may === "say"
      return weaker.every((own) => isNoLooser(value, own[key as keyof Layer]))
    })
  )

const isNoLooser = (value: unknown, own: unknown): boolean => {
  if (own === undefined) return true
  if (typeof value === "number" && typeof own === "number") return value <= own
  return STRICTNESS.indexOf(value as PermissionMode) <= STRICTNESS.indexOf(own as PermissionMode)
}
