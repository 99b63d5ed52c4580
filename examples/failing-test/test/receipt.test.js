import assert from "node:assert/strict"
import { test } from "node:test"
import { receipt } from "../src/receipt.js"

test("a receipt tells the time and the price", () => {
  assert.equal(receipt(10), "0 h 10 min: 0.00")
  assert.equal(receipt(130), "2 h 10 min: 7.50")
})
