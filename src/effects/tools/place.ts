import type { PathFact } from "../../machine/event.ts"
import { locateInside, type Located } from "../os/path.ts"
import { refuse } from "../os/problem.ts"
import type { Workspace } from "../os/workspace.ts"
import type { ToolContext } from "./tool.ts"

/** Where an argument leads, as a fact. Errors: throws a `Problem` where that is outside the workspace, or git's own to write. */
export const pathFact = ({ roots }: Workspace["Service"], path: string, access: PathFact["access"]): PathFact => {
  if (access === "write" && /\/\.{0,2}$/.test(path)) refuse(`write ${path}: the path names a directory; give the name of a file`)
  const place = locateInside(roots, path)
  if (access === "write" && isGitsOwn(place)) refuse(`${place.shown} belongs to git, which may run what stands there; use the git tool`)
  return { path: place.shown, access, inside: true }
}

/**
 * Where an argument leads now that the call runs.
 * Errors: throws a `Problem` where that is another place than the one the call was allowed for.
 */
export const placeOf = ({ workspace, vetted }: ToolContext, path: string, access: PathFact["access"]): Located => {
  const place = locateInside(workspace.roots, path)
  if (vetted !== null && !vetted.some((fact) => fact.path === place.shown && fact.access === access)) {
    refuse(`${path} leads to ${place.shown} now, which is not what was allowed; ask again`)
  }
  return place
}

/**
 * A part named `.git`, or what some file system takes for it: in whatever case, with signs that cannot be seen, with dots, blanks or a
 * stream's name behind it, or by its short name.
 */
const isGitsOwn = ({ absolute, root }: Located): boolean =>
  absolute
    .slice((root ?? "").length)
    .split("/")
    .some((name) => GITS_OWN.test(name.replace(UNSEEN, "")))

const GITS_OWN = /^(\.git|git~\d+)[. ]*(:.*)?$/is
const UNSEEN = /[\u200C-\u200F\u202A-\u202E\u206A-\u206F\uFEFF]/g
