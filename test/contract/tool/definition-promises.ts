import { notTried, type Promised } from "../contract.ts"
import { misfit } from "./json-schema.ts"
import type { TriedTool } from "./host-tool.ts"

/** Units: letters; bytes of the schema as JSON. */
const DESCRIPTION_LETTERS_MAX = 1_000
const SCHEMA_BYTES_MAX = 4_096

/** What a tool says of itself, before it is ever called. */
export const definitionPromises: readonly Promised<TriedTool>[] = [
  {
    promise: "its name is one that every provider takes: letters, digits, _ and -, at most 64",
    check: ({ tool: { name } }) => (/^[A-Za-z0-9_-]{1,64}$/.test(name) ? null : `it is called ${JSON.stringify(name)}`)
  },
  {
    promise: "its description tells the model what it does, in at most 1,000 letters",
    check: ({ tool: { description } }) => {
      if (description.trim().length < 10) return `it says ${JSON.stringify(description)}`
      return description.length > DESCRIPTION_LETTERS_MAX ? `it has ${description.length} letters` : null
    }
  },
  {
    promise: "the schema of its arguments is that of an object, and stands on its own",
    check: ({ tool: { inputSchema } }) => {
      if (inputSchema["type"] !== "object") return `its type is ${JSON.stringify(inputSchema["type"])}`
      const foreign = /"\$(?:ref|defs|schema)"/.exec(JSON.stringify(inputSchema))?.[0]
      return foreign === undefined ? null : `it holds ${foreign}`
    }
  },
  {
    promise: "every argument that is required is described by the schema",
    check: ({ tool: { inputSchema } }) => {
      const { properties = {}, required = [] } = inputSchema as { readonly properties?: object; readonly required?: readonly string[] }
      const unknown = required.filter((name) => !Object.hasOwn(properties, name))
      return unknown.length === 0 ? null : `${unknown.join(", ")} is required, and not among its properties`
    }
  },
  {
    promise: "its schema is small: at most 4 kB, for it is sent with every request",
    check: ({ tool: { inputSchema } }) => {
      const bytes = Buffer.byteLength(JSON.stringify(inputSchema))
      return bytes <= SCHEMA_BYTES_MAX ? null : `it has ${bytes} bytes`
    }
  },
  {
    promise: "the arguments that work fit its schema",
    check: ({ tool: { inputSchema }, trial: { works } }) => {
      if (works.length === 0) return notTried("give arguments that work, as `works`")
      return works.map((args) => misfit(inputSchema, args)).find((complaint) => complaint !== null) ?? null
    }
  }
]
