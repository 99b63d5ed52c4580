import { describe, expect, test } from "vitest"
import { withChanges, without, type AgentFiles } from "../../../src/effects/git/agent-files.ts"
import { secretsIn } from "../../../src/effects/secrets/shapes.ts"
import { subjectFor, type SubjectChange } from "../../../src/effects/git/subject.ts"

const edited = (path: string): SubjectChange => ({ path, kind: "edited" })
const added = (path: string): SubjectChange => ({ path, kind: "added" })
const deleted = (path: string): SubjectChange => ({ path, kind: "deleted" })

test("a subject says what kind of change it is and names the file that says most", () => {
  const subjects: readonly (readonly [readonly SubjectChange[], string])[] = [
    [[edited("src/a.ts")], "fix: edit src/a.ts"],
    [[edited("test/a.test.ts"), edited("src/a.ts"), edited("README.md")], "fix: edit src/a.ts and 2 more"],
    [[added("src/b.ts"), edited("src/a.ts")], "feat: edit src/a.ts and 1 more"],
    [[added("src/b.ts")], "feat: add src/b.ts"],
    [[edited("src/a.ts"), added("test/a.test.ts")], "fix: edit src/a.ts and 1 more"],
    [[edited("test/a.test.ts")], "test: edit test/a.test.ts"],
    [[edited("README.md"), added("docs/x.md")], "docs: edit README.md and 1 more"],
    [[edited("package.json"), edited("package-lock.json")], "build: edit package-lock.json and 1 more"],
    [[deleted("src/a.ts")], "chore: delete src/a.ts"],
    [[edited("a\nb.ts")], "fix: edit a?b.ts"]
  ]
  for (const [changes, subject] of subjects) expect(subjectFor(changes)).toBe(subject)
})

test("a subject has at most 72 characters and keeps the end of a long path", () => {
  const subject = subjectFor([edited(`${"deep/".repeat(30)}file.ts`), edited("z.ts")])
  expect(subject.length).toBe(72)
  expect(subject).toMatch(/^fix: edit ….*\/file\.ts and 1 more$/)
})

describe("keys", () => {
  const found: readonly (readonly [kind: string, text: string])[] = [
    ["a private key", `-----BEGIN RSA PRIVATE KEY-----\n${"MIIEpAIBAAKC".repeat(4)}\n`],
    ["a private key", `-----BEGIN PRIVATE KEY-----\\n${"MIIEpAIBAAKC".repeat(4)}`],
    ["a private key", `-----BEGIN OPENSSH PRIVATE KEY-----\r\n${"b3BlbnNzaC1r".repeat(4)}`],
    ["an AWS access key", "id = AKIAJ7XQ2LMN4OPQRSTU"],
    ["an AWS secret key", `aws_secret_access_key = ${"aB3/".repeat(10)}`],
    ["a Google API key", `AIza${"Sy1_-".repeat(7)}`],
    ["a GitHub token", `gho_${"a1B2c3".repeat(6)}`],
    ["a GitLab token", `glpat-${"x1Y2z3".repeat(4)}`],
    ["a Slack token", "xoxb-1234567890-abcdefghij"],
    ["a Stripe key", `sk_live_${"a1B2".repeat(6)}`],
    ["an npm token", `npm_${"a1B2c3".repeat(6)}`],
    ["an Anthropic key", `sk-ant-api03-${"a1_-".repeat(8)}`],
    ["an OpenAI key", `sk-proj-${"a1B2".repeat(12)}`]
  ]
  test.each(found)("%s is found: %s", (kind, text) => {
    expect(secretsIn(`first line\n${text}`).map((secret) => `${secret.kind} ${secret.line}`)).toEqual([`${kind} 2`])
  })

  test("what only looks a little like one is not: documentation, hashes, placeholders, prose", () => {
    const harmless =
      "AKIAIOSFODNN7EXAMPLE\nsk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n-----BEGIN PRIVATE KEY-----\n…\n2e65efe2a145dda7ee51d1741299f848e5bf752e\nask-me-anything\n-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A"
    expect(secretsIn(harmless)).toEqual([])
  })
})

test("the agent's files add up over batches: first before, last after; back to the first is nothing; another hand in between begins anew", () => {
  const version = (oid: string) => ({ oid, mode: "100644" })
  const change = (path: string, before: string | null, after: string | null) => ({
    path,
    before: before === null ? null : version(before),
    after: after === null ? null : version(after)
  })
  const none: AgentFiles = new Map()
  const one = withChanges(none, [change("a", "1", "2"), change("b", null, "1"), change("c", "1", null)])
  const two = withChanges(one, [change("a", "2", "3"), change("b", "1", null), change("c", null, "1")])
  expect([...two.values()]).toEqual([change("a", "1", "3")])
  expect([...withChanges(one, [change("a", "person", "3")]).values()]).toContainEqual(change("a", "person", "3"))
  expect([...without(two, ["a"]).values()]).toEqual([])
})
