/** Names that pages use; a name that is not here stays as it is written. */
const NAMES =
  "amp & lt < gt > quot \" apos ' nbsp \u00A0 iexcl ¡ cent ¢ pound £ yen ¥ sect § uml ¨ copy © ordf ª laquo « not ¬ shy \u00AD reg ® macr ¯ deg ° plusmn ± sup2 ² sup3 ³ acute ´ micro µ para ¶ " +
  "middot · cedil ¸ sup1 ¹ ordm º raquo » frac14 ¼ frac12 ½ frac34 ¾ iquest ¿ Agrave À Aacute Á Acirc Â Atilde Ã Auml Ä Aring Å AElig Æ Ccedil Ç Egrave È Eacute É Ecirc Ê Euml Ë Igrave Ì " +
  "Iacute Í Icirc Î Iuml Ï ETH Ð Ntilde Ñ Ograve Ò Oacute Ó Ocirc Ô Otilde Õ Ouml Ö times × Oslash Ø Ugrave Ù Uacute Ú Ucirc Û Uuml Ü Yacute Ý THORN Þ szlig ß agrave à aacute á acirc â " +
  "atilde ã auml ä aring å aelig æ ccedil ç egrave è eacute é ecirc ê euml ë igrave ì iacute í icirc î iuml ï eth ð ntilde ñ ograve ò oacute ó ocirc ô otilde õ ouml ö divide ÷ oslash ø " +
  "ugrave ù uacute ú ucirc û uuml ü yacute ý thorn þ yuml ÿ OElig Œ oelig œ Scaron Š scaron š Yuml Ÿ fnof ƒ circ ˆ tilde ˜ Alpha Α Beta Β Gamma Γ Delta Δ Omega Ω alpha α beta β gamma γ " +
  "delta δ epsilon ε lambda λ mu μ pi π sigma σ tau τ phi φ omega ω ensp \u2002 emsp \u2003 thinsp \u2009 zwnj \u200C zwj \u200D ndash – mdash — lsquo ‘ rsquo ’ sbquo ‚ ldquo “ rdquo ” bdquo „ " +
  "dagger † Dagger ‡ bull • hellip … permil ‰ prime ′ Prime ″ lsaquo ‹ rsaquo › euro € trade ™ larr ← uarr ↑ rarr → darr ↓ harr ↔ rArr ⇒ forall ∀ part ∂ exist ∃ empty ∅ isin ∈ sum ∑ minus − " +
  "radic √ infin ∞ and ∧ or ∨ cap ∩ cup ∪ int ∫ asymp ≈ ne ≠ equiv ≡ le ≤ ge ≥ lang ⟨ rang ⟩ lbrace { rbrace } lbrack [ rbrack ] lpar ( rpar ) num # excl ! quest ? comma , period . colon : semi ; " +
  "sol / bsol \\ lowbar _ grave ` vert | dollar $ percnt % ast * plus + equals = commat @ Tab \t NewLine \n check ✓ star ☆ starf ★"

const CHARACTER_BY_NAME: ReadonlyMap<string, string> = new Map(
  [...NAMES.matchAll(/(\w+) ([\s\S])(?: |$)/g)].map(([, name = "", character = ""]) => [name, character])
)

/** `decodeEntities("a &lt; b &#8211; c")  // => "a < b – c"` */
export const decodeEntities = (text: string): string =>
  text.includes("&")
    ? text.replaceAll(/&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|(\w{2,10}));?/g, (whole: string, decimal?: string, hex?: string, name?: string) => {
        if (name !== undefined) return whole.endsWith(";") || NEEDS_NO_END.has(name) ? (CHARACTER_BY_NAME.get(name) ?? whole) : whole
        const code = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number(decimal)
        return code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? "\uFFFD" : String.fromCodePoint(code)
      })
    : text

/** Old ones that pages write without a semicolon. */
const NEEDS_NO_END: ReadonlySet<string> = new Set(["amp", "lt", "gt", "quot", "nbsp", "copy", "reg"])
