import assert from "node:assert/strict"
import { test } from "node:test"
import { price } from "../src/price.js"

test("the first quarter of an hour is free", () => {
  assert.equal(price(0), 0)
  assert.equal(price(15), 0)
})

test("every hour that is begun is paid", () => {
  assert.equal(price(16), 250)
  assert.equal(price(60), 250)
  assert.equal(price(61), 500)
  assert.equal(price(130), 750)
})

test("a day has a highest price", () => {
  assert.equal(price(20 * 60), 1800)
  assert.equal(price(24 * 60), 1800)
})

test("a second day begins a new count", () => {
  assert.equal(price(24 * 60 + 30), 1800 + 250)
})

test("what is no number of minutes is refused", () => {
  assert.throws(() => price(-1), RangeError)
  assert.throws(() => price(1.5), RangeError)
})
