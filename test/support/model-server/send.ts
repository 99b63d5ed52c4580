import type { ServerResponse } from "node:http"
import { setImmediate, setTimeout } from "node:timers/promises"
import type { Answer, Fault, WireSpeech } from "./answer.ts"

/** Plays one answer or fault on an open response. */
export const send = async (speech: WireSpeech, response: ServerResponse, answer: Answer | Fault, model: string, id: string): Promise<void> => {
  if (!("fault" in answer)) {
    await stream(response, speech.frames(answer, model, id), answer)
    response.end()
    return
  }
  switch (answer.fault) {
    case "status":
      response
        .writeHead(answer.status, { "content-type": "application/json", ...answer.headers })
        .end(answer.body ?? speech.errorBody(answer.status, answer.error ?? {}))
      return
    case "body":
      response.writeHead(200, { "content-type": answer.contentType ?? "text/event-stream" }).end(answer.body)
      return
    case "error-event": {
      const frames = speech.frames(answer.answer, model, id)
      await stream(response, [...frames.slice(0, Math.ceil(frames.length / 2)), speech.errorEvent(answer.error)], answer.answer)
      response.end()
      return
    }
    case "stall":
      if (answer.after !== "headers") await write(response, bodyOf(speech, answer.answer, model, id).subarray(0, answer.after))
      return
    case "end":
      await write(response, bodyOf(speech, answer.answer, model, id).subarray(0, answer.after))
      response.end()
      return
    case "cut":
      await write(response, bodyOf(speech, answer.answer, model, id).subarray(0, answer.after))
      response.destroy()
      return
  }
}

/** The whole stream of an answer, for tests that cut it themselves. */
export const bodyOf = (speech: WireSpeech, answer: Answer, model: string, id: string): Buffer => Buffer.from(speech.frames(answer, model, id).join(""))

const stream = async (response: ServerResponse, frames: readonly string[], { delayMs = 0, sliceBytes }: Answer): Promise<void> => {
  if (delayMs > 0) {
    for (const frame of frames) {
      await setTimeout(delayMs)
      if (response.destroyed) return
      await write(response, Buffer.from(frame))
    }
    return
  }
  const body = Buffer.from(frames.join(""))
  const size = sliceBytes ?? 65_536
  for (let start = 0; start < body.length && !response.destroyed; start += size) {
    await write(response, body.subarray(start, start + size))
    // So that each slice leaves as a packet of its own.
    if (sliceBytes !== undefined) await setImmediate()
  }
}

const write = (response: ServerResponse, bytes: Buffer): Promise<void> => {
  if (!response.headersSent) {
    response.socket?.setNoDelay(true)
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" })
    response.flushHeaders()
  }
  return new Promise((resolve) => {
    response.once("close", resolve)
    response.write(bytes, () => {
      response.off("close", resolve)
      resolve()
    })
  })
}
