import { fault, type Fault } from "../../support/mutated-module.ts"

const EDIT = "effects/tools/edit/edit.ts"
const TOLERANT = "effects/tools/edit/tolerant.ts"
const HUNKS = "effects/tools/patch/apply-hunks.ts"
const BEGIN = "effects/tools/patch/begin-patch.ts"
const UNIFIED = "effects/tools/patch/unified-patch.ts"
const PATCH = "effects/tools/patch/apply-patch.ts"

/** Faults in how a text is found and replaced. */
export const editMutants: readonly Fault[] = [
  fault(
    "takes the first of several places that are nearly so",
    TOLERANT,
    "if (starts.length > 1) return { ambiguous",
    "if (false) return { ambiguous"
  ),
  fault(
    "takes the first of several places that look alike",
    TOLERANT,
    'if (places.length > 1) return { ambiguous: places, differs: "quotes',
    'if (false) return { ambiguous: places, differs: "quotes'
  ),
  fault(
    "writes its own quotes over those of the file",
    TOLERANT,
    "return { start: start + head, end: start + old.length - tail, replacement: replacement.slice(head, replacement.length - tail) }",
    "return { start, end: start + old.length, replacement }"
  ),
  fault("gives new lines the indentation of the edit", TOLERANT, 'line.trim() === "" ? line : indentation(line)', "line"),
  fault("loses the newline at the end", EDIT, "return endsAsBefore ? edited :", "return true ? edited :"),
  fault("ends new lines in LF in a file of CRLF", EDIT, "endingIn(text.slice(start, copied)) ?? endingOf(text, start)", "\"\\n\""),
  fault("counts places in the shown text, not in the file", EDIT, "  return position + low\n", "  return position\n"),
  fault("does not notice an edit that was made already", EDIT, "if (made >= 0) refuse(", "if (false) refuse("),
  fault("adds lines twice", EDIT, "  requireNotMade(what, view.text, places, wanted, replacement)\n", ""),
  fault("is tolerant where all places are wanted", EDIT, "edit.all === true ? null : meantPlace", "meantPlace")
]

/** Faults in how a patch is read and carried out. */
export const patchMutants: readonly Fault[] = [
  fault("takes the first of several places", HUNKS, "named ?? refuse(", "named ?? first ?? refuse("),
  fault("does not look for the heading", HUNKS, "const from = afterHeadings(what, lines, hunk.headings)", "const from = 0"),
  fault("forgets how many lines came before", HUNKS, "moved += hunk.new.length - hunk.old.length", "moved += 0"),
  fault("does not mind that the lines are not the last", HUNKS, "filter((place) => !hunk.atEnd ||", "filter((place) => true ||"),
  fault("ends new lines in LF in a file of CRLF", HUNKS, "if (!text.includes(\"\\r\\n\")) return", "if (true) return"),
  fault("does not move a file", BEGIN, "to: moved ?? path", "to: path"),
  fault("takes lines of a new file without +", BEGIN, "if (wrong >= 0) refuse(", "if (false) refuse("),
  fault("deletes a file that the diff only changes", UNIFIED, "if (after === null || patch.isDelete === true)", "if (after !== null)"),
  fault("adds a file over one that is there", PATCH, "if (place.kind !== \"missing\") refuse(", "if (false) refuse("),
  fault("loses the byte order mark", PATCH, "Buffer.from(bom + text)", "Buffer.from(text)"),
  fault("does not put back what was changed before one failed", PATCH, "for (const change of done.toReversed()) putBack(change)", ""),
  fault("changes a file that was changed since it was read", PATCH, "if (seen !== null && seen !== versionBySize(content)) refuse(", "if (false) refuse(")
]
