import * as Layer from "effect/Layer"
import { layerGraphMemory, layerGraphSql } from "../../../src/effects/graph/graph.ts"
import { layer as layerSqlite } from "../../../src/effects/os/sqlite.ts"
import { graphContract } from "../../contract/graph/graph-contract.ts"

graphContract("in memory", () => layerGraphMemory)
graphContract("in the database", () => Layer.provide(layerGraphSql, layerSqlite({ file: ":memory:" })))
