import { readerOf } from "../../../src/effects/repo/reader.ts"
import { serve } from "../../../src/effects/repo/serve-thread.ts"

/** The thread that reads files, with a reader that does to its thread and its process what the text says. */
serve(async (language) => {
  const reader = await readerOf(language)
  return (text, patienceMs) => {
    if (text.includes("hang here")) for (;;);
    if (text.includes("kill the process")) process.kill(process.pid, "SIGKILL")
    if (text.includes("exhaust the memory")) for (const all: string[][] = []; ; ) all.push(Array.from({ length: 1_000_000 }, () => text.repeat(2)))
    if (text.includes("throw at once")) throw new RangeError("memory access out of bounds")
    if (text.includes("throw later")) setImmediate(() => { throw new Error("thrown where nobody catches it") })
    return reader(text, patienceMs)
  }
})
