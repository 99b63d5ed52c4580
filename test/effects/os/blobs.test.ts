import { Blobs } from "../../../src/effects/os/blobs.ts"
import { blobsContract } from "../../contract/blobs.ts"

blobsContract("in memory", () => Blobs.layerMemory)
