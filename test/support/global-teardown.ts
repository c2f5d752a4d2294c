import { rmSync } from 'node:fs';
import { dirname } from 'node:path';

/** Removes the folder that the set-up left for the test files. */
export default function tearDown(): void {
  const file = process.env.CAREER_RELAY_TEST_TEMPLATE;
  if (file) rmSync(dirname(file), { recursive: true, force: true });
}
