import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { expect, test } from "vitest"
import { findModelServers } from "../../src/runtime/model-servers.ts"
import { startModelServer } from "../support/model-server/server.ts"

test("a model server on this machine is found with its models; what is none, or silent, is not", async () => {
  const model = await startModelServer({ wire: "openai-compatible", answer: () => ({ blocks: [] }) })
  const other = createServer((request, response) => (request.url === "/silent/models" ? undefined : response.end("<html>")))
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve))
  const at = `http://127.0.0.1:${(other.address() as AddressInfo).port}`
  const found = await findModelServers([
    { name: "page", url: `${at}/page` },
    { name: "silent", url: `${at}/silent` },
    { name: "mine", url: model.url },
    { name: "nobody", url: "http://127.0.0.1:9/v1" }
  ])
  expect(found).toEqual([{ name: "mine", url: model.url, models: ["scripted"] }])
  other.closeAllConnections()
  other.close()
  await model.close()
})
