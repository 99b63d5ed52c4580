import { readInThreads } from "./read-in-threads.ts"

/**
 * The process that reads the files of repositories, in threads of its own: what a grammar breaks or takes is not the session's.
 * It ends with whoever started it.
 */
readInThreads(new URL(process.argv[2] ?? "", import.meta.url))
