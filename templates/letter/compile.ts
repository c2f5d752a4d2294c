import { writeFileSync } from 'node:fs';
import { compiledNames, readPart } from '../../src/letter/templates.ts';
import { compileMjml } from './mjml.ts';

// Writes the HTML of every letter from its MJML. Run `npm run letters` after changing one; a test compares the two.
for (const name of compiledNames) {
  for (const locale of ['ja', 'en'] as const) {
    const html = await compileMjml(readPart(name, locale, 'mjml'));
    writeFileSync(new URL(`${name}.${locale}.html`, import.meta.url), html);
  }
}
