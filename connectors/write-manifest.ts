import { readFileSync, writeFileSync } from 'node:fs';
import { connectors } from './index.ts';
import { toListing } from './manifest.ts';

// Writes the connectors into manifest.json as they are declared. Run `npm run manifest` after changing one; a test compares.
const path = new URL('../manifest.json', import.meta.url);
const manifest = JSON.parse(readFileSync(path, 'utf8'));
writeFileSync(path, `${JSON.stringify({ ...manifest, connectors: connectors.map(toListing) }, null, 2)}\n`);
