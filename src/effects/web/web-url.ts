import { isIP } from "node:net"
import { refuse } from "../os/problem.ts"
import { isLocalName, isPublicAddress } from "../os/address.ts"

const LENGTH_MAX = 4_096

/** An address of the web as a URL; all its spellings of a number are plain addresses then. Errors: throws a `Problem` where it is none that may be fetched. */
export const parseWebUrl = (text: string, base?: URL): URL => {
  if (text.length > LENGTH_MAX) refuse(`fetch ${text.slice(0, 80)}…: the URL is longer than ${LENGTH_MAX} characters`)
  if (!URL.canParse(text, base?.href)) refuse(`fetch ${text}: this is no URL; write it whole, as https://example.com/page`)
  const url = new URL(text, base?.href)
  if (url.protocol !== "http:" && url.protocol !== "https:") refuse(`fetch ${text}: only http and https are fetched, not ${url.protocol}`)
  if (url.username !== "" || url.password !== "") refuse(`fetch ${url.origin}: the URL holds a user name or password; leave them out`)
  url.hash = ""
  return url
}

/** The host as a name or an address, without brackets and without the dot at its end. */
export const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "")

/** Why nothing is fetched there, as far as the URL itself tells; `null` where its name has to be looked up. */
export const whyPrivate = (url: URL): string | null => {
  const host = hostOf(url)
  if (isIP(host) !== 0) return isPublicAddress(host) ? null : `${host} is no address of the public net`
  return isLocalName(host) ? `${host} is a name of this machine or its own net` : null
}
