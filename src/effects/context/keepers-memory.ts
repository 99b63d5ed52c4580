import * as Effect from "effect/Effect"
import { hashOf, type Keeper, type KeptMessage, type KeptSpan } from "./keeper.ts"
import type { Hit, KeepersOf, Looked } from "./keepers.ts"
import { wordsOf } from "./kept-words.ts"

/** Keepers that last as long as the process, as the simplest program that does the same. */
export const makeMemoryKeepers = (): KeepersOf => {
  const keepers = new Map<string, Keeper>()
  const summaries = new Map<string, string>()
  const tries = new Map<string, number>()
  const triesOf = (span: KeptSpan): number => tries.get(keyOf(span)) ?? 0
  const lookedBySession = new Map<string, Looked & { readonly project: string }>()
  const keyOf = ({ session, name }: KeptSpan): string => `${session}\n${name}`
  const of = (project: string): readonly Keeper[] => [...keepers.values()].filter((keeper) => keeper.project === project)
  const put = (keeper: Keeper): void => void keepers.set(keyOf(keeper), keeper)
  return {
    keep: (keeper) => Effect.sync(() => (keepers.has(keyOf(keeper)) ? undefined : put(keeper))),
    restore: (keeper) => Effect.sync(() => put(keeper)),
    named: (project, name) =>
      Effect.sync(() =>
        of(project)
          .filter((keeper) => keeper.name === name)
          .map(spanOf)
      ),
    spans: (project, session) =>
      Effect.sync(() =>
        of(project)
          .filter((keeper) => session === undefined || keeper.session === session)
          .map(spanOf)
          .toSorted(inOrder)
      ),
    messages: (session, from, to) =>
      Effect.sync(() => {
        const byNumber = new Map<number, KeptMessage>()
        for (const keeper of keepers.values())
          if (keeper.session === session)
            for (const message of keeper.messages) if (message.number >= from && message.number < to) byNumber.set(message.number, message)
        return [...byNumber.values()].toSorted((a, b) => a.number - b.number)
      }),
    search: (project, words, hitsMax) => Effect.sync(() => found(of(project), words).slice(0, hitsMax)),
    summary: (span) => Effect.sync(() => summaries.get(keyOf(span)) ?? null),
    summarize: (span, summary) => Effect.sync(() => void (summaries.has(keyOf(span)) || summaries.set(keyOf(span), summary))),
    tryToSummarize: (span) => Effect.sync(() => void tries.set(keyOf(span), triesOf(span) + 1)),
    unsummarized: (project, triesMax) =>
      Effect.sync(() =>
        of(project)
          .filter((keeper) => !summaries.has(keyOf(keeper)) && triesOf(keeper) > 0 && triesOf(keeper) < triesMax)
          .map(spanOf)
          .toSorted((a, b) => a.at - b.at)
      ),
    looked: (project) => Effect.sync(() => new Map([...lookedBySession].filter(([, one]) => one.project === project))),
    look: (project, session, looked) => Effect.sync(() => void lookedBySession.set(session, { ...looked, project })),
    projects: Effect.sync(() => [...new Set([...keepers.values(), ...lookedBySession.values()].map(({ project }) => project))]),
    join: (project, others) =>
      Effect.sync(() => {
        for (const [key, keeper] of keepers) if (others.includes(keeper.project)) keepers.set(key, { ...keeper, project })
        for (const [session, looked] of lookedBySession) if (others.includes(looked.project)) lookedBySession.set(session, { ...looked, project })
      }),
    incomplete: (project) =>
      Effect.sync(() => [
        ...new Set(
          of(project)
            .filter((keeper) => keeper.hash !== hashOf(keeper.messages))
            .map(({ session }) => session)
        )
      ])
  }
}

const spanOf = ({ messages: _, ...span }: Keeper): KeptSpan => span

const inOrder = (a: KeptSpan, b: KeptSpan): number => (a.session === b.session ? a.from - b.from || a.to - b.to : a.at - b.at)

const found = (keepers: readonly Keeper[], words: string): readonly Hit[] => {
  const wanted = wordsOf(words).map((word) => word.toLowerCase())
  const holdsAll = (text: string): boolean =>
    wanted.length === 0 ? words.trim() !== "" && text.includes(words.trim()) : wanted.every((word) => text.toLowerCase().includes(word))
  return keepers
    .flatMap((keeper) => keeper.messages.filter(({ text, words: more }) => holdsAll(`${text}\n${more}`)).map((message) => ({ keeper, message })))
    .toSorted((a, b) => Number(a.message.repeats) - Number(b.message.repeats))
    .map(({ keeper, message: { number, speaker, text } }) => ({ span: spanOf(keeper), number, speaker, excerpt: text.slice(0, 200) }))
}
