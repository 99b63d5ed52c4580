/** What comes by then, as `performance.now()` counts; `undefined` where it comes later. Errors: those of what is waited for. */
export const within = async <A>(coming: Promise<A>, by: number): Promise<A | undefined> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), Math.max(0, by - performance.now()))
  })
  try {
    return await Promise.race([coming, late])
  } finally {
    clearTimeout(timer)
  }
}
