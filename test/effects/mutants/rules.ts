import { fault, type Fault } from "../../support/mutated-module.ts"

const RULE = "machine/policy/permission-rule.ts"
const GLOB = "machine/policy/glob.ts"
const WORDS = "runtime/rule-words.ts"

/** Faults in what a rule means; those in which rule counts are among the mutants of the machine (law 25). */
export const ruleMutants: readonly Fault[] = [
  fault("knows no other agent's name", RULE, "Object.hasOwn(SPELLINGS, name) ? (SPELLINGS[name] as string) : name", "name"),
  fault(
    "takes git for gitk",
    RULE,
    'if (plain.endsWith(" *") && matchesGlob(plain.slice(0, -2), command, "text")) return true',
    'if (plain.endsWith(" *") && command.startsWith(plain.slice(0, -2))) return true'
  ),
  fault(
    "ties a name without a folder to the root",
    RULE,
    'matchesGlob(`**/${pattern}`, path, "path")',
    'matchesGlob(pattern, path, "path")'
  ),
  fault("reads a rule about a folder as one about its name", RULE, "const all = [path, ...foldersOf(path)]", "const all = [path]"),
  fault("lets be edited what may not be read", RULE, "EDITORS.includes(tool) ? [...all,", "false ? [...all,"),
  fault("takes the rule for one tool for all", RULE, 'if (matchesGlob(rule.tool, tool, "text")) return true', "return true"),
  fault(
    "offers a rule that means more than was asked",
    RULE,
    "const pattern = text === null ? null : escapeGlob(text)",
    "const pattern = text"
  ),
  fault(
    "offers a rule for a command of which not all is known",
    RULE,
    "return subject.sure === undefined ? ruleInFolder(tool, subject) : null",
    "return ruleInFolder(tool, subject)"
  )
]

/** Faults in how patterns match. */
export const globMutants: readonly Fault[] = [
  fault("lets * pass a folder", GLOB, "tokens.push({ type: \"run\" })", "tokens.push({ type: \"any-run\" })"),
  fault("does not take a sign as it is behind a backslash", GLOB, "if (character === \"\\\\\" && index + 1 < pattern.length)", "if (false)"),
  fault("wants a folder for **/", GLOB, "tokens.push({ type: \"folders\" })", "tokens.push({ type: \"any-run\" }, { type: \"literal\", character: \"/\" })")
]

/** Faults in how rules are read in a workspace. */
export const pathRuleMutants: readonly Fault[] = [
  fault("leaves the home unread", WORDS, "if (pattern === \"~\" || pattern.startsWith(\"~/\"))", "if (false)"),
  fault("takes a path from the root of the workspace for one of the machine", WORDS, "return [`${name}(.${pattern})`, ...", "return [..."),
  fault("denies in one of two readings", WORDS, "...(allows ? [] : fromRoot(name, pattern, allows, place))", ""),
  fault("allows in both of two readings", WORDS, "...(allows ? [] : fromRoot(", "...(false ? [] : fromRoot("),
  fault("does not mean the workspace by what is around it", WORDS, "return meansAll ?", "return false ?"),
  fault("reads commands as paths", WORDS, "if (!claudes && !OURS.test(name)) return [rule]", "")
]
