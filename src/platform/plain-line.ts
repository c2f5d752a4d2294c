// C0 and C1 controls, line and paragraph separators, and the marks that turn writing direction round: nothing a name
// needs, and everything that forges a header line or hides what is written. Joiners stay: emoji are made with them.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
const unwanted = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+/g;

/**
 * A text as one line that can stand in a header, a subject or a sentence: control characters become a space, runs of
 * space one space. Characters are otherwise kept as they are; 﨑 and half-width kana are not folded into others.
 */
export function toPlainLine(text: string): string {
  return text.toWellFormed().replace(unwanted, ' ').replace(/ {2,}/g, ' ').trim();
}

/**
 * A text of several lines as plain text: what `toPlainLine` takes out of a line is taken out of each, and more than one
 * blank line in a row becomes one.
 */
export function toPlainText(text: string): string {
  return text
    .split(/\r\n|[\n\r\u2028\u2029]/)
    .map(toPlainLine)
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}
