/** What the first bytes of a connection tell: for whom they are, that they are none of TLS, or that there are too few yet. */
export type Hello = { readonly type: "for"; readonly name: string | null } | { readonly type: "no-tls" } | { readonly type: "more" }

const HANDSHAKE = 22
const CLIENT_HELLO = 1
const SERVER_NAME = 0
/** A record holds no more; a hello that goes on in a second one is none that programs send. Units: bytes. */
export const HELLO_BYTES_MAX = 5 + 16_384

/** The server that a TLS client asks for by name. Source: RFC 8446, 4.1.2; RFC 6066, 3. */
export const helloOf = (bytes: Buffer): Hello => {
  if (bytes.length > 0 && bytes[0] !== HANDSHAKE) return NO_TLS
  if (bytes.length < 5) return MORE
  const length = bytes.readUInt16BE(3)
  if (bytes[1] !== 3 || length > HELLO_BYTES_MAX - 5) return NO_TLS
  if (bytes.length < 5 + length) return MORE
  try {
    return nameIn(bytes.subarray(5, 5 + length))
  } catch {
    // It ends before it should: nobody's hello.
    return NO_TLS
  }
}

const NO_TLS: Hello = { type: "no-tls" }
const MORE: Hello = { type: "more" }

/** Errors: throws where a length leads behind the end. */
const nameIn = (hello: Buffer): Hello => {
  if (hello[0] !== CLIENT_HELLO || hello.readUIntBE(1, 3) !== hello.length - 4) return NO_TLS
  let at = 4 + 2 + 32
  at += 1 + hello.readUInt8(at)
  at += 2 + hello.readUInt16BE(at)
  at += 1 + hello.readUInt8(at)
  if (at === hello.length) return { type: "for", name: null }
  const end = at + 2 + hello.readUInt16BE(at)
  if (end !== hello.length) return NO_TLS
  const names: string[] = []
  for (at += 2; at < end; at += 4 + hello.readUInt16BE(at + 2)) {
    if (hello.readUInt16BE(at) === SERVER_NAME) names.push(...listed(hello.subarray(at + 4, at + 4 + hello.readUInt16BE(at + 2))))
  }
  if (at !== end || names.length > 1) return NO_TLS
  return { type: "for", name: names[0] ?? null }
}

/** Names of hosts in the extension's list; there is no other kind. */
const listed = (list: Buffer): readonly string[] => {
  const names: string[] = []
  for (let at = 2; at < list.length; at += 3 + list.readUInt16BE(at + 1))
    names.push(list.subarray(at + 3, at + 3 + list.readUInt16BE(at + 1)).toString("latin1"))
  return names
}
