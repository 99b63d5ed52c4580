import type { Imported, Tongue } from "../tongue.ts"

export const elixir: Tongue = {
  comments: "hashes",
  patterns: `
(call target: (identifier) @_kind (arguments . (alias) @name) (do_block) @body (#any-of? @_kind "defmodule" "defimpl")) @module
(call target: (identifier) @_kind (arguments . (alias) @name) (do_block) @body (#eq? @_kind "defprotocol")) @trait
(call target: (identifier) @_kind (arguments . [
  (identifier) @name
  (call target: (identifier) @name)
  (binary_operator left: [(identifier) @name (call target: (identifier) @name)] operator: "when")]) (do_block)? @body
  (#any-of? @_kind "def" "defp" "defdelegate" "defguard" "defguardp" "defn" "defnp")) @function
(call target: (identifier) @_kind (arguments . [
  (identifier) @name
  (call target: (identifier) @name)
  (binary_operator left: [(identifier) @name (call target: (identifier) @name)] operator: "when")]) (do_block)? @body
  (#any-of? @_kind "defmacro" "defmacrop")) @macro
(unary_operator operator: "@" operand: (call target: (identifier) @_kind (arguments (binary_operator left: [(identifier) @name (call target: (identifier) @name)] operator: "::")) (#any-of? @_kind "type" "typep" "opaque"))) @type
(unary_operator operator: "@" operand: (call target: (identifier) @_kind (arguments (binary_operator left: (call target: (identifier) @name) operator: "::")) (#any-of? @_kind "callback" "macrocallback"))) @method

(call target: (identifier) @_call (arguments . [(alias) (dot)]) (#any-of? @_call "use" "import" "alias" "require")) @import

(call target: (identifier) @skip (#any-of? @skip "def" "defp" "defmodule" "defmacro" "defmacrop" "defprotocol" "defimpl" "defstruct" "defdelegate" "defguard" "defguardp" "alias" "use" "import" "require" "quote" "unquote" "if" "unless" "case" "cond" "with" "for" "fn"))
(unary_operator operator: "@" operand: [(identifier) @skip (call target: (identifier) @skip)])
(unary_operator operator: "@" operand: (call target: (identifier) @_spec (arguments (binary_operator left: (call target: (identifier) @skip))) (#eq? @_spec "spec")))
(call target: (identifier) @_kind (arguments (call target: (identifier) (arguments (identifier) @binding))) (#any-of? @_kind "def" "defp" "defmacro" "defmacrop"))
(call target: (identifier) @_kind (arguments (binary_operator left: (call target: (identifier) (arguments (identifier) @binding)) operator: "when")) (#any-of? @_kind "def" "defp" "defmacro" "defmacrop" "defguard"))
(binary_operator left: (identifier) @binding operator: "=")
(stab_clause left: (arguments (identifier) @binding))
(call target: (dot right: (identifier) @member))
(dot right: (identifier) @member)
(alias) @reference
(identifier) @reference
`,
  importsIn: (statement) => {
    const said = /^(?:use|import|alias|require)[\s(]+(\w+(?:\.\w+)*)(?:\.\{([^}]*)\})?([\s\S]*)$/.exec(statement)
    if (said === null) return []
    const [, path = "", group, rest = ""] = said
    if (group !== undefined)
      return group
        .split(",")
        .map((each): Imported => ({ specifier: `${path}.${each.trim()}`, names: [each.trim().split(".").at(-1) as string] }))
    const name = path.split(".").at(-1) as string
    const alias = /\bas:\s*([\w.]+)/.exec(rest)?.[1]
    return [alias === undefined ? { specifier: path, names: [name] } : { specifier: path, names: [name], aliases: { [alias]: name } }]
  },
  isExported: ({ signature }) => !/^(?:defp|defmacrop|defguardp|@typep)\b/.test(signature)
}
