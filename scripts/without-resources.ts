import { readFileSync } from "node:fs"
import type { Plugin } from "esbuild"

/**
 * Leaves out of OpenAI's SDK what stands behind its client: an object for each of its hundred resources. Loom calls `post` alone, and
 * loading the others would take longer than all else on the way to a first request.
 */
export const withoutResources: Plugin = {
  name: "without-resources",
  setup(build) {
    build.onLoad({ filter: /node_modules\/openai\/resources\/.*\.mjs$/ }, ({ path }) => ({ contents: emptied(readFileSync(path, "utf8")), loader: "js" }))
  }
}

/** The same names, each an empty class; what one resource hands on of another is handed on. */
const emptied = (text: string): string => {
  const handedOn = [...text.matchAll(/^export (?:\*|\{([^}]*)\}) from ['"](.*)['"];?$/gm)]
  const among = handedOn.filter(([, , from]) => !from?.includes("/lib/"))
  const foreign = handedOn.filter(([, , from]) => from?.includes("/lib/")).flatMap(([, names]) => (names ?? "").match(/\w+(?=\s*(?:,|$))/g) ?? [])
  const own = [...text.matchAll(/^export (?:class|const|let|var|(?:async )?function\*?) (\w+)/gm)].map(([, name]) => name)
  return [...among.map(([line]) => line), ...[...foreign, ...own].map((name) => `export class ${name} {}`)].join("\n")
}
