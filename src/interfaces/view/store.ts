/*
 * The store that what a person looks at lives in: plain values, changed by named events, watched by whoever draws them.
 * Everything else imports it from here, so that the package can be changed in one place.
 */
export { createStore } from "@xstate/store"
