import { mkdtempSync, realpathSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { afterAll, beforeAll, expect, test } from "vitest"
import { makePool } from "../../../src/effects/repo/pool.ts"
import { makeLiveIndex } from "../../../src/effects/repo/repo-index.ts"
import type { RepoIndex } from "../../../src/effects/repo/symbols.ts"
import { put, repositoryOf } from "./repository.ts"

/*
 * Which file of the repository an import leads to, in each language whose imports tell it.
 */

const pool = makePool()
afterAll(() => pool.end())

const indexOf = (root: string): Promise<RepoIndex> =>
  Effect.runPromise(Effect.scoped(Effect.flatMap(makeLiveIndex({ root, cacheDirectory: null, pool }), ({ refresh }) => refresh)))

/** Where each import of a file leads. */
const leads = (index: RepoIndex, path: string): Readonly<Record<string, string | null>> =>
  Object.fromEntries((index.files.get(path)?.imports ?? []).map(({ specifier, file }) => [specifier, file]))

const all = {
  "tsconfig.json": '{\n  // with words\n  "compilerOptions": { "baseUrl": ".", "paths": { "@app/*": ["web/app/*"], "shared": ["web/shared/index.ts"], }, },\n}',
  "packages/one/package.json": '{ "name": "@scope/one" }',
  "packages/one/src/index.ts": "export const one = 1",
  "packages/one/src/deep.ts": "export const deep = 1",
  "web/main.tsx": 'import "./a.js"\nimport "./folder"\nimport x from "@app/x"\nimport "shared"\nimport "@scope/one"\nimport "@scope/one/deep"\nimport "react"\nimport "./missing"\nimport "web/a"',
  "web/a.ts": "",
  "web/folder/index.tsx": "",
  "web/app/x.ts": "",
  "web/shared/index.ts": "",

  "py/pkg/__init__.py": "",
  "py/pkg/main.py": "import os\nimport pkg.other\nfrom . import sibling\nfrom .deep.er import thing\nfrom ..top import t\nfrom pkg import other",
  "py/pkg/other.py": "",
  "py/pkg/sibling.py": "",
  "py/pkg/deep/er.py": "",
  "py/top.py": "",

  "go.mod": "module example.org/project\n\ngo 1.22\n",
  "cmd/main.go": 'package main\nimport (\n\t"fmt"\n\t"example.org/project/store"\n\t"example.org/project/other"\n\t"example.org/elsewhere"\n)',
  "store/store.go": "package store",
  "store/all.go": "package store",
  "other/b_test.go": "package other",
  "other/c.go": "package other",

  "rs/Cargo.toml": '[package]\nversion = "1"\nname = "my-crate"\n',
  "rs/src/lib.rs": "mod parser;\nuse crate::parser::ast::Node;\nuse std::fmt;\n",
  "rs/src/parser/mod.rs": "mod ast;\nuse self::ast::Node;\nuse super::util::help;\nuse other_crate::Thing;",
  "rs/src/parser/ast.rs": "use super::super::util;",
  "rs/src/util.rs": "",
  "rs2/Cargo.toml": '[package]\nname = "other-crate"\n',
  "rs2/src/lib.rs": "use my_crate::parser::ast::Node;",

  "jv/src/main/java/org/example/a/Main.java": "package org.example.a;\nimport org.example.b.Other;\nimport org.example.b.Other.Inner;\nimport static org.example.b.Other.help;\nimport java.util.List;\nimport org.example.k.Keeper;",
  "jv/src/main/java/org/example/b/Other.java": "package org.example.b;",
  "jv/src/main/kotlin/org/example/k/Keeper.kt": "package org.example.k\nimport org.example.b.Other",

  "c/src/main.c": '#include "shape.h"\n#include <lib/deep.h>\n#include <stdio.h>\n#include "gone.h"',
  "c/include/shape.h": "",
  "c/include/lib/deep.h": "",

  "rb/app/run.rb": 'require_relative "../lib/helper"\nrequire "thing/deep"\nrequire "json"',
  "rb/lib/helper.rb": "",
  "rb/lib/thing/deep.rb": "",

  "ex/lib/a.ex": "defmodule My.A do\n  alias My.B\n  alias My.B.Inner, as: I\n  use GenServer\nend",
  "ex/lib/anything.ex": "defmodule My.B do\n  defmodule Inner do\n  end\nend",

  "php/src/Shapes/Circle.php": "<?php\nnamespace App\\Shapes;\nuse App\\Base\\Shape;\nuse Other\\Thing;\nrequire __DIR__ . '/../helper.php';",
  "php/src/Base/Shape.php": "<?php",
  "php/src/helper.php": "<?php",

  "lu/main.lua": 'local a = require("mod.deep")\nlocal b = require "mod"',
  "lu/mod/deep.lua": "",
  "lu/mod/init.lua": "",

  "sh/run.sh": 'source ./lib/help.sh\n. "$(dirname "$0")/lib/more.sh"\nsource /etc/profile',
  "sh/lib/help.sh": "",
  "sh/lib/more.sh": "",

  "da/pubspec.yaml": "name: my_app\n",
  "da/lib/main.dart": "import 'package:my_app/src/a.dart';\nimport 'src/b.dart';\nimport 'dart:io';",
  "da/lib/src/a.dart": "",
  "da/lib/src/b.dart": ""
}

const root = realpathSync(mkdtempSync(join(tmpdir(), "loom-map-")))
let index: RepoIndex
beforeAll(async () => {
  put(root, all)
  index = await indexOf(root)
})
afterAll(() => rmSync(root, { recursive: true }))

test.each([
  ["web/main.tsx", { "./a.js": "web/a.ts", "./folder": "web/folder/index.tsx", "@app/x": "web/app/x.ts", shared: "web/shared/index.ts", "@scope/one": "packages/one/src/index.ts", "@scope/one/deep": "packages/one/src/deep.ts", react: null, "./missing": null, "web/a": "web/a.ts" }],
  ["py/pkg/main.py", { os: null, "pkg.other": "py/pkg/other.py", ".": "py/pkg/sibling.py", ".deep.er": "py/pkg/deep/er.py", "..top": "py/top.py", pkg: "py/pkg/other.py" }],
  ["cmd/main.go", { fmt: null, "example.org/project/store": "store/store.go", "example.org/project/other": "other/c.go", "example.org/elsewhere": null }],
  ["rs/src/lib.rs", { "mod parser": "rs/src/parser/mod.rs", "crate::parser::ast::Node": "rs/src/parser/ast.rs", "std::fmt": null }],
  ["rs/src/parser/mod.rs", { "mod ast": "rs/src/parser/ast.rs", "self::ast::Node": "rs/src/parser/ast.rs", "super::util::help": "rs/src/util.rs", "other_crate::Thing": "rs2/src/lib.rs" }],
  ["rs/src/parser/ast.rs", { "super::super::util": "rs/src/util.rs" }],
  ["rs2/src/lib.rs", { "my_crate::parser::ast::Node": "rs/src/parser/ast.rs" }],
  [
    "jv/src/main/java/org/example/a/Main.java",
    {
      "org.example.b.Other": "jv/src/main/java/org/example/b/Other.java",
      "org.example.b.Other.Inner": "jv/src/main/java/org/example/b/Other.java",
      "org.example.b.Other.help": "jv/src/main/java/org/example/b/Other.java",
      "java.util.List": null,
      "org.example.k.Keeper": "jv/src/main/kotlin/org/example/k/Keeper.kt"
    }
  ],
  ["jv/src/main/kotlin/org/example/k/Keeper.kt", { "org.example.b.Other": "jv/src/main/java/org/example/b/Other.java" }],
  ["c/src/main.c", { "shape.h": "c/include/shape.h", "<lib/deep.h>": "c/include/lib/deep.h", "<stdio.h>": null, "gone.h": null }],
  ["rb/app/run.rb", { "../lib/helper": "rb/lib/helper.rb", "thing/deep": "rb/lib/thing/deep.rb", json: null }],
  ["ex/lib/a.ex", { "My.B": "ex/lib/anything.ex", "My.B.Inner": "ex/lib/anything.ex", GenServer: null }],
  ["php/src/Shapes/Circle.php", { "App\\Base\\Shape": "php/src/Base/Shape.php", "Other\\Thing": null, "/../helper.php": "php/src/helper.php" }],
  ["lu/main.lua", { "mod.deep": "lu/mod/deep.lua", mod: "lu/mod/init.lua" }],
  ["sh/run.sh", { "./lib/help.sh": "sh/lib/help.sh", "./lib/more.sh": "sh/lib/more.sh", "/etc/profile": null }],
  ["da/lib/main.dart", { "package:my_app/src/a.dart": "da/lib/src/a.dart", "src/b.dart": "da/lib/src/b.dart", "dart:io": null }]
] as const)("%s", (path, wanted) => {
  expect(leads(index, path)).toEqual(wanted)
})

test("imports follow files that come and go, and settings that change", async () => {
  const here = repositoryOf({ "a.ts": 'import "./b.ts"\nimport "lib/c"', "lib.json": "{}" })
  await Effect.runPromise(
    Effect.scoped(
      Effect.gen(function*() {
        const { refresh } = yield* makeLiveIndex({ root: here, cacheDirectory: null, pool })
        expect(leads(yield* refresh, "a.ts")).toEqual({ "./b.ts": null, "lib/c": null })
        put(here, { "b.ts": "", "other/c.ts": "", "tsconfig.json": '{ "compilerOptions": { "paths": { "lib/*": ["nowhere/*"] } } }' })
        expect(leads(yield* refresh, "a.ts")).toEqual({ "./b.ts": "b.ts", "lib/c": null })
        put(here, { "tsconfig.json": '{ "compilerOptions": { "paths": { "lib/*": ["other/*"] } } }' })
        expect(leads(yield* refresh, "a.ts")).toEqual({ "./b.ts": "b.ts", "lib/c": "other/c.ts" })
      })
    )
  )
})
