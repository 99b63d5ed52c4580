import type { Language } from "./symbols.ts"
import { python } from "./languages/python.ts"
import { javascript, typescript } from "./languages/typescript.ts"
import type { Tongue } from "./tongue.ts"

/** How each language is read. */
export const TONGUES: Readonly<Partial<Record<Language, Tongue>>> = { javascript, python, tsx: typescript, typescript }
