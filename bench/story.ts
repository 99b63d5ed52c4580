/** What the model says in one run: calls of one tool, one a step, then a last answer. */
export interface Story {
  readonly tool: "shell" | "file_read"
  readonly steps: number
  /** In how many deltas the last answer comes. */
  readonly deltas: number
  /** Of call N. */
  readonly input: "echo" | "touch" | "read"
}

export const STORIES = {
  oneShot: { tool: "shell", input: "echo", steps: 0, deltas: 1 },
  step: { tool: "shell", input: "echo", steps: 50, deltas: 1 },
  stepChanging: { tool: "shell", input: "touch", steps: 50, deltas: 1 },
  read: { tool: "file_read", input: "read", steps: 50, deltas: 1 },
  deltas: { tool: "shell", input: "echo", steps: 0, deltas: 20_000 }
} as const satisfies Readonly<Record<string, Story>>

/** The file that every read reads. */
export const READ_FILE = "notes.txt"

const inputOf = ({ input }: Story, step: number): Readonly<Record<string, string>> => {
  switch (input) {
    case "echo":
      return { command: `echo step ${step}` }
    case "touch":
      return { command: `touch step-${step}` }
    case "read":
      return { path: READ_FILE }
  }
}

/** The answers of a story as bodies of Anthropic's wire, made before anybody asks. */
export const answersOf = (story: Story): readonly Buffer[] => [
  ...Array.from({ length: story.steps }, (_, step) => callBody(story, step + 1)),
  textBody(story.deltas)
]

const callBody = (story: Story, step: number): Buffer =>
  body("tool_use", [
    { type: "content_block_start", index: 0, content_block: { type: "tool_use", id: `toolu_${step}`, name: story.tool, input: {} } },
    { type: "content_block_delta", index: 0, delta: { type: "input_json_delta", partial_json: JSON.stringify(inputOf(story, step)) } }
  ])

const textBody = (deltas: number): Buffer =>
  body("end_turn", [
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    ...Array.from({ length: deltas }, (_, index) => ({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text: deltas === 1 ? "ok" : `word ${index} ` } }))
  ])

const body = (stop: string, events: readonly WireEvent[]): Buffer => {
  const usage = { input_tokens: 10, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 10 }
  const message = { id: "msg_bench", type: "message", role: "assistant", model: "bench", content: [], stop_reason: null, stop_sequence: null, usage }
  const all: readonly WireEvent[] = [
    { type: "message_start", message },
    ...events,
    { type: "content_block_stop", index: 0 },
    { type: "message_delta", delta: { stop_reason: stop, stop_sequence: null }, usage },
    { type: "message_stop" }
  ]
  return Buffer.from(all.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(""))
}

interface WireEvent {
  readonly type: string
  readonly [key: string]: unknown
}
