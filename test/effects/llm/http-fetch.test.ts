import { createServer, type RequestListener, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { afterEach, expect, test } from "vitest"
import { httpFetch } from "../../../src/effects/llm/http-fetch.ts"

const open: Server[] = []
afterEach(() => {
  for (const server of open.splice(0)) server.closeAllConnections(), server.close()
})

const serve = async (listener: RequestListener): Promise<string> => {
  const server = createServer(listener)
  open.push(server)
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test("what is sent arrives, and what is answered comes back", async () => {
  const url = await serve(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    response.writeHead(418, { "x-seen": `${request.method} ${request.url} ${request.headers["x-key"]} ${request.headers["content-length"]}` })
    response.end(Buffer.concat(chunks).toString().toUpperCase())
  })
  const response = await httpFetch(`${url}/v1?a=b`, { method: "POST", headers: new Headers({ "X-Key": "k" }), body: "grüße" })
  expect([response.ok, response.status, response.statusText, response.url]).toEqual([false, 418, "I'm a Teapot", `${url}/v1?a=b`])
  expect(response.headers.get("X-Seen")).toBe("POST /v1?a=b k 7")
  expect(await response.text()).toBe("GRÜSSE")
})

test("a body is read as it comes", async () => {
  let goOn = (): void => undefined
  const url = await serve((_, response) => {
    response.write("first")
    goOn = () => response.end("second")
  })
  const read: string[] = []
  for await (const bytes of (await httpFetch(url)).body as AsyncIterable<Uint8Array>) {
    read.push(Buffer.from(bytes).toString())
    goOn()
  }
  expect(read).toEqual(["first", "second"])
})

test("a redirect is not followed", async () => {
  const url = await serve((_, response) => void response.writeHead(307, { location: "http://example.invalid" }).end())
  expect((await httpFetch(url, { method: "POST" })).status).toBe(307)
})

test("what is aborted has hung up, before and after the head", async () => {
  const hungUp: string[] = []
  const url = await serve((request, response) => {
    response.once("close", () => hungUp.push(request.url ?? ""))
    if (request.url === "/after") response.write("a first word")
  })
  const abort = new AbortController()
  const before = httpFetch(`${url}/before`, { signal: abort.signal })
  const { body } = await httpFetch(`${url}/after`, { signal: abort.signal })
  abort.abort()
  await expect(before).rejects.toMatchObject({ code: "ABORT_ERR" })
  await expect((async () => { for await (const _ of body as AsyncIterable<Uint8Array>) continue })()).rejects.toThrow()
  await expect.poll(() => hungUp.toSorted()).toEqual(["/after", "/before"])
})

test("nobody there, and a header that cannot be, are told by their code", async () => {
  await expect(httpFetch("http://127.0.0.1:1")).rejects.toMatchObject({ code: "ECONNREFUSED" })
  await expect(httpFetch("http://127.0.0.1:1", { headers: [["x-key", "one\u007ftwo"]] })).rejects.toThrow()
})
