import * as Effect from "effect/Effect"
import { attempt, problem, type Problem } from "../os/problem.ts"
import { get, type Getting, type Got } from "./get.ts"
import { parseWebUrl } from "./web-url.ts"

const REDIRECTS_MAX = 5

/** What was found behind a URL, or another host that it leads to. */
export type Page =
  | { readonly type: "page"; readonly url: URL; readonly got: Got }
  | { readonly type: "leads-elsewhere"; readonly url: URL; readonly to: URL }

/** Fetches a page and follows its redirects as long as they stay on the host that was allowed. */
export const fetchPage = Effect.fnUntraced(function*(getting: Getting): Effect.fn.Return<Page, Problem> {
  let url = getting.url
  for (let hops = 0; hops <= REDIRECTS_MAX; hops++) {
    const got = yield* get({ ...getting, url })
    const { location } = got.headers
    if (location === undefined || !REDIRECTS.has(got.status)) return { type: "page", url, got }
    const to = yield* attempt(`fetch ${url.href}`, () => parseWebUrl(location, url))
    if (to.host !== getting.url.host) return { type: "leads-elsewhere", url, to }
    url = to
  }
  return yield* Effect.fail(problem(`fetch ${getting.url.href}: it was redirected more than ${REDIRECTS_MAX} times`))
})

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])
