// Counts what held and keeps what did not, in words that a person can act on.

/** Where something was looked at: `/databases/shop (dark, 360 px)`. */
function place({ url, theme, width }) {
  const how = [theme, width && `${width} px`].filter(Boolean).join(', ');
  return how ? `${url} (${how})` : url;
}

export class Report {
  passed = 0;
  failures = [];

  /** Notes one check. `kind` is a word for the self test, `why` says what is wrong; it is looked at on failure alone. */
  check(held, kind, where, why) {
    if (held) {
      this.passed += 1;
    } else {
      this.failures.push({ kind, where: place(where), why: typeof why === 'function' ? why() : why });
    }
    return held;
  }

  /** Notes one check that holds where nothing was found, with a failure for each thing that was. */
  none(found, kind, where) {
    if (found.length === 0) this.passed += 1;
    for (const why of found) this.check(false, kind, where, why);
  }

  /** Prints the failures and the sum; the sum is the last line, which the scripts read. */
  print() {
    for (const { kind, where, why } of this.failures) console.log(`FAIL ${kind}: ${where}: ${why}`);
    console.log(`${this.passed} passed, ${this.failures.length} failed`);
  }
}

/** A text short enough for a line, with what a terminal would obey or hide written out. */
export function short(text, most = 160) {
  const line = [...String(text)]
    .map((one) => (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(one) ? `\\u{${one.codePointAt(0).toString(16)}}` : one))
    .join('');
  return line.length > most ? `${line.slice(0, most)}…` : line;
}
