import { describe, expect, test } from "vitest"
import { placeholdersIn, redactWith } from "../../../src/effects/secrets/redact.ts"
import { makeRedactStream } from "../../../src/effects/secrets/redact-stream.ts"

const redact = redactWith({})

/** Made up, letter by letter, so that no key stands in this file as a whole. */
const letters = (length: number, alphabet = "aB3dE5gH7jK9mN2pQ4rS6tV8wX"): string => Array.from({ length }, (_, at) => alphabet[(at * 7 + (at >> 3)) % alphabet.length]).join("")
const hex = (length: number): string => letters(length, "0f1e2d3c4b5a69788796")
const capitals = (length: number): string => letters(length, "A2BC3DE4FG5HJ6KL7MN8PQ9RS")

/** A text, and the part of it that nobody may see. */
type Case = readonly [kind: string, before: string, secret: string, after?: string]

const TOKENS: readonly Case[] = [
  ["an AWS access key", "id: ", `AKIA${capitals(16)}`],
  ["an AWS access key", "temporary ", `ASIA${capitals(16)}`, "\n"],
  ["a Google API key", "maps?k=", `AIza${letters(35)}`, "&x=1"],
  ["a Google OAuth secret", "", `GOCSPX-${letters(28)}`],
  ["a Google access token", "", `ya29.${letters(60)}`],
  ["an Azure storage key", "DefaultEndpointsProtocol=https;", `AccountKey=${letters(86)}==`, ";EndpointSuffix=core.windows.net"],
  ["an Azure signature", "?sv=2024-01-01&", `sig=${letters(43)}%3D`],
  ["a GitHub token", "", `ghp_${letters(36)}`],
  ["a GitHub token", "", `github_pat_${letters(22)}_${letters(59)}`],
  ["a GitHub token", "", `ghs_${letters(36)}`],
  ["a GitLab token", "", `glpat-${letters(20)}`],
  ["a GitLab token", "", `glrt-${letters(20)}`],
  ["an Atlassian token", "", `ATATT3xFfGF0${letters(60)}`],
  ["a Slack token", "", `xoxb-${hex(12).replaceAll(/[a-f]/g, "1")}-${letters(24)}`],
  ["a Slack token", "", `xapp-1-${capitals(10)}-${letters(30)}`],
  ["a Slack webhook", "https://", `hooks.slack.com/services/T${capitals(8)}/B${capitals(8)}/${letters(24)}`],
  ["a Discord webhook", "https://", `discord.com/api/webhooks/123456789012345678/${letters(68)}`],
  ["a Discord token", "", `M${letters(25)}.${letters(6)}.${letters(38)}`],
  ["a Telegram token", "bot ", `123456789:AA${letters(33)}`],
  ["a Stripe key", "", `sk_live_${letters(24)}`],
  ["a Stripe key", "", `rk_test_${letters(24)}`],
  ["a Stripe key", "", `whsec_${letters(32)}`],
  ["a Square token", "", `sq0atp-${letters(22)}`],
  ["a Shopify token", "", `shpat_${hex(32)}`],
  ["a Twilio key", "", `SK${hex(32)}`],
  ["a SendGrid key", "", `SG.${letters(22)}.${letters(43)}`],
  ["a Mailgun key", "", `key-${hex(32)}`],
  ["an npm token", "//registry/:_x=", `npm_${letters(36)}`],
  ["a PyPI token", "", `pypi-AgE${letters(80)}`],
  ["a RubyGems key", "", `rubygems_${hex(48)}`],
  ["a Docker token", "", `dckr_pat_${letters(27)}`],
  ["an Anthropic key", "", `sk-ant-api03-${letters(40)}`],
  ["an OpenRouter key", "", `sk-or-v1-${hex(64)}`],
  ["an OpenAI key", "", `sk-proj-${letters(48)}`],
  ["an OpenAI key", "", `sk-${letters(48)}`],
  ["a Groq key", "", `gsk_${letters(52)}`],
  ["an xAI key", "", `xai-${letters(80)}`],
  ["a Hugging Face token", "", `hf_${letters(34)}`],
  ["a Replicate token", "", `r8_${letters(37)}`],
  ["a Perplexity key", "", `pplx-${letters(48)}`],
  ["a DigitalOcean token", "", `dop_v1_${hex(64)}`],
  ["a Databricks token", "", `dapi${hex(32)}`],
  ["a Vault token", "", `hvs.${letters(90)}`],
  ["a Terraform token", "", `${letters(14)}.atlasv1.${letters(67)}`],
  ["a Pulumi token", "", `pul-${hex(40)}`],
  ["a Doppler token", "", `dp.st.dev.${letters(43)}`],
  ["a 1Password token", "", `ops_ey${letters(100)}`],
  ["an age key", "", `AGE-SECRET-KEY-1${capitals(58)}`],
  ["a Sentry token", "", `sntrys_${letters(80)}`],
  ["a New Relic key", "", `NRAK-${capitals(27)}`],
  ["a Grafana token", "", `glsa_${letters(32)}_${hex(8)}`],
  ["a Postman key", "", `PMAK-${hex(24)}-${hex(34)}`],
  ["a Linear key", "", `lin_api_${letters(40)}`],
  ["a Notion token", "", `ntn_${letters(46)}`],
  ["an Airtable token", "", `pat${letters(14)}.${hex(64)}`],
  ["a Figma token", "", `figd_${letters(40)}`],
  ["a Supabase key", "", `sbp_${hex(40)}`],
  ["a PlanetScale token", "", `pscale_tkn_${letters(43)}`],
  ["a Netlify token", "", `nfp_${letters(40)}`],
  ["a Fly token", "", `FlyV1 fm2_${letters(60)}`],
  ["a Heroku key", "", `HRKU-${letters(36)}`],
  ["a CircleCI token", "", `CCIPAT_${letters(22)}_${hex(40)}`],
  ["a Buildkite token", "", `bkua_${hex(40)}`],
  ["an Artifactory key", "", `AKCp8${letters(68)}`],
  ["a Mapbox token", "", `sk.eyJ${letters(40)}.${letters(22)}`],
  ["a Facebook token", "", `EAA${letters(120)}`],
  ["a web token", "", `eyJ${letters(17)}.eyJ${letters(40)}.${letters(43)}`]
]

const SETTINGS: readonly Case[] = [
  ["a secret value", "DATABASE_PASSWORD=", "hunter22!x"],
  ["a secret value", "export API_KEY=", "abcdefgh1234"],
  ["a secret value", "STRIPE_SECRET=\"", "abcd-1234-efgh", "\""],
  ["a secret value", "  \"apiKey\": \"", letters(20), "\","],
  ["a secret value", "password: ", "S3cr3tPassw0rd"],
  ["a secret value", "const token = '", letters(24), "'"],
  ["a secret value", "client_secret => \"", letters(24), "\""],
  ["a secret value", "config['private_key'] = \"", letters(30), "\""],
  ["a secret value", "    client-key-data: ", letters(80)],
  ["a secret value", "12\tSIGNING_KEY=", letters(20)],
  ["a secret value", "//registry.example.com/:_authToken=", letters(36)],
  ["a password", "postgres://app:", "p4ssw0rd!", "@db.internal:5432/app"],
  ["a password", "redis://:", "hunter2hunter2", "@cache:6379"],
  ["a password", "mongodb+srv://root:", "Zx81kl00", "@cluster0.mongodb.net"],
  ["credentials", "Authorization: Bearer ", letters(30)],
  ["credentials", "\"authorization\": \"Basic ", `${letters(22)}==`, "\""],
  ["credentials", "-H 'Authorization: token ", letters(40), "'"],
  ["a key", "x-api-key: ", letters(32)],
  ["a cookie", "< Set-Cookie: session=", letters(40), "; Path=/; HttpOnly"],
  ["a password", "mysql --password=", "hunter2hunter2", " -u root"],
  ["a password", "curl -u admin:", "hunter2hunter2", " https://example.com"],
  ["a secret value", "SMTP_PASS=", "Zq9vK2mPx7Lw"],
  ["a secret value", "smtp-pass: ", "Zq9vK2mPx7Lw"],
  ["a secret value", "SECRET_KEY_BASE=", hex(64)],
  ["a secret value", "ENV SECRET_KEY_BASE ", hex(64)],
  ["a secret value", "3\tENV DB_PASSWORD \"", "S3cr3tPassw0rd", "\""],
  ["a password", "mysql -uroot -p", "S3cretPw12", " shop"],
  ["a password", "sshpass -p ", "S3cretPw12", " ssh host"],
  ["a password", "redis-cli -h cache -a ", "S3cretPw12", " ping"],
  ["a password", "machine api.example.com login me password ", "hunter2hunter2"]
]

describe("what is taken out", () => {
  test.each([...TOKENS, ...SETTINGS].map((each, index) => [index + 1, ...each] as const))("%i %s", (_, kind, before, secret, after = "") => {
    expect(redact(`first\n${before}${secret}${after}\nlast`)).toBe(`first\n${before}‹redacted: ${kind}›${after}\nlast`)
  })

  const body = Array.from({ length: 6 }, () => letters(64)).join("\n")
  const block = (name: string): string => `-----BEGIN ${name}-----\n${body}\n-----END ${name}-----`
  test.each(["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "PGP PRIVATE KEY BLOCK"])("a whole block: %s", (name) => {
    expect(redact(`a\n${block(name)}\nb`)).toBe("a\n‹redacted: a private key›\nb")
  })
  test("a block with line numbers, as one line of JSON, with headers, and cut at either end", () => {
    const numbered = block("RSA PRIVATE KEY").split("\n").map((line, index) => `${index + 1}\t${line}`).join("\n")
    expect(redact(numbered)).toBe("1\t‹redacted: a private key›")
    expect(redact(`{"private_key": "${block("PRIVATE KEY").replaceAll("\n", "\\n")}\\n"}`)).toBe('{"private_key": "‹redacted: a private key›\\n"}')
    expect(redact(block("RSA PRIVATE KEY").replace("-----\n", "-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,1234\n\n"))).toBe("‹redacted: a private key›")
    const lines = block("RSA PRIVATE KEY").split("\n")
    expect(redact(lines.slice(0, 4).join("\n"))).toBe("‹redacted: a private key›")
    expect(redact(`(cut)\n${lines.slice(3).join("\n")}`)).toBe("(cut)\n‹redacted: a private key›")
  })

  test("the very keys that this process was given, wherever they stand", () => {
    const mine = redactWith({ MY_SERVICE_KEY: "correct-horse-battery", PATH: "/usr/bin", SHORT_TOKEN: "abc", SSH_KEY: "/home/me/.ssh/id", TOKEN: undefined })
    expect(mine("it said correct-horse-battery. PATH=/usr/bin abc /home/me/.ssh/id")).toBe("it said ‹redacted: MY_SERVICE_KEY›. PATH=/usr/bin abc /home/me/.ssh/id")
  })

  test("several in one text, each by its own name; what is redacted once stays as it is", () => {
    const text = `a ghp_${letters(36)} b AKIA${capitals(16)}\nDB_PASSWORD=hunter22!x`
    const once = redact(text)
    expect(once).toBe("a ‹redacted: a GitHub token› b ‹redacted: an AWS access key›\nDB_PASSWORD=‹redacted: a secret value›")
    expect(redact(once)).toBe(once)
  })
})

const HARMLESS: readonly string[] = [
  "commit 2e65efe2a145dda7ee51d1741299f848e5bf752e",
  "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
  '"integrity": "sha512-3WnjUzZ7ZqPkXGf0o3bJ7tXqZp0y3VgQ0k8y9QxZ1mQ7pD5bK2nR4sT6uV8wX0yZ2aB4cD6eF8gH0iJ2kL4mN6=="',
  "id: 123e4567-e89b-12d3-a456-426614174000",
  'checksum = "c5f2f6a6a4b0a6f3d7c1e8b9a0f1e2d3c4b5a697"',
  "yarn lock: resolved \"https://example.com/a/-/a-1.0.0.tgz#2e65efe2a145dda7ee51d1741299f848e5bf752e\"",
  "h1:ZQqkZ9iKXGf0o3bJ7tXqZp0y3VgQ0k8y9QxZ1mQ7pD4=",
  "AKIAIOSFODNN7EXAMPLE",
  `sk-${"x".repeat(48)}`,
  "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A\n-----END PUBLIC KEY-----",
  "-----BEGIN CERTIFICATE-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A\n-----END CERTIFICATE-----",
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl me@host",
  "password: string",
  "password: string | undefined",
  "const token = await getToken(request)",
  "const apiKey = process.env.API_KEY",
  "apiKey: process.env.ANTHROPIC_API_KEY ?? settings.apiKey",
  "API_KEY=${API_KEY}",
  "API_KEY=$(cat key.txt)",
  "API_KEY=<your-key-here>",
  "API_KEY=your-api-key",
  "API_KEY=changeme",
  "SSH_KEY=/home/me/.ssh/id_ed25519",
  "MAX_TOKENS=100000000",
  "tokens: 12345678",
  "token_count = 12345678",
  "TOKEN_LIMIT=4096",
  "secretKeyRef: name",
  "passwordConfirmation: passwordAgain",
  '"password": "correct horse battery"',
  'label: "Password", placeholder: "Enter your password"',
  'throw new Error("the token is not valid")',
  "if (token === expectedToken) return",
  "function verifyPassword(password: string, hash: string): boolean {",
  "private_key_path: ./keys/server.pem",
  "this.secret = options.secret",
  "secret = config.get('secret')",
  "keyboard: qwertyuiop123",
  "monkey = bananas2345",
  "the secretary: Mrs. Smith",
  "https://example.com:8080/path?q=1",
  "http://localhost:3000/@scope/package",
  "git@github.com:owner/name.git",
  "user@example.com",
  "import { token } from \"./token.ts\"",
  "type Token = { readonly kind: \"word\"; readonly text: string }",
  "case TokenType.Identifier:",
  "eyJhbGciOiJIUzI1NiJ9",
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4",
  "/nix/store/0a1b2c3d4e5f6g7h8i9j0k1l2m3n4p5q-hello-2.12",
  "v1.0.0-20240101000000-abcdef123456",
  "bearer of bad news",
  "Authorization: Bearer <token>",
  "Authorization: Bearer $TOKEN",
  "curl -u user https://example.com",
  "npm_config_registry=https://registry.example.com/",
  "--token-limit 100",
  "password=null",
  "password: '********'",
  "credentials: \"include\"",
  "credentials: same-origin",
  "access_token: access_token",
  "Set-Cookie: theme=dark; Path=/",
  "3a7bd3e2360a3d29eea436fcfb7e44c735d117c42d1c1835420b6b9942dd4f1b  file.tar.gz",
  "task-0123456789abcdef0123456789abcdef",
  "desk-lamp-0123456789012345678901234567890123456789",
  "flask-sk-learn-abcdefghijklmnopqrstuvwxyz",
  "AccountKey=short",
  "readonly signingPrivateKey: Uint8Array",
  "credential: X509Credential | undefined",
  "let hasApiKey = !isBearerToken",
  "headers: { \"x-api-key\": Schema.String }",
  "https://user:pass@example.com/",
  "bypass=Abcdefgh12",
  "MAX_TOKEN=1000000000",
  "token: 2026-11-20",
  "secret_version = 20240101.12",
  "--low-pass=Filter2Settings()",
  "mysql -p",
  "mysql -uroot -p$MYSQL_PASSWORD shop",
  "mkdir -pv a1b2/c3d4 && mysql --version",
  "redis-cli -a \"$REDIS_PASSWORD\" ping",
  "ENV PATH_TO_TOKEN /run/secrets/token1",
  "ENV TOKEN_FILE ./token1.txt",
  "env | grep token ABCDEFGH12",
  "token-type = 'urn:openai:params:oauth:token-type:x509'"
]

describe("what stays", () => {
  test.each(HARMLESS.map((text) => [text]))("%s", (text) => {
    expect(redact(text)).toBe(text)
  })

  test("a long text of every byte takes no longer than it should, and stays", () => {
    const text = Array.from({ length: 200_000 }, (_, at) => String.fromCharCode(32 + ((at * 31) % 95))).join("")
    const plain = `${"a".repeat(100_000)}\n${"=".repeat(50_000)}\n${"key ".repeat(20_000)}${"://".repeat(20_000)}`
    expect([redact(text).length > 0, redact(plain)]).toEqual([true, plain])
  })
})

test("text that comes in pieces loses the same, wherever it is cut; nothing else is lost or moved", () => {
  const block = `-----BEGIN PRIVATE KEY-----\n${letters(64)}\n${letters(64)}\n-----END PRIVATE KEY-----`
  const text = `start\r10 %\r20 %\nGITHUB=ghp_${letters(36)}\n${block}\nDB_PASSWORD=hunter22!x\nend without newline`
  const whole = redact(text)
  for (let at = 0; at <= text.length; at++) {
    const stream = makeRedactStream(redact)
    expect(stream.write(text.slice(0, at)) + stream.write(text.slice(at)) + stream.end()).toBe(whole)
  }
  const byOne = makeRedactStream(redact)
  expect([...text].map(byOne.write).join("") + byOne.end()).toBe(whole)
})

test("a placeholder is known again, but for one that stood there before", () => {
  expect(placeholdersIn("a ‹redacted: a GitHub token› b", "")).toEqual(["‹redacted: a GitHub token›"])
  expect(placeholdersIn("a ‹redacted: a GitHub token› b", "x ‹redacted: a GitHub token›")).toEqual([])
})
