import type { SessionSummary } from "../../runtime/sessions.ts"

/** A session in a list, and how many forks it lies below the first of them. */
export interface InTree {
  readonly session: SessionSummary
  readonly depth: number
}

/** Each fork below the session it goes on from; those beside each other in the order they came in. */
export const sessionTree = (sessions: readonly SessionSummary[]): readonly InTree[] => {
  const ids = new Set(sessions.map(({ id }) => id))
  const childrenById = Map.groupBy(sessions, ({ parent, id }) =>
    parent !== null && parent.session !== id && ids.has(parent.session) ? parent.session : null
  )
  const below = (id: string | null, depth: number): readonly InTree[] =>
    (childrenById.get(id) ?? []).flatMap((session) => [{ session, depth }, ...below(session.id, depth + 1)])
  return below(null, 0)
}

/** The sessions of one folder, and the forks of these, wherever they work. */
export const sessionsOf = (folder: string, all: readonly SessionSummary[]): readonly SessionSummary[] => {
  const here = new Set<string>()
  for (const { session } of sessionTree(all)) if (session.roots[0] === folder || here.has(session.parent?.session ?? "")) here.add(session.id)
  return all.filter(({ id }) => here.has(id))
}
