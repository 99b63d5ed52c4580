/** What may be said for a key of the settings. */
export type Kind = "text" | "whole number" | "whole number or 0" | "number" | "boolean" | "list"

export const fits = (value: unknown, kind: Kind): boolean => {
  switch (kind) {
    case "text":
      return typeof value === "string"
    case "whole number":
      return Number.isSafeInteger(value) && (value as number) > 0
    case "whole number or 0":
      return Number.isSafeInteger(value) && (value as number) >= 0
    case "number":
      return typeof value === "number" && value > 0
    case "boolean":
      return typeof value === "boolean"
    case "list":
      return Array.isArray(value) && value.every((item) => typeof item === "string")
  }
}
