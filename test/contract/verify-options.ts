export interface VerifyOptions {
  /** Tries only the promises whose words match. */
  readonly only?: RegExp
}
