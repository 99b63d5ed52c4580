import { expect, test } from "vitest"
import { readableText } from "../../../src/effects/web/readable.ts"

const base = new URL("https://example.com/docs/page")
const read = (html: string): string => readableText(html, base)

test.each([
  ["headings and paragraphs", "<title>T</title><h1>One</h1><p>a</p><p>b<h2>Two</h2>c", "T\n\n# One\n\na\n\nb\n\n## Two\n\nc"],
  ["blanks are one blank, and lines are joined", "<p>a  b\n\tc</p>", "a b c"],
  ["inline marks do not part words", "<p>un<b>believ</b>able, <i>yes</i></p>", "unbelievable, yes"],
  ["links, made whole", '<a href="/x?a=1&amp;b=2">here</a> <a href=other>there</a>', "[here](https://example.com/x?a=1&b=2) [there](https://example.com/docs/other)"],
  ["links that lead to no page are words", '<a href="javascript:x()">a</a> <a href="#b">b</a> <a href="mailto:a@b.c">c</a> <a>d</a>', "a b c d"],
  ["an empty link is nothing", 'a<a href="/x"></a>b', "ab"],
  ["lists", "<ul><li>a</li><li>b<ol><li>one<li>two</ol></ul>c", "- a\n- b\n  1. one\n  2. two\n\nc"],
  ["code keeps its blanks", "<p>use <code>a &lt; b</code> so:</p><pre><code>if (x)\n  y()\n</code></pre>", "use `a < b` so:\n\n```\nif (x)\n  y()\n\n```"],
  ["tables", "<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>", "a | b\n1 | 2"],
  ["breaks", "a<br>b<br/><br>c<hr>d", "a\nb\n\nc\n\n---\n\nd"],
  ["images by their words", '<img alt="a cat" src="x.png"><img src=y.png>', "[image: a cat]"],
  ["entities", "&lt;b&gt; &amp;amp; &#8211; &#x1F642; &eacute; &unknown; &#0; &copy 5", "<b> &amp; – \u{1F642} é &unknown; \uFFFD © 5"],
  ["scripts, styles and comments are left out", "a<script>if (a < b) '</p>'</script>b<style>p { }</style>c<!-- <p>d</p> -->e", "abce"],
  ["what is not shown is left out", "a<svg><text>no</text></svg><noscript>no</noscript><template><p>no</p></template>b", "ab"],
  ["a bare < is one", "1 < 2 <3 <", "1 < 2 <3 <"],
  ["a > within a value ends no tag", '<p title="a > b">c</p>', "c"],
  ["a quote outside of a value is none", "<p it's>c</p>", "c"],
  ["a script that never ends hides the rest", "a<script>b</p>c", "a"],
  ["a page without marks", "just words", "just words"],
  ["nothing", "", ""]
])("%s", (_, html, text) => {
  expect(read(html)).toBe(text)
})

test("a page made to take long takes no longer than its length asks for", () => {
  for (const piece of ["<a ", '<a href="', "<svg>", "<!--", "<script>", "<", "<a href=x>", "<ul><li>", "&", "<pre> ", "<p a=", "</a>"]) {
    const began = performance.now()
    read(piece.repeat(100_000))
    expect([piece, performance.now() - began < 5_000]).toEqual([piece, true])
  }
})
