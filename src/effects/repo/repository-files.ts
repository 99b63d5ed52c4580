import { ignoredBelow } from "../os/ignored.ts"
import { walk } from "../os/walk.ts"

/** The regular files of a repository that are its own, by path: what `.gitignore` names is left out, links are not followed. */
export const repositoryFiles = async (root: string): Promise<readonly string[]> => {
  const files: string[] = []
  for await (const { path, entry } of walk(root, { hidden: await ignoredBelow(root) })) if (entry.isFile()) files.push(path)
  return files.sort()
}
