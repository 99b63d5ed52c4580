import type { ServerScript } from "../../support/model-server/script.ts"

/** How many files the task makes; each is a step that may change something. */
export const CHANGES = 18

/**
 * Eighteen changes. Each also leaves a line beside the workspace, so that a start that the log does not know would show.
 * Where the outcome is unknown, the model looks and repairs by a new call.
 */
export const script: ServerScript = {
  chunkMs: 0,
  chunkBytes: 40,
  answers: [
    { blocks: [{ type: "text", text: "I look first." }, { type: "tool-call", name: "directory_list", arguments: { path: "." } }] },
    {
      times: CHANGES,
      blocks: [
        { type: "text", text: "file {{n}}" },
        { type: "tool-call", name: "shell", arguments: { command: "echo {{n}} >> ../starts; printf 'made {{n}}\\n' > made-{{n}}.txt" } }
      ],
      ifUnknown: {
        look: [{ type: "tool-call", name: "shell", arguments: { command: "cat made-{{n}}.txt" } }],
        doneWhen: "made {{n}}"
      }
    },
    { blocks: [{ type: "text", text: "All files are made." }] }
  ],
  otherwise: { blocks: [{ type: "text", text: "There is nothing more to make." }] }
}
