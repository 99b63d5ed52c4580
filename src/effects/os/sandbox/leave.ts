import type { LookupAddress } from "node:dns"
import { isIP, type LookupFunction } from "node:net"
import { isLocalName, isPublicAddress } from "../address.ts"
import type { Resolve } from "../resolve.ts"
import { rulesFor, showTarget, type HostRule, type Target } from "./hosts.ts"

/** Whether something in the sandbox may reach a target, and then by which addresses: those that were looked at, and no others later. */
export type Leave =
  | { readonly type: "given"; readonly addresses: readonly LookupAddress[] }
  /** `status` is what HTTP calls it: 403 what may not be, 502 what cannot be. */
  | { readonly type: "refused"; readonly status: 403 | 502; readonly why: string }

/**
 * A name is looked up only if it is listed. Where it leads to this machine or a private net, the address itself has to be listed, too:
 * whoever owns a name says where it leads.
 */
export const leaveFor = (target: Target, rules: readonly HostRule[], resolve: Resolve): Promise<Leave> => {
  if (rulesFor(rules, target).length === 0) {
    return Promise.resolve({
      type: "refused",
      status: 403,
      why: whyNot(target, `it is not among the hosts of the setting sandbox_hosts; the person may add ${showTarget(target)}`)
    })
  }
  const family = isIP(target.host)
  if (family !== 0) return Promise.resolve({ type: "given", addresses: [{ address: target.host, family }] })
  return new Promise((done) =>
    resolve(target.host, {}, (error, addresses) => {
      if (error !== null)
        return done({
          type: "refused",
          status: 502,
          why: whyNot(target, `its name cannot be looked up (${"code" in error ? String(error.code) : error.message})`)
        })
      const fit = addresses.filter(
        ({ address }) => isPublicAddress(address) || isLocalName(target.host) || rulesFor(rules, { ...target, host: address }).length > 0
      )
      if (fit.length > 0) return done({ type: "given", addresses: fit })
      const leadsTo = addresses.map(({ address }) => address).join(", ")
      done({
        type: "refused",
        status: 403,
        why: whyNot(
          target,
          `it leads to ${leadsTo}, which is no address of the public net; the person may add that, too, to the setting sandbox_hosts`
        )
      })
    })
  )
}

/** Why something in the sandbox does not come to a target. */
export const whyNot = (target: Target, why: string): string => `reach ${showTarget(target)} from the sandbox: ${why}`

export const whyAnother = (target: Target, named: string): string =>
  whyNot(target, `what is sent speaks of ${named}, and has to speak of the host that it is sent to`)

/** Answers whoever connects with what was looked at before. */
export const lookupAs = (addresses: readonly LookupAddress[]): LookupFunction => (_, options, done) =>
  options.all === true ? done(null, [...addresses]) : done(null, addresses[0]?.address ?? "", addresses[0]?.family)
