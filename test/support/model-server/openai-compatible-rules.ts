import { asArray, asObject, extraKeys, firstIn, firstOf, isCount, isObjectJson, isText, toolComplaint, type Json } from "./shape.ts"

const TOP_KEYS = [
  "model", "messages", "tools", "tool_choice", "parallel_tool_calls", "stream", "stream_options", "max_tokens", "max_completion_tokens",
  "temperature", "top_p", "stop", "reasoning_effort", "user"
]

/** Why the strictest of the Chat Completions servers would answer 400; `null` where none would. */
export const compatibleRefusal = (body: Json): string | null => {
  const messages = asArray(body["messages"]).map(asObject)
  return firstOf(
    () => extraKeys(body, TOP_KEYS),
    () => (isText(body["model"]) ? null : "model: required"),
    () => (body["stream"] === true ? null : "stream: this server only streams"),
    () => ("max_tokens" in body && "max_completion_tokens" in body ? "max_tokens and max_completion_tokens exclude each other" : null),
    () => (body["max_tokens"] === undefined || isCount(body["max_tokens"]) ? null : "max_tokens: must be a positive integer"),
    () => toolsComplaint(body["tools"]),
    () => (messages.length === 0 ? "messages: must not be empty" : null),
    () => firstIn("messages", messages, (message, index) => messageComplaint(message, messages[index - 1], index)),
    () => pairingComplaint(messages),
    () => (messages.at(-1)?.["role"] === "assistant" ? "messages: the last one must be of the user or of a tool" : null)
  )
}

const toolsComplaint = (tools: unknown): string | null => {
  if (tools === undefined) return null
  const list = asArray(tools).map(asObject)
  const named = (tool: Json | undefined): Json => asObject(tool?.["function"])
  if (list.length === 0) return "tools: must not be empty"
  return firstIn("tools", list, (tool, index) =>
    tool["type"] !== "function"
      ? ".type: must be function"
      : toolComplaint(named(tool)["name"], named(tool)["parameters"], list.slice(0, index).map((earlier) => named(earlier)["name"]))
  )
}

const messageComplaint = (message: Json, before: Json | undefined, index: number): string | null => {
  switch (message["role"]) {
    case "system":
      return index === 0 ? (isText(message["content"]) ? null : ".content: must be non-blank") : ".role: system is only permitted first"
    case "user":
      return before?.["role"] === "user" ? ": conversation roles must alternate" : contentComplaint(message["content"])
    case "assistant":
      return before?.["role"] === "assistant" ? ": conversation roles must alternate" : assistantComplaint(message)
    case "tool":
      return isText(message["tool_call_id"])
        ? isText(message["content"])
          ? extraKeys(message, ["role", "tool_call_id", "content"])
          : ".content: must be non-blank text"
        : ".tool_call_id: required"
    default:
      return `.role: unknown role ${String(message["role"])}`
  }
}

const contentComplaint = (content: unknown): string | null => {
  if (typeof content === "string") return isText(content) ? null : ".content: must be non-blank"
  const parts = asArray(content).map(asObject)
  if (parts.length === 0) return ".content: must not be empty"
  return firstIn(".content", parts, (part) => {
    if (part["type"] === "text") return isText(part["text"]) ? null : ".text: must be non-blank"
    const url = asObject(part["image_url"])["url"]
    return part["type"] === "image_url" && /^data:image\/[a-z]+;base64,[A-Za-z0-9+/]+=*$/.test(String(url)) ? null : ".type: neither text nor image"
  })
}

const assistantComplaint = (message: Json): string | null => {
  const { content, tool_calls: calls } = message
  const extra = extraKeys(message, ["role", "content", "tool_calls", "reasoning_content"])
  if (extra !== null) return extra
  if (calls === undefined) return isText(content) ? null : ".content: must be non-blank where there are no tool calls"
  if (content !== undefined && content !== null && !isText(content)) return ".content: must be non-blank or null"
  const list = asArray(calls).map(asObject)
  if (list.length === 0) return ".tool_calls: must not be empty"
  return firstIn(".tool_calls", list, (call) => {
    const { name, arguments: json } = asObject(call["function"])
    if (!isText(call["id"]) || call["type"] !== "function") return ": id and type are required"
    if (!/^[a-zA-Z0-9_-]{1,64}$/.test(String(name))) return ".function.name: string should match pattern '^[a-zA-Z0-9_-]{1,64}$'"
    return isObjectJson(json) ? null : ".function.arguments: must be the JSON of an object"
  })
}

/** The results of an answer's calls follow it at once, in order. */
const pairingComplaint = (messages: readonly Json[]): string | null => {
  let open: string[] = []
  for (const [index, message] of messages.entries()) {
    if (message["role"] === "tool") {
      const expected = open.shift()
      if (expected !== message["tool_call_id"]) return `messages.${index}: must be the response to tool call ${expected ?? "of a preceding message"}`
      continue
    }
    if (open.length > 0) return `messages.${index}: tool call ${open[0]} has no response message`
    open = asArray(message["tool_calls"]).map((call) => String(asObject(call)["id"]))
  }
  return open.length > 0 ? `tool call ${open[0]} has no response message` : null
}
