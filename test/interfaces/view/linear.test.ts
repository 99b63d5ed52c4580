import { expect, test } from "vitest"
import { printer } from "../../../src/interfaces/view/printer.ts"
import { narrate } from "../../../src/interfaces/view/narrate.ts"
import { tellingFrom } from "../../../src/interfaces/view/telling.ts"
import { gathered, modelSays, play, userSays } from "../story.ts"

test("each piece of an answer is written once, and nothing of what came before with it", () => {
  const story = play([userSays("tell"), gathered, ...Array.from({ length: 20_000 }, (_, index) => modelSays(`word${index % 10} `))])
  const pieces: string[] = []
  const print = printer((text) => pieces.push(text), () => ({ colour: true, columns: 80 }))
  let telling = tellingFrom(story[0]!.step.state)
  for (const one of story) {
    const [next, shown] = narrate(telling, one)
    telling = next
    print.show(shown)
  }
  const streamed = pieces.filter((piece) => piece.startsWith("word"))
  expect(streamed).toHaveLength(20_000)
  expect(streamed.every((piece) => piece.length === 6)).toBe(true)
})
