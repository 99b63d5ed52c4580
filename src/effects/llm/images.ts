import * as Effect from "effect/Effect"
import type { CanonicalRequest, Content } from "../../machine/request.ts"
import type { Part } from "../../machine/session.ts"

/** Fetches the bytes behind a hash; `null` where they are gone. */
export type ResolveBlob = (hash: string) => Effect.Effect<Uint8Array | null>

/** The images of a request in base64, by the hash of their blob. */
export type Images = ReadonlyMap<string, string>

export type ImagePart = Extract<Part, { readonly type: "image" }>

/** Reads all images that a request names, each once. One that is gone is left out; see `missingImage`. */
export const resolveImages = (request: CanonicalRequest, resolveBlob: ResolveBlob): Effect.Effect<Images> => {
  const hashes = new Set(request.messages.flatMap(({ content }) => content.flatMap(imagesOf)).map((image) => image.blob))
  if (hashes.size === 0) return Effect.succeed(NONE)
  return Effect.map(
    Effect.forEach(hashes, (hash) => Effect.map(resolveBlob(hash), (bytes) => [hash, bytes] as const)),
    (found) => new Map(found.flatMap(([hash, bytes]) => (bytes === null ? [] : [[hash, Buffer.from(bytes).toString("base64")] as const])))
  )
}

const NONE: Images = new Map()

const imagesOf = (content: Content): readonly ImagePart[] => {
  switch (content.type) {
    case "image":
      return [content]
    case "tool-result":
      return content.content.filter((part) => part.type === "image")
    case "text":
    case "thinking":
    case "tool-call":
      return []
  }
}

/** What a model reads in place of an image whose bytes are gone: losing one picture must not stop the session. */
export const missingImage = (image: ImagePart): string => `[an image of ${image.bytes} bytes was here; its data is no longer stored]`

/** What stands for a tool's result that has no content: providers refuse an empty one where it failed, and some everywhere. */
export const NO_OUTPUT = "(no output)"
