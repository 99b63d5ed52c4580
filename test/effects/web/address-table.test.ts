import { expect, test } from "vitest"
import { isPublicAddress } from "../../../src/effects/os/address.ts"
import { parseWebUrl, whyPrivate } from "../../../src/effects/web/web-url.ts"

/** What may be fetched as far as the URL tells: `refused` for none that may be, `private` for one that needs leave, `ask` for one whose name is looked up. */
const verdictOf = (text: string): "refused" | "private" | "ask" => {
  try {
    return whyPrivate(parseWebUrl(text)) === null ? "ask" : "private"
  } catch {
    return "refused"
  }
}

test.each([
  // no page of the web
  ["", "refused"],
  ["example.com", "refused"],
  ["//example.com/", "refused"],
  ["file:///etc/passwd", "refused"],
  ["ftp://example.com/", "refused"],
  ["javascript:alert(1)", "refused"],
  ["data:text/html,hi", "refused"],
  ["gopher://example.com/", "refused"],
  ["blob:https://example.com/1", "refused"],
  ["ws://example.com/", "refused"],
  ["http://", "refused"],
  ["http://256.1.1.1/", "refused"],
  ["http://1.2.3.4.5/", "refused"],
  ["http://[::1/", "refused"],
  ["http://exa mple.com/", "refused"],
  ["http://user@example.com/", "refused"],
  ["http://user:secret@example.com/", "refused"],
  ["http://:secret@example.com/", "refused"],
  ["http://example.com@127.0.0.1/", "refused"],
  [`https://example.com/${"x".repeat(4_096)}`, "refused"],
  // this machine, in all its spellings
  ["http://127.0.0.1/", "private"],
  ["http://127.0.0.1:8080/", "private"],
  ["http://127.1/", "private"],
  ["http://127.255.255.254/", "private"],
  ["http://2130706433/", "private"],
  ["http://0x7f000001/", "private"],
  ["http://0x7f.1/", "private"],
  ["http://0177.0.0.1/", "private"],
  ["http://017700000001/", "private"],
  ["http://127.0.0.1./", "private"],
  ["http://①②⑦.0.0.1/", "private"],
  ["http://%31%32%37.0.0.1/", "private"],
  ["http://0/", "private"],
  ["http://0.0.0.0/", "private"],
  ["http://localhost/", "private"],
  ["http://LOCALHOST:3000/", "private"],
  ["http://localhost./", "private"],
  ["http://a.localhost/", "private"],
  ["http://[::1]/", "private"],
  ["http://[0:0:0:0:0:0:0:1]/", "private"],
  ["http://[::]/", "private"],
  ["http://[::ffff:127.0.0.1]/", "private"],
  ["http://[::ffff:7f00:1]/", "private"],
  ["http://[::ffff:8.8.8.8]/", "private"],
  ["http://[::127.0.0.1]/", "private"],
  ["http://[64:ff9b::7f00:1]/", "private"],
  ["http://[64:ff9b:1::a00:1]/", "private"],
  ["http://[2002:7f00:1::]/", "private"],
  ["http://[2001:0:7f00:1::]/", "private"],
  // its own net
  ["http://10.0.0.1/", "private"],
  ["http://167772161/", "private"],
  ["http://172.16.0.1/", "private"],
  ["http://172.31.255.255/", "private"],
  ["http://192.168.1.1/", "private"],
  ["http://0xc0a80101/", "private"],
  ["http://100.64.0.1/", "private"],
  ["http://100.127.255.255/", "private"],
  ["http://169.254.169.254/latest/meta-data/", "private"],
  ["http://0xa9fea9fe/", "private"],
  ["http://[fd00:ec2::254]/", "private"],
  ["http://[fc00::1]/", "private"],
  ["http://[fe80::1]/", "private"],
  ["http://[fec0::1]/", "private"],
  ["http://[ff02::1]/", "private"],
  ["http://[2001:db8::1]/", "private"],
  ["http://[100::1]/", "private"],
  ["http://metadata.google.internal/", "private"],
  ["http://printer.local/", "private"],
  ["http://router.lan/", "private"],
  ["http://nas.home.arpa/", "private"],
  ["http://192.0.2.1/", "private"],
  ["http://198.18.0.1/", "private"],
  ["http://203.0.113.9/", "private"],
  ["http://224.0.0.1/", "private"],
  ["http://240.0.0.1/", "private"],
  ["http://255.255.255.255/", "private"],
  // the public net
  ["http://example.com/", "ask"],
  ["https://example.com:8443/a?b#c", "ask"],
  ["HTTPS://EXAMPLE.COM/", "ask"],
  ["https://bücher.example/", "ask"],
  ["http://8.8.8.8/", "ask"],
  ["http://134744072/", "ask"],
  ["http://172.15.255.255/", "ask"],
  ["http://172.32.0.1/", "ask"],
  ["http://100.63.255.255/", "ask"],
  ["http://100.128.0.1/", "ask"],
  ["http://169.253.0.1/", "ask"],
  ["http://192.167.1.1/", "ask"],
  ["http://[2606:4700::1111]/", "ask"],
  ["http://[2a00:1450::1]/", "ask"],
  ["http://localhost.example.com/", "ask"],
  ["http://127.0.0.1.example.com/", "ask"],
  ["http://notlocalhost/", "ask"]
] as const)("%s is %s", (text, verdict) => {
  expect(verdictOf(text)).toBe(verdict)
})

test("what is no address is not public, nor one that names a device of this machine", () => {
  expect(["", "example.com", "1.2.3", "fe80::1%eth0", "2606:4700::1%eth0", "::ffff:8.8.8.8"].map(isPublicAddress)).toEqual([false, false, false, false, false, false])
})

test("a fragment does not leave this machine, and a redirect is read against where it stands", () => {
  expect(parseWebUrl("https://example.com/a?b#secret").href).toBe("https://example.com/a?b")
  expect(parseWebUrl("../c", new URL("https://example.com/a/b/")).href).toBe("https://example.com/a/c")
  expect(() => parseWebUrl("file:///etc/passwd", new URL("https://example.com/"))).toThrow("only http and https")
})
