import { sealed } from "./seal.ts"
import { asArray, asObject, extraKeys, firstIn, firstOf, isCount, isObjectJson, isText, textsOf, toolComplaint, type Json } from "./shape.ts"

const TOP_KEYS = [
  "model", "input", "instructions", "tools", "tool_choice", "parallel_tool_calls", "stream", "store", "include", "max_output_tokens",
  "reasoning", "text", "temperature", "top_p", "prompt_cache_key", "metadata", "truncation", "safety_identifier"
]

/** Why OpenAI's Responses endpoint, at its strictest, would answer 400; `null` where it would not. */
export const openaiRefusal = (body: Json): string | null => {
  const items = asArray(body["input"]).map(asObject)
  return firstOf(
    () => extraKeys(body, TOP_KEYS),
    () => (isText(body["model"]) ? null : "model: required"),
    () => (body["stream"] === true ? null : "stream: this server only streams"),
    () => (body["store"] === false ? null : "store: must be false here, nothing may be kept"),
    () => (body["instructions"] === undefined || isText(body["instructions"]) ? null : "instructions: must be non-blank text"),
    () => (body["max_output_tokens"] === undefined || isCount(body["max_output_tokens"]) ? null : "max_output_tokens: must be a positive integer"),
    () => toolsComplaint(body["tools"]),
    () => (items.length === 0 ? "input: must not be empty" : null),
    () => firstIn("input", items, (item, index) => itemComplaint(item, items, index)),
    () => pairingComplaint(items)
  )
}

const toolsComplaint = (tools: unknown): string | null => {
  if (tools === undefined) return null
  const list = asArray(tools).map(asObject)
  return firstIn("tools", list, (tool, index) =>
    tool["type"] !== "function"
      ? ".type: must be function"
      : (extraKeys(tool, ["type", "name", "description", "parameters", "strict"]) ??
        toolComplaint(tool["name"], tool["parameters"], list.slice(0, index).map((earlier) => earlier["name"])))
  )
}

const itemComplaint = (item: Json, items: readonly Json[], index: number): string | null => {
  switch (item["type"] ?? "message") {
    case "message":
      return messageComplaint(item, items[index - 1])
    case "reasoning":
      return reasoningComplaint(item, items[index + 1])
    case "function_call":
      return callComplaint(item)
    case "function_call_output":
      return outputComplaint(item)
    default:
      return `.type: unknown item ${String(item["type"])}`
  }
}

const messageComplaint = (item: Json, before: Json | undefined): string | null => {
  const { role, content } = item
  if (role !== "user" && role !== "assistant") return ".role: must be user or assistant, other words go into instructions"
  const extra = extraKeys(item, ["type", "role", "content", "id", "status", "phase"])
  if (extra !== null) return extra
  if (role === "user" && before?.["role"] === "user") return ": two messages of the user in a row"
  if (typeof content === "string") return isText(content) ? null : ".content: must be non-blank"
  const parts = asArray(content).map(asObject)
  return parts.length === 0 ? ".content: must not be empty" : firstIn(".content", parts, (part) => partComplaint(part, role))
}

const partComplaint = (part: Json, role: "user" | "assistant"): string | null => {
  switch (part["type"]) {
    case "input_text":
      return role === "user" ? textComplaint(part["text"]) : ".type: supported values are 'output_text' and 'refusal'"
    case "input_image":
      return role === "user" ? imageComplaint(part["image_url"]) : ".type: supported values are 'output_text' and 'refusal'"
    case "output_text":
      return role === "assistant" ? textComplaint(part["text"]) : ".type: supported values are 'input_text' and 'input_image'"
    default:
      return `.type: unknown part ${String(part["type"])}`
  }
}

const textComplaint = (text: unknown): string | null => (isText(text) ? null : ".text: must be non-blank")
const imageComplaint = (url: unknown): string | null =>
  typeof url === "string" && /^data:image\/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/]+=*$/.test(url) ? null : ".image_url: not an image"

/** A piece of reasoning comes back whole, and never without what followed it. */
const reasoningComplaint = (item: Json, next: Json | undefined): string | null => {
  const extra = extraKeys(item, ["type", "id", "summary", "encrypted_content", "content", "status"])
  if (extra !== null) return extra
  if (!/^rs_/.test(String(item["id"]))) return ".id: expected an id that begins with 'rs'"
  if (!Array.isArray(item["summary"])) return ".summary: required"
  if (!isText(item["encrypted_content"])) return ": item not found; items are not persisted when `store` is set to false"
  if (!sealed(textsOf(item["summary"]).join(""), item["encrypted_content"])) return ".encrypted_content: could not be verified"
  const followed = next?.["type"] === "function_call" || next?.["type"] === "reasoning" || next?.["role"] === "assistant"
  return followed ? null : ": item of type 'reasoning' was provided without its required following item"
}

const callComplaint = (item: Json): string | null => {
  if (!/^[a-zA-Z0-9_-]{1,64}$/.test(String(item["call_id"]))) return ".call_id: string should match pattern '^[a-zA-Z0-9_-]{1,64}$'"
  if (!/^[a-zA-Z0-9_-]{1,64}$/.test(String(item["name"]))) return ".name: string should match pattern '^[a-zA-Z0-9_-]{1,64}$'"
  return isObjectJson(item["arguments"]) ? extraKeys(item, ["type", "id", "call_id", "name", "arguments", "status"]) : ".arguments: must be the JSON of an object"
}

const outputComplaint = (item: Json): string | null => {
  const { output } = item
  if (typeof output === "string") return isText(output) ? null : ".output: must be non-blank"
  const parts = asArray(output).map(asObject)
  return parts.length === 0 ? ".output: must not be empty" : firstIn(".output", parts, (part) => partComplaint(part, "user"))
}

/** Each run of calls is followed at once by its outputs, in order. */
const pairingComplaint = (items: readonly Json[]): string | null => {
  let calls: string[] = []
  let answered = 0
  for (const [index, item] of items.entries()) {
    const id = String(item["call_id"])
    if (item["type"] === "function_call_output") {
      if (calls[answered] !== id) return `input.${index}: no tool call found for function call output with call_id ${id}, or out of order`
      answered += 1
      continue
    }
    if (answered > 0 || !(item["type"] === "function_call" || calls.length === 0 || isAnswer(item))) {
      if (answered < calls.length) return `no tool output found for function call ${calls[answered]}`
      calls = []
      answered = 0
    }
    if (item["type"] === "function_call") calls.push(id)
  }
  return answered < calls.length ? `no tool output found for function call ${calls[answered]}` : null
}

const isAnswer = (item: Json): boolean => item["type"] === "reasoning" || item["role"] === "assistant"
