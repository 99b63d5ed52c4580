import { fault, type Fault } from "../../support/mutated-module.ts"

const GLOB = "effects/tools/shell/glob.ts"
const MENTIONS = "effects/tools/shell/mentions.ts"
const TOUCHED = "effects/tools/shell/touched.ts"
const RUNS = "effects/tools/shell/runs.ts"
const FACTS = "effects/tools/shell/facts.ts"
const RULE = "machine/policy/permission-rule.ts"

/** Faults in which files a command is said to name, and in what rules hear of them. */
export const touchedMutants: readonly Fault[] = [
  fault("takes a pattern of the shell for a name", GLOB, "if (!isOpen(pattern)) return", "if (true) return"),
  fault("takes a choice of the shell for a name", GLOB, "if (choice === null) return [pattern]", "return [pattern]"),
  fault("expands what stands in quotes", GLOB, "literally(single ?? ansi ?? escaped ?? \"\")", "(single ?? ansi ?? escaped ?? \"\")"),
  fault("does not know the folder by its name", GLOB, ".replaceAll(/\\$(?:PWD\\b|\\{PWD\\})/g, () => literally(folder))", ""),
  fault("forgets the end of a path that begins with what is not known", TOUCHED, "return behind.startsWith(\"/\") ? behind.replace(/^\\/+/, \"\") : \"\"", "return \"\""),
  fault("takes a link for a file of its own", TOUCHED, "[place.absolute, lexical]", "[lexical]"),
  fault("forgets what a link is called", TOUCHED, "[place.absolute, lexical]", "[place.absolute]"),
  fault("tells of no folder what is in it", TOUCHED, "const isFolder = within &&", "const isFolder = false &&"),
  fault("forgets the workspace in a folder around it", TOUCHED, "...(around ? [", "...(false ? ["),
  fault("leaves out what is too much to tell", TOUCHED, "if (facts.size > FILES_MAX) return everything(roots)", "if (facts.size > FILES_MAX) return [...facts.values()]"),
  fault("takes names for contents", MENTIONS, "(reads && NAMING.has(program))", "false"),
  fault("takes a text to look for as a file", MENTIONS, "if (!TEXT_FIRST.has(program) ||", "if (true ||"),
  fault("takes a file for a text to look for", MENTIONS, " || args.some((word) => GIVES_TEXT.test(word))", ""),
  fault("does not look behind signs that join", MENTIONS, "...joined, ...pieces]", "...joined]"),
  fault("does not look behind the letter of an option", MENTIONS, "...joined, ...pieces]", "...pieces]"),
  fault("takes a program that nobody knows for one that only reads", MENTIONS, "unsure: !READING.has(program)", "unsure: false"),
  fault("takes what is copied for what is written", MENTIONS, "access: last ? \"write\" : \"read\"", "access: \"write\""),
  fault("does not see what is written", MENTIONS, "if (WRITING.test(program) || inPlace)", "if (inPlace)"),
  fault("forgets that the line goes elsewhere", RUNS, "folders: cwd === null ? everywhere :", "folders: cwd === null ? [place.absolute] :"),
  fault("does not look into other commands", FACTS, "const runs = [...runsSeen(texts, place, roots), ", "const runs = ["),
  fault("forgets redirections of what cannot be told apart", FACTS, "...runsOpening(line, texts, place, roots), ", ""),
  fault("does not hear of what a loop goes through", RUNS, '...Array.from(line.matchAll(LOOP), ([, words = ""]) => words), ', ""),
  fault(
    "holds a rule about writing against all that is named",
    RULE,
    '...(subject.path.access === "write" ? WRITERS : [])].some',
    "...WRITERS].some"
  ),
  fault("holds no rule about writing against what is named", RULE, '...(subject.path.access === "write" ? WRITERS : [])].some', "].some"),
  fault(
    "denies what may be written and may not",
    RULE,
    'if (subject.kind === "touched") return mightTouch(ofFolder(rule), tool, subject.path)',
    'if (subject.kind === "touched") return false'
  ),
  fault("asks about a folder of which all is denied", RULE, "...(touched.within === true ? [{ ...touched, path: inside }] : [])", "")
]
