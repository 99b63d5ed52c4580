import { BlockList, isIP } from "node:net"

/** What is nobody's server on the public net: this machine, private nets, link-local (metadata services), shared, reserved, multicast. */
const NOT_PUBLIC_4 =
  "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 " +
  "192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4"
/** Within the global addresses: protocols of the net itself (some carry an IPv4 address inside), and examples. */
const NOT_PUBLIC_6 = "2001::/23 2001:db8::/32 2002::/16 3fff::/20"
/** Everything else of IPv6 is local, mapped, translated or reserved. */
const GLOBAL_6 = "2000::/3"

const listOf = (subnets: string, family: "ipv4" | "ipv6"): BlockList => {
  const list = new BlockList()
  for (const subnet of subnets.split(" ")) {
    const [net = "", bits] = subnet.split("/")
    list.addSubnet(net, Number(bits), family)
  }
  return list
}

const notPublic4 = listOf(NOT_PUBLIC_4, "ipv4")
const notPublic6 = listOf(NOT_PUBLIC_6, "ipv6")
const global6 = listOf(GLOBAL_6, "ipv6")

/**
 * Whether an address belongs to a server on the public net. What is no address is not public.
 *
 * `isPublicAddress("169.254.169.254")  // => false`
 */
export const isPublicAddress = (address: string): boolean => {
  switch (isIP(address)) {
    case 4:
      return !notPublic4.check(address, "ipv4")
    case 6: {
      const [plain = ""] = address.split("%")
      return plain === address && global6.check(plain, "ipv6") && !notPublic6.check(plain, "ipv6")
    }
    default:
      return false
  }
}

/** Whether a name never means a public server. */
export const isLocalName = (name: string): boolean => LOCAL_NAME.test(name)

const LOCAL_NAME = /(^|\.)(localhost|local|localdomain|internal|intranet|lan|home\.arpa)$/i
