import { bash } from "./languages/bash.ts"
import { c } from "./languages/c.ts"
import { cpp } from "./languages/cpp.ts"
import { csharp } from "./languages/csharp.ts"
import { dart } from "./languages/dart.ts"
import { elixir } from "./languages/elixir.ts"
import { go } from "./languages/go.ts"
import { java } from "./languages/java.ts"
import { kotlin } from "./languages/kotlin.ts"
import { lua } from "./languages/lua.ts"
import { php } from "./languages/php.ts"
import { python } from "./languages/python.ts"
import { ruby } from "./languages/ruby.ts"
import { rust } from "./languages/rust.ts"
import { scala } from "./languages/scala.ts"
import { swift } from "./languages/swift.ts"
import { javascript, typescript } from "./languages/typescript.ts"
import type { Language } from "./symbols.ts"
import type { Tongue } from "./tongue.ts"

/** How each language is read. */
export const TONGUES: Readonly<Record<Language, Tongue>> = {
  bash,
  c,
  cpp,
  csharp,
  dart,
  elixir,
  go,
  java,
  javascript,
  kotlin,
  lua,
  php,
  python,
  ruby,
  rust,
  scala,
  swift,
  tsx: typescript,
  typescript
}
