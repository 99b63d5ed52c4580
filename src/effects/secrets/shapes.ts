/** Something that looks like a key nobody should see. */
export interface Secret {
  readonly kind: string
  /** From 1. */
  readonly line: number
  /** The key itself; never shown. */
  readonly text: string
}

type Shape = readonly [kind: string, shape: RegExp]

/**
 * Formats with a shape of their own, so that hardly anything else looks like them.
 * Source: what each issuer documents of its keys; lengths are lower bounds, so that a longer one of tomorrow is found as well.
 */
export const TOKENS: readonly Shape[] = [
  ["an AWS access key", /\b(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}\b/],
  ["a Google API key", /\bAIza[0-9A-Za-z_-]{35}(?![0-9A-Za-z_-])/],
  ["a Google OAuth secret", /\bGOCSPX-[0-9A-Za-z_-]{20,}/],
  ["a Google access token", /\bya29\.[0-9A-Za-z_-]{20,}/],
  ["an Azure storage key", /\bAccountKey=[A-Za-z0-9+/]{80,}={0,2}/],
  ["an Azure signature", /\bsig=[A-Za-z0-9%+/]{40,}={0,2}/],
  ["a GitHub token", /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{50,})/],
  ["a GitLab token", /\bgl(?:pat|ptt|dt|rt|cbt|soat|ft|agent)-[A-Za-z0-9_-]{20,}/],
  ["an Atlassian token", /\bATATT3[A-Za-z0-9_=-]{40,}/],
  ["a Slack token", /\bxox[abeoprs]-[0-9A-Za-z-]{20,}|\bxapp-\d-[0-9A-Za-z-]{20,}/],
  ["a Slack webhook", /\bhooks\.slack\.com\/(?:services|workflows)\/[0-9A-Za-z/]{20,}/],
  ["a Discord webhook", /\bdiscord(?:app)?\.com\/api\/webhooks\/\d{10,}\/[0-9A-Za-z_-]{40,}/],
  ["a Discord token", /\b[MNO][A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,}/],
  ["a Telegram token", /\b\d{8,10}:AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])/],
  ["a Stripe key", /\b(?:sk|rk)_(?:live|test)_[0-9A-Za-z]{20,}|\bwhsec_[0-9A-Za-z+/]{24,}/],
  ["a Square token", /\bsq0(?:atp|csp|idp)-[0-9A-Za-z_-]{20,}/],
  ["a Shopify token", /\bshp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}/],
  ["a Twilio key", /\bSK[0-9a-f]{32}\b/],
  ["a SendGrid key", /\bSG\.[0-9A-Za-z_-]{16,}\.[0-9A-Za-z_-]{30,}/],
  ["a Mailgun key", /\bkey-[0-9a-f]{32}\b/],
  ["an npm token", /\bnpm_[A-Za-z0-9]{36}\b/],
  ["a PyPI token", /\bpypi-AgE[A-Za-z0-9_-]{50,}/],
  ["a RubyGems key", /\brubygems_[0-9a-f]{48}\b/],
  ["a Docker token", /\bdckr_pat_[A-Za-z0-9_-]{20,}/],
  ["an Anthropic key", /\bsk-ant-[A-Za-z0-9_-]{20,}/],
  ["an OpenRouter key", /\bsk-or-v\d-[0-9a-f]{40,}/],
  ["an OpenAI key", /\bsk-(?!ant-|or-v)(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{40,}/],
  ["a Groq key", /\bgsk_[A-Za-z0-9]{40,}/],
  ["an xAI key", /\bxai-[A-Za-z0-9]{40,}/],
  ["a Hugging Face token", /\bhf_[A-Za-z0-9]{30,}/],
  ["a Replicate token", /\br8_[A-Za-z0-9]{36,}/],
  ["a Perplexity key", /\bpplx-[A-Za-z0-9]{40,}/],
  ["a DigitalOcean token", /\bdo[oprt]_v1_[0-9a-f]{60,}/],
  ["a Databricks token", /\bdapi[0-9a-f]{32}\b/],
  ["a Vault token", /\bhv[sbr]\.[A-Za-z0-9_-]{24,}/],
  ["a Terraform token", /\b[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_-]{60,}/],
  ["a Pulumi token", /\bpul-[0-9a-f]{40}\b/],
  ["a Doppler token", /\bdp\.(?:pt|st|ct|sa|scim|audit)\.(?:[a-z0-9_-]+\.)?[A-Za-z0-9]{40,}/],
  ["a 1Password token", /\bops_ey[A-Za-z0-9_=-]{60,}/],
  ["an age key", /\bAGE-SECRET-KEY-1[0-9A-Z]{50,}/],
  ["a Sentry token", /\bsntry[su]_[A-Za-z0-9+/=_-]{40,}/],
  ["a New Relic key", /\bNRAK-[0-9A-Z]{27}\b/],
  ["a Grafana token", /\bgl(?:c_[A-Za-z0-9+/=]{30,}|sa_[A-Za-z0-9]{32}_[0-9a-f]{8})/],
  ["a Postman key", /\bPMAK-[0-9a-f]{24}-[0-9a-f]{34}/],
  ["a Linear key", /\blin_(?:api|oauth)_[A-Za-z0-9]{30,}/],
  ["a Notion token", /\b(?:ntn_[A-Za-z0-9]{40,}|secret_[A-Za-z0-9]{43}\b)/],
  ["an Airtable token", /\bpat[A-Za-z0-9]{14}\.[0-9a-f]{64}\b/],
  ["a Figma token", /\bfig[dou]_[A-Za-z0-9_-]{30,}/],
  ["a Supabase key", /\bsb(?:p_[0-9a-f]{40}|_secret_[A-Za-z0-9_-]{20,})/],
  ["a PlanetScale token", /\bpscale_(?:tkn|oauth|pw)_[A-Za-z0-9_.-]{30,}/],
  ["a Netlify token", /\bnf[pcoub]_[A-Za-z0-9]{36,}/],
  ["a Fly token", /\bFlyV1 fm\d_[A-Za-z0-9+/=,_-]{40,}|\bfo1_[A-Za-z0-9_-]{40,}/],
  ["a Heroku key", /\bHRKU-[0-9A-Za-z_-]{30,}/],
  ["a CircleCI token", /\bCCIPAT_[A-Za-z0-9]{20,}_[0-9a-f]{40}/],
  ["a Buildkite token", /\bbk(?:ua|ct)_[0-9a-f]{40}\b/],
  ["an Artifactory key", /\bAKCp[0-9][A-Za-z0-9]{60,}/],
  ["a Mapbox token", /\bsk\.eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{16,}/],
  ["a Facebook token", /\bEAA[A-Za-z0-9]{80,}/],
  ["a Dropbox token", /\bsl\.[A-Za-z0-9_-]{100,}/],
  ["a web token", /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{16,}/]
]

/** What a key says of itself by the words before it. */
export const NAMED: readonly Shape[] = [
  ["an AWS secret key", /\baws_?secret_?(?:access_?)?key["']?\s*[:=]\s*["']?[A-Za-z0-9/+=]{40}(?![A-Za-z0-9/+=])/i]
]

const PRIVATE_KEY: Shape = ["a private key", /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----[\s\\nr]*[A-Za-z0-9+/=]{16,}/]

const SEARCHED = [PRIVATE_KEY, ...NAMED, ...TOKENS].map(([kind, shape]) => [kind, new RegExp(shape.source, `g${shape.flags}`)] as const)

/** The key of Amazon's own documentation and its like: made to be shown. */
const FOR_SHOW = /EXAMPLE|\b(?:x{8,}|0{8,})\b/i

export const isForShow = (text: string): boolean => FOR_SHOW.test(text)

/** Units: UTF-16 code units; beyond it a file is data. */
const LENGTH_MAX = 2_000_000

/** The secrets of a text that `before` does not hold already. */
export const newSecrets = (text: string, before: string): readonly Secret[] => secretsIn(text).filter((secret) => !before.includes(secret.text))

export const secretsIn = (text: string): readonly Secret[] => {
  const searched = text.length > LENGTH_MAX ? text.slice(0, LENGTH_MAX) : text
  return SEARCHED.flatMap(([kind, shape]) =>
    [...searched.matchAll(shape)]
      .filter(([found]) => !isForShow(found))
      .map((match) => ({ kind, line: lineAt(searched, match.index), text: match[0] }))
  )
}

const lineAt = (text: string, index: number): number => {
  let line = 1
  for (let at = text.indexOf("\n"); at >= 0 && at < index; at = text.indexOf("\n", at + 1)) line++
  return line
}
