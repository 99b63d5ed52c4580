import { renameSync, rmSync, writeFileSync } from "node:fs"
import { basename, join } from "node:path"
import { build, type BuildOptions, type Metafile } from "esbuild"

/** The file that holds what every session loads. */
const ONE = "session.js"

/**
 * Puts the pieces of the bundle that every session loads into one file. Finding a piece costs Node more than running it, and splitting
 * leaves dozens, some of a few lines. Under their old names stay signs that hand on what the one file holds; whatever else imports
 * them when it starts is written anew to ask the one file itself.
 *
 * `main` stays apart: it waits at its top level, and until it has ended nothing could import from it.
 */
export const gather = async (draft: string, main: string, { outputs }: Metafile, beginnings: readonly string[]): Promise<void> => {
  const names = Object.keys(outputs).map((path) => basename(path))
  const gathered = [...reached(outputs, beginnings)].filter((name) => name !== main)
  for (const name of names) renameSync(join(draft, name), join(draft, original(name)))
  const all = gathered.map((name, index) => handedOn(original(name), outputs, name, (each) => `${each} as ${within(index, each)}`))
  await build({
    ...joining(draft, (name) => (gathered.includes(name) ? original(name) : null)),
    stdin: { contents: all.join("\n"), resolveDir: draft },
    outfile: join(draft, ONE)
  })
  gathered.forEach((name, index) => writeFileSync(join(draft, name), handedOn(ONE, outputs, name, (each) => `${within(index, each)} as ${each}`)))
  for (const name of names.filter((each) => !gathered.includes(each))) {
    await build({ ...joining(draft, (next) => (gathered.includes(next) ? next : null)), entryPoints: [join(draft, original(name))], outfile: join(draft, name) })
  }
  for (const name of names) rmSync(join(draft, original(name)))
}

/** What the first bundling wrote, while it is written anew. */
const original = (name: string): string => `${name}.piece`

/** How the one file calls what the piece of this number called so. */
const within = (index: number, name: string): string => `p${index}_${name}`

/** The names of all pieces that are loaded with these. */
const reached = (outputs: Metafile["outputs"], beginnings: readonly string[], found: ReadonlySet<string> = new Set()): ReadonlySet<string> => {
  const loaded = Object.entries(outputs).filter(([path, { entryPoint = "" }]) => found.has(basename(path)) || beginnings.includes(entryPoint))
  const next = loaded.flatMap(([path, { imports }]) => [path, ...imports.flatMap((each) => (each.kind === "import-statement" && each.path in outputs ? [each.path] : []))])
  const more = new Set(next.map((path) => basename(path)))
  return more.size === found.size ? found : reached(outputs, beginnings, more)
}

/** A file that runs another and hands on what the piece of this name gives to others, under other names. */
const handedOn = (from: string, outputs: Metafile["outputs"], piece: string, renamed: (exported: string) => string): string => {
  const exported = Object.entries(outputs).find(([path]) => basename(path) === piece)?.[1].exports ?? []
  return `import "./${from}"\nexport { ${exported.map(renamed).join(", ")} } from "./${from}"\n`
}

/** What is imported at the start is taken into the file where `found` knows it by another name; everything else stays apart. */
const joining = (draft: string, found: (name: string) => string | null): BuildOptions => ({
  absWorkingDir: draft,
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node22",
  loader: { ".piece": "js" },
  minifySyntax: true,
  minifyWhitespace: true,
  logLevel: "warning",
  logOverride: { "direct-eval": "silent" },
  plugins: [
    {
      name: "joining",
      setup: ({ onResolve }) =>
        onResolve({ filter: /./ }, ({ path, kind }) => {
          if (kind === "entry-point" || path.endsWith(".piece")) return { path: join(draft, basename(path)) }
          const taken = kind === "import-statement" && path.startsWith("./") ? found(basename(path)) : null
          return taken === null ? { path, external: true } : { path: join(draft, taken) }
        })
    }
  ]
})
