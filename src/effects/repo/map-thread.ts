import { serve } from "./serve-thread.ts"
import { readerOf } from "./reader.ts"

/** A thread of the process that reads the files of a repository. */
serve(readerOf)
