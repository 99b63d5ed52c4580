import { known, sealed } from "./seal.ts"
import { asArray, asObject, extraKeys, firstIn, firstOf, isCount, isObject, isText, toolComplaint, type Json } from "./shape.ts"

const TOP_KEYS = [
  "model", "max_tokens", "messages", "system", "tools", "tool_choice", "stream", "thinking", "output_config", "metadata", "cache_control",
  "stop_sequences", "temperature", "top_k", "top_p", "service_tier"
]
const CACHE_MARKERS_MAX = 4
const IMAGE_TYPES = ["image/png", "image/jpeg", "image/gif", "image/webp"]

/** Why Anthropic's Messages endpoint, at its strictest, would answer 400; `null` where it would not. */
export const anthropicRefusal = (body: Json): string | null => {
  const messages = asArray(body["messages"]).map(asObject)
  return firstOf(
    () => extraKeys(body, TOP_KEYS),
    () => (isText(body["model"]) ? null : "model: field required"),
    () => (isCount(body["max_tokens"]) ? null : "max_tokens: must be a positive integer"),
    () => (body["stream"] === true ? null : "stream: this server only streams"),
    () => systemComplaint(body["system"]),
    () => toolsComplaint(body["tools"]),
    () => thinkingComplaint(body),
    () => (messages.length === 0 ? "messages: at least one message is required" : null),
    () => firstIn("messages", messages, (message, index) => messageComplaint(message, messages[index - 1])),
    () => (messages.at(-1)?.["role"] === "user" ? null : "messages: the conversation must end with a user message (no prefill)"),
    () => markersComplaint(body)
  )
}

const systemComplaint = (system: unknown): string | null => {
  if (system === undefined || isText(system)) return null
  if (!Array.isArray(system) || system.length === 0) return "system: must be text or a list of text blocks"
  return firstIn("system", system.map(asObject), (block) => (block["type"] === "text" ? textComplaint(block) : ".type: must be text"))
}

const toolsComplaint = (tools: unknown): string | null => {
  if (tools === undefined) return null
  const list = asArray(tools).map(asObject)
  return firstIn(
    "tools",
    list,
    (tool, index) =>
      extraKeys(tool, ["name", "description", "input_schema", "cache_control", "type", "strict", "eager_input_streaming"]) ??
      toolComplaint(tool["name"], tool["input_schema"], list.slice(0, index).map((earlier) => earlier["name"]))
  )
}

const thinkingComplaint = (body: Json): string | null => {
  const thinking = body["thinking"]
  if (thinking === undefined) return null
  const { type, budget_tokens: budget } = asObject(thinking)
  if (type === "adaptive" || type === "disabled") return null
  if (type !== "enabled") return "thinking.type: unknown"
  if (!isCount(budget) || budget < 1024) return "thinking.enabled.budget_tokens: should be at least 1024"
  return budget < Number(body["max_tokens"]) ? null : "max_tokens: must be greater than thinking.budget_tokens"
}

const messageComplaint = (message: Json, before: Json | undefined): string | null => {
  const { role, content } = message
  if (role !== "user" && role !== "assistant") return ".role: must be user or assistant"
  if (role === before?.["role"]) return `: roles must alternate, found two of ${role}`
  if (before === undefined && role !== "user") return ": the first message must be the user's"
  const extra = extraKeys(message, ["role", "content"])
  if (extra !== null) return extra
  if (typeof content === "string") return isText(content) ? pairingComplaint(message, before) : ".content: text must be non-blank"
  const blocks = asArray(content).map(asObject)
  if (blocks.length === 0) return ".content: must not be empty"
  return (
    firstIn(".content", blocks, (block) => blockComplaint(block, role)) ??
    (role === "assistant" && /thinking$/.test(String(blocks.at(-1)?.["type"])) ? ": the final block in an assistant message cannot be `thinking`" : null) ??
    pairingComplaint(message, before)
  )
}

const textComplaint = (block: Json): string | null =>
  extraKeys(block, ["type", "text", "cache_control"]) ?? (isText(block["text"]) ? null : ".text: text content blocks must contain non-whitespace text")

const blockComplaint = (block: Json, role: "user" | "assistant"): string | null => {
  switch (block["type"]) {
    case "text":
      return textComplaint(block)
    case "image":
      return role === "user" ? imageComplaint(block) : ".type: image is not permitted here"
    case "tool_result":
      return role === "user" ? resultComplaint(block) : ".type: tool_result is only permitted in user messages"
    case "tool_use":
      return role === "assistant" ? useComplaint(block) : ".type: tool_use is only permitted in assistant messages"
    case "thinking":
    case "redacted_thinking":
      return role === "assistant" ? sealComplaint(block) : ".type: thinking is only permitted in assistant messages"
    default:
      return `.type: unknown block ${String(block["type"])}`
  }
}

const imageComplaint = (block: Json): string | null => {
  const { type, media_type: mediaType, data } = asObject(block["source"])
  if (type !== "base64" || !IMAGE_TYPES.includes(String(mediaType))) return ".source: unknown image source"
  return isText(data) && Buffer.from(data, "base64").toString("base64") === data ? null : ".source.data: not base64"
}

const resultComplaint = (block: Json): string | null => {
  const extra = extraKeys(block, ["type", "tool_use_id", "content", "is_error", "cache_control"])
  if (extra !== null) return extra
  const { content, is_error: failed } = block
  const inner = typeof content === "string" ? [{ type: "text", text: content }] : asArray(content).map(asObject)
  if (failed === true && inner.length === 0) return ".content: cannot be empty if `is_error` is true"
  return firstIn(".content", inner, (part) => (part["type"] === "image" ? imageComplaint(part) : textComplaint(part)))
}

const useComplaint = (block: Json): string | null => {
  const { id, name, input } = block
  if (typeof id !== "string" || !/^[a-zA-Z0-9_-]+$/.test(id)) return ".id: string should match pattern '^[a-zA-Z0-9_-]+$'"
  if (typeof name !== "string" || !/^[a-zA-Z0-9_-]{1,128}$/.test(name)) return ".name: string should match pattern '^[a-zA-Z0-9_-]{1,128}$'"
  return isObject(input) ? extraKeys(block, ["type", "id", "name", "input", "cache_control"]) : ".input: input should be a valid dictionary"
}

const sealComplaint = (block: Json): string | null => {
  if ("cache_control" in block) return ".cache_control: not permitted on thinking"
  if (block["type"] === "redacted_thinking") return typeof block["data"] === "string" && known(block["data"]) ? null : ".data: invalid"
  const { thinking, signature } = block
  return typeof thinking === "string" && typeof signature === "string" && sealed(thinking, signature)
    ? null
    : ": invalid `signature` in `thinking` block"
}

/** Every call has its result at the start of the very next message, in order, and no result stands without its call. */
const pairingComplaint = (message: Json, before: Json | undefined): string | null => {
  const calls = asArray(before?.["content"]).map(asObject).filter((block) => block["type"] === "tool_use").map((block) => String(block["id"]))
  if (new Set(calls).size !== calls.length) return ": `tool_use` ids must be unique"
  const blocks = asArray(message["content"]).map(asObject)
  const results = blocks.filter((block) => block["type"] === "tool_result").map((block) => String(block["tool_use_id"]))
  const leading = blocks.slice(0, results.length).every((block) => block["type"] === "tool_result")
  if (calls.join() !== results.join()) return `: \`tool_use\` ids [${calls}] must be answered by \`tool_result\` blocks right after, in order; found [${results}]`
  return leading ? null : ": `tool_result` blocks must come first"
}

const markersComplaint = (body: Json): string | null => {
  const count = JSON.stringify(body).split('"cache_control":{').length - 1
  return count <= CACHE_MARKERS_MAX ? null : `a maximum of ${CACHE_MARKERS_MAX} blocks with cache_control may be provided, found ${count}`
}
